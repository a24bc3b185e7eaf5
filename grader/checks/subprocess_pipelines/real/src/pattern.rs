//! Data that a check can make again, and that a wrong submission does not produce by chance.

/// Far more than a pipe holds, and not a round number.
pub(crate) const MEBIBYTE: usize = (1 << 20) + 7;

/// `length` bytes of all values, so that they are not UTF-8.
pub(crate) fn bytes(length: usize) -> Vec<u8> {
    numbers().take(length).map(|number| number as u8).collect()
}

/// The letters in which a stage writes its errors, so that they differ from those of other stages.
#[derive(Clone, Copy)]
pub(crate) enum Letters {
    Small,
    Capital,
    Digits,
}

impl Letters {
    pub(crate) const ALL: [Letters; 3] = [Letters::Small, Letters::Capital, Letters::Digits];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Letters::Small => "small",
            Letters::Capital => "capital",
            Letters::Digits => "digits",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Letters> {
        Letters::ALL.into_iter().find(|letters| letters.name() == name)
    }

    /// `length` of these letters in an order that does not repeat.
    pub(crate) fn text(self, length: usize) -> Vec<u8> {
        let letters: &[u8] = match self {
            Letters::Small => b"abcdefghijklmnopqrstuvwxyz",
            Letters::Capital => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            Letters::Digits => b"0123456789",
        };
        let text = numbers().map(|number| letters[number as usize % letters.len()]);
        text.take(length).collect()
    }

    /// Those of `bytes` that are such letters, in their order.
    pub(crate) fn of(self, bytes: &[u8]) -> Vec<u8> {
        let is_one = |byte: &&u8| match self {
            Letters::Small => byte.is_ascii_lowercase(),
            Letters::Capital => byte.is_ascii_uppercase(),
            Letters::Digits => byte.is_ascii_digit(),
        };
        bytes.iter().filter(is_one).copied().collect()
    }
}

/// Always the same numbers: a linear congruential generator with the constants of Knuth's MMIX (*The Art of Computer
/// Programming*, volume 2, 1997), of which the upper bits are used.
fn numbers() -> impl Iterator<Item = u32> {
    let next = |state: &u64| {
        Some(
            state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407),
        )
    };
    std::iter::successors(Some(1), next).map(|state| (state >> 40) as u32)
}
