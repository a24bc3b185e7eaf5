//! The short name of one execution: `4-3k9f…`.
//!
//! A token holds a hash of the name of its check, the scenario, every choice other than the default one, and the digest
//! of the execution's trace. With the digest, a replay on another machine is the same execution, event for event, or it
//! says that it is not. The last byte shows whether a token was mistyped.
//!
//! The version is 4, or 5 if accesses to reference counts are choices.
//!
//! After the version, a token consists of the bytes below in base 32: digits and lower-case letters without i, l, o and
//! u (Crockford, *Base 32*, 2002).
//!
//! ```text
//! 2 bytes  hash of the check's name
//! 4 bytes  digest of the trace
//! varint   twice the scenario, counted from 0; plus 1 if spawns are choices, plus 2³³ if loads may be stale
//! varints  pairs: how many default choices come first, the number of the option taken
//! 1 byte   check byte over all of the above
//! ```

use crate::fnv;
use crate::schedule::{Counts, Memory, Schedule, Spawns, Switches};

/// The version of the layout. A change of what a schedule means, or of what a trace's digest is made of, needs a new
/// one.
const VERSION: u32 = 4;

/// The version of tokens with the same layout, for schedules with choices before accesses to reference counts.
const VERSION_WITH_COUNTS: u32 = 5;

const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The most choices that a token may name: far beyond any execution's limit of steps, small enough to allocate.
const MAX_CHOICES: usize = 1 << 20;

/// The bit of the number with the scenario that says that loads may be stale. It is the first one that no scenario
/// needs, so a token of a sequentially consistent execution is no longer for it.
const WEAK_MEMORY: u64 = 1 << 33;

/// One execution of one scenario of a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The scenario, counted from 0.
    pub scenario: u32,
    /// The choices.
    pub schedule: Schedule,
    /// The digest of the trace.
    pub digest: u32,
}

/// Why a text is no token for a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is not a token at all, or was mistyped or cut.
    #[error("it is not a token, or it was mistyped or cut")]
    Malformed,
    /// It is a token of an earlier version.
    #[error("it is from an earlier version of the grader")]
    EarlierVersion,
    /// It is a token of a later version.
    #[error("it is from a later version of the grader")]
    LaterVersion,
    /// It belongs to another check.
    #[error("it belongs to another exercise or check")]
    OtherCheck,
    /// The execution that it names does not exist in this submission.
    #[error("the submission does something else under this schedule: it, the check or the grader has changed since")]
    OtherSubmission,
}

/// The one of `checks` that `token` belongs to.
///
/// # Errors
///
/// If it is not a token of this version, or belongs to none of the checks.
pub fn check_of<'a>(token: &str, checks: &[&'a str]) -> Result<&'a str, TokenError> {
    let (_, bytes) = decode(token)?;
    let found = bytes.get(..2).ok_or(TokenError::Malformed)?;
    let check = checks.iter().find(|check| name_hash(check).to_le_bytes() == found);
    check.copied().ok_or(TokenError::OtherCheck)
}

impl Token {
    /// The token as text, for the check called `check`.
    pub fn encode(&self, check: &str) -> String {
        let mut bytes = Vec::new();
        bytes.extend(name_hash(check).to_le_bytes());
        bytes.extend(self.digest.to_le_bytes());
        let spawns = u64::from(self.schedule.spawns == Spawns::Chosen);
        let memory = match self.schedule.memory {
            Memory::Sequential => 0,
            Memory::Weak => WEAK_MEMORY,
        };
        push_varint(&mut bytes, u64::from(self.scenario) << 1 | spawns | memory);
        let mut defaults = 0;
        for choice in &self.schedule.choices {
            if *choice == 0 {
                defaults += 1;
            } else {
                push_varint(&mut bytes, defaults);
                push_varint(&mut bytes, u64::from(*choice));
                defaults = 0;
            }
        }
        let counts = self.schedule.counts;
        bytes.push(check_byte(counts, &bytes));
        let version = match counts {
            Counts::Invisible => VERSION,
            Counts::Chosen => VERSION_WITH_COUNTS,
        };
        format!("{version}-{}", encode_digits(&bytes))
    }

