//! A share of the known submissions, for a machine that has no time for all of them.
//!
//! Solutions, stubs and idle submissions are in every share. The variants and mistakes of all exercises are dealt out
//! like cards, and so are the lists of survivors, so the shares of one number together hold everything.

use std::num::NonZero;
use std::str::FromStr;

use super::Role;

/// One of several shares of equal size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Which one, from 1 on.
    number: NonZero<usize>,
    /// How many there are.
    of: NonZero<usize>,
}

impl Share {
    /// The share of `of` that `any` falls to, whatever it is.
    #[must_use]
    pub fn dealt(any: u64, of: NonZero<usize>) -> Self {
        // The remainder is smaller than `of`, so it fits.
        let index = (any % of.get() as u64) as usize;
        Self {
            number: NonZero::<usize>::MIN.saturating_add(index),
            of,
        }
    }

    /// Whether the submission or list that is the `index`-th to be dealt out falls to it.
    pub(super) fn has(self, index: usize) -> bool {
        index % self.of.get() == self.number.get() - 1
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/');
        let numbers = parts.and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        numbers
            .filter(|(number, of)| number <= of)
            .map(|(number, of)| Self { number, of })
            .ok_or_else(|| "expected two numbers such as 2/6, the first of them from 1 to the second".to_owned())
    }
}

/// Whether a submission of this kind is in every share.
pub(super) fn is_in_every_share(role: Role) -> bool {
    match role {
        Role::Solution | Role::Stub | Role::Idle => true,
        Role::Variant | Role::Mistake | Role::Survivors => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(of: usize) -> impl Iterator<Item = Share> {
        (1..=of).map(move |number| format!("{number}/{of}").parse().expect("a share"))
    }

    #[test]
    fn everything_is_in_exactly_one_share() {
        for index in 0..100 {
            assert_eq!(shares(6).filter(|share| share.has(index)).count(), 1);
        }
    }

    #[test]
    fn any_number_falls_to_a_share() {
        let six = NonZero::new(6).expect("it is not zero");
        let dealt = [0, 5, 6, u64::MAX].map(|any| Share::dealt(any, six).to_string());
        assert_eq!(dealt, ["1/6", "6/6", "1/6", "4/6"]);
    }

    #[test]
    fn a_share_is_one_of_those_that_there_are() {
        for text in ["", "1", "0/6", "7/6", "1/0", "-1/6", "1/6/2", "one/6"] {
            assert!(text.parse::<Share>().is_err(), "{text:?}");
        }
    }
}
