//! The seal of a reply, which only who has the key of the request can make.
//!
//! The code of a submission shares its process with the harness. Should it find a way to read and write the memory of
//! that process, it must not find there what makes a reply count. So the key never is in memory as a whole while such
//! code runs, the reply does not contain it, and the seal depends on every byte of the reply.
//!
//! The seal is HMAC-SHA-256 (Bellare, Canetti and Krawczyk, *Keying Hash Functions for Message Authentication*, 1996).

use std::fmt::Write as _;
use std::hint;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// How long a half of a key is, in bytes.
pub const HALF: usize = 32;

/// A key, in two halves. Each half looks random. The key is what differs between them.
pub struct Key([Box<[u8; HALF]>; 2]);

impl Key {
    /// The key of these halves. Each stays where it is.
    pub fn new(halves: [Box<[u8; HALF]>; 2]) -> Self {
        Self(halves)
    }

    /// What the sender of the reply writes: the seal in hexadecimal digits, a space, and the reply.
    pub fn seal(&self, reply: &[u8]) -> Vec<u8> {
        let mut sealed = String::with_capacity(2 * HALF + 1);
        for byte in self.mac(reply).finalize().into_bytes() {
            let _ = write!(sealed, "{byte:02x}");
        }
        sealed.push(' ');
        [sealed.as_bytes(), reply].concat()
    }

    /// The reply in what was received. `None` if its seal is missing or wrong.
    pub fn open<'a>(&self, sealed: &'a [u8]) -> Option<&'a [u8]> {
        let (seal, rest) = sealed.split_at_checked(2 * HALF)?;
        let reply = rest.strip_prefix(b" ")?;
        let digits = seal.chunks_exact(2).map(|pair| {
            let pair = std::str::from_utf8(pair).ok()?;
            u8::from_str_radix(pair, 16).ok()
        });
        let seal: Vec<u8> = digits.collect::<Option<_>>()?;
        self.mac(reply).verify_slice(&seal).is_ok().then_some(reply)
    }

    fn mac(&self, reply: &[u8]) -> Hmac<Sha256> {
        let [one, other] = &self.0;
        let mut key: [u8; HALF] = std::array::from_fn(|place| one[place] ^ other[place]);
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key of any length will do");
        key.fill(0);
        // Otherwise the compiler may leave out what nobody reads.
        hint::black_box(&key);
        mac.update(reply);
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(first: u8) -> Key {
        Key::new([Box::new([first; HALF]), Box::new([7; HALF])])
    }

    #[test]
    fn a_reply_opens_only_with_the_key_that_sealed_it() {
        let sealed = key(1).seal(b"right");
        assert_eq!(key(1).open(&sealed), Some(&b"right"[..]));
        assert_eq!(key(2).open(&sealed), None);
    }

    #[test]
    fn the_seal_is_that_of_the_standard() {
        // Computed with OpenSSL: `openssl dgst -sha256 -mac HMAC` with 32 bytes 6 as the key.
        let expected = "873440502bc77f2864d1058825daefe2414ee0a50ae8276cc3975e55a154ff17";
        let sealed = key(1).seal(b"right");
        assert_eq!(std::str::from_utf8(&sealed), Ok(&*format!("{expected} right")));
    }

    #[test]
    fn a_reply_that_was_changed_or_has_no_seal_does_not_open() {
        let sealed = key(1).seal(b"right");
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert_eq!(key(1).open(&changed), None, "at {place}");
        }
        for other in [
            &b""[..],
            b" ",
            b"right",
            &sealed[..64],
            &sealed[1..],
            &[&sealed[..], b"\n"].concat(),
        ] {
            assert_eq!(key(1).open(other), None);
        }
    }
}