    /// The token that `text` is, for the check called `check`.
    ///
    /// # Errors
    ///
    /// If it is not a token, or belongs to another version or check.
    pub fn decode(text: &str, check: &str) -> Result<Self, TokenError> {
        let (counts, bytes) = decode(text)?;
        let (hash, rest) = bytes.split_first_chunk::<2>().ok_or(TokenError::Malformed)?;
        if *hash != name_hash(check).to_le_bytes() {
            return Err(TokenError::OtherCheck);
        }
        let (digest, mut rest) = rest.split_first_chunk::<4>().ok_or(TokenError::Malformed)?;
        let scenario_and_flags = take_varint(&mut rest)?;
        let mut choices = Vec::new();
        while !rest.is_empty() {
            let defaults = take_varint(&mut rest)? as usize;
            let choice = take_varint(&mut rest)?;
            if choices.len() + defaults > MAX_CHOICES {
                return Err(TokenError::Malformed);
            }
            choices.resize(choices.len() + defaults, 0);
            choices.push(u16::try_from(choice).map_err(|_| TokenError::Malformed)?);
        }
        let memory = match scenario_and_flags & WEAK_MEMORY {
            0 => Memory::Sequential,
            _ => Memory::Weak,
        };
        let scenario = u32::try_from((scenario_and_flags & !WEAK_MEMORY) >> 1).map_err(|_| TokenError::Malformed)?;
        let spawns = match scenario_and_flags & 1 {
            0 => Spawns::Invisible,
            _ => Spawns::Chosen,
        };
        Ok(Self {
            scenario,
            schedule: Schedule {
                choices,
                spawns,
                counts,
                memory,
                switches: Switches::Before,
            },
            digest: u32::from_le_bytes(*digest),
        })
    }
}

/// What the version of a token says, and its bytes without the check byte.
fn decode(token: &str) -> Result<(Counts, Vec<u8>), TokenError> {
    let (version, digits) = token.split_once('-').ok_or(TokenError::Malformed)?;
    let counts = match version_number(version)? {
        ..VERSION => return Err(TokenError::EarlierVersion),
        VERSION => Counts::Invisible,
        VERSION_WITH_COUNTS => Counts::Chosen,
        _ => return Err(TokenError::LaterVersion),
    };
    let mut bytes = decode_digits(digits)?;
    let found = bytes.pop().ok_or(TokenError::Malformed)?;
    if found == check_byte(counts, &bytes) {
        Ok((counts, bytes))
    } else {
        Err(TokenError::Malformed)
    }
}

/// A cyclic redundancy check of 8 bits (the polynomial x⁸ + x² + x + 1, as in ITU-T I.432.1, from all ones). It finds
/// every change within 8 neighbouring bits, and a digit is 5. The two versions have complementary checks, so that one
/// is not taken for the other.
fn check_byte(counts: Counts, bytes: &[u8]) -> u8 {
    let remainder = bytes.iter().fold(0xFF, |remainder, byte| {
        (0..8).fold(remainder ^ byte, |remainder, _| {
            let carry = if remainder & 0x80 == 0 { 0 } else { 0x07 };
            remainder << 1 ^ carry
        })
    });
    match counts {
        Counts::Invisible => remainder,
        Counts::Chosen => !remainder,
    }
}

/// FNV-1a, folded to 16 bits.
fn name_hash(name: &str) -> u16 {
    let hash = fnv::append(fnv::EMPTY, name.as_bytes());
    (hash ^ (hash >> 16)) as u16
}

/// LEB128: seven bits a byte, the lowest first.
fn push_varint(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn take_varint(bytes: &mut &[u8]) -> Result<u64, TokenError> {
    let mut value = 0;
    for shift in (0..35).step_by(7) {
        let (byte, rest) = bytes.split_first().ok_or(TokenError::Malformed)?;
        *bytes = rest;
        value |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(TokenError::Malformed)
}

fn encode_digits(bytes: &[u8]) -> String {
    let (mut text, mut buffer, mut n_bits) = (String::new(), 0_u32, 0);
    for byte in bytes {
        buffer = (buffer << 8) | u32::from(*byte);
        n_bits += 8;
        while n_bits >= 5 {
            n_bits -= 5;
            text.push(char::from(DIGITS[(buffer >> n_bits) as usize & 31]));
        }
    }
    if n_bits > 0 {
        text.push(char::from(DIGITS[(buffer << (5 - n_bits)) as usize & 31]));
    }
    text
}

fn decode_digits(digits: &str) -> Result<Vec<u8>, TokenError> {
    let (mut bytes, mut buffer, mut n_bits) = (Vec::new(), 0_u32, 0);
    for digit in digits.bytes() {
        let value = DIGITS
            .iter()
            .position(|known| *known == digit)
            .ok_or(TokenError::Malformed)?;
        buffer = (buffer << 5) | value as u32;
        n_bits += 5;
        if n_bits >= 8 {
            n_bits -= 8;
            bytes.push((buffer >> n_bits) as u8);
            buffer &= (1 << n_bits) - 1;
        }
    }
    // What is left is padding: less than a digit, and zero.
    if n_bits >= 5 || buffer != 0 || bytes.is_empty() {
        Err(TokenError::Malformed)
    } else {
        Ok(bytes)
    }
}

/// The number of a version, written as [`Token::encode`] writes it.
fn version_number(version: &str) -> Result<u32, TokenError> {
    let number: u32 = version.parse().map_err(|_| TokenError::Malformed)?;
    if number.to_string() == version {
        Ok(number)
    } else {
        Err(TokenError::Malformed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(choices: &[u16]) -> Token {
        Token {
            scenario: 3,
            schedule: Schedule {
                choices: choices.to_vec(),
                spawns: Spawns::Invisible,
                counts: Counts::Invisible,
                memory: Memory::Sequential,
                switches: Switches::Before,
            },
            digest: 0xDEAD_BEEF,
        }
    }

    #[track_caller]
    fn check_round_trip(choices: &[u16]) {
        let mut combinations = Vec::new();
        for spawns in [Spawns::Invisible, Spawns::Chosen] {
            for counts in [Counts::Invisible, Counts::Chosen] {
                combinations.extend([Memory::Sequential, Memory::Weak].map(|memory| (spawns, counts, memory)));
            }
        }
        for (spawns, counts, memory) in combinations {
            let mut token = token(choices);
            token.schedule = Schedule {
                spawns,
                counts,
                memory,
                ..token.schedule
            };
            let text = token.encode("every_line_is_whole");
            assert_eq!(Token::decode(&text, "every_line_is_whole"), Ok(token));
            assert_eq!(
                check_of(&text, &["other", "every_line_is_whole"]),
                Ok("every_line_is_whole")
            );
        }
    }

    #[test]
    fn a_token_round_trips() {
        check_round_trip(&[]);
        check_round_trip(&[1]);
        check_round_trip(&[0, 0, 2, 0, 1]);
        check_round_trip(&[&[0; 300][..], &[513]].concat());
    }

    #[test]
    fn a_token_of_another_check_is_refused() {
        let text = token(&[1]).encode("one_check");
        assert_eq!(Token::decode(&text, "other_check"), Err(TokenError::OtherCheck));
        assert_eq!(check_of(&text, &["other_check"]), Err(TokenError::OtherCheck));
    }

    #[test]
    fn a_cut_or_foreign_token_is_refused() {
        let text = token(&[0, 0, 5]).encode("check");
        for cut in 0..text.len() {
            assert_eq!(
                Token::decode(&text[..cut], "check"),
                Err(TokenError::Malformed),
                "{}",
                &text[..cut]
            );
        }
        for longer in [format!("{text}0"), format!("{text}00"), format!(" {text}")] {
            assert_eq!(Token::decode(&longer, "check"), Err(TokenError::Malformed), "{longer}");
        }
        for nonsense in ["hello", "4-!!", "4-", "-", "", "+4-00", "04-00"] {
            assert_eq!(
                Token::decode(nonsense, "check"),
                Err(TokenError::Malformed),
                "{nonsense}"
            );
        }
    }

    #[test]
    fn a_token_of_another_version_says_so() {
        assert_eq!(Token::decode("3-00", "check"), Err(TokenError::EarlierVersion));
        assert_eq!(check_of("3-00", &["check"]), Err(TokenError::EarlierVersion));
        assert_eq!(Token::decode("6-00", "check"), Err(TokenError::LaterVersion));
        let text = TokenError::EarlierVersion.to_string();
        assert!(text.contains("an earlier version"), "{text}");
    }

    #[test]
    fn a_token_with_any_one_character_changed_is_refused() {
        for choices in [&[][..], &[1], &[0, 0, 2, 0, 1], &[0, 513, 0, 0, 0, 0, 0, 3]] {
            let mut with_counts = token(choices);
            with_counts.schedule.counts = Counts::Chosen;
            let texts = [token(choices), with_counts].map(|token| token.encode("check"));
            let characters = texts
                .iter()
                .flat_map(|text| text.char_indices().map(move |at| (text, at)));
            for (text, (index, character)) in characters {
                for other in (' '..='~').filter(|other| *other != character) {
                    let mut changed: Vec<char> = text.chars().collect();
                    changed[index] = other;
                    let changed: String = changed.into_iter().collect();
                    assert!(Token::decode(&changed, "check").is_err(), "{text} as {changed}");
                    assert!(check_of(&changed, &["check"]).is_err(), "{text} as {changed}");
                }
            }
        }
    }
}
