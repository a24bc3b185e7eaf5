//! A sample of mutants, chosen by a seed.

use std::num::NonZero;

/// A number of mutants, chosen by a seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// How many.
    pub size: NonZero<usize>,
    /// The same seed chooses the same mutants.
    pub seed: u64,
}

impl Sample {
    /// The chosen items, in their order.
    pub(super) fn of<T>(self, items: Vec<T>) -> Vec<T> {
        let mut random = Random(self.seed);
        let mut chosen: Vec<(u64, usize, T)> = Vec::new();
        for (place, item) in items.into_iter().enumerate() {
            chosen.push((random.next(), place, item));
        }
        chosen.sort_by_key(|(number, place, _)| (*number, *place));
        chosen.truncate(self.size.get());
        chosen.sort_by_key(|(_, place, _)| *place);
        chosen.into_iter().map(|(_, _, item)| item).collect()
    }
}

/// Numbers that follow from a seed: SplitMix64 (Steele, Lea & Flood, *Fast Splittable Pseudorandom Number Generators*,
/// OOPSLA 2014).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        number ^ (number >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_chooses_always_the_same_items_in_their_order_and_another_seed_others() {
        let size = NonZero::new(10).expect("it is not zero");
        let sample = |seed| Sample { size, seed }.of((0..1000).collect::<Vec<u32>>());
        assert_eq!(sample(1), sample(1));
        assert_ne!(sample(1), sample(2));
        assert_eq!(sample(1).len(), 10);
        assert!(sample(1).is_sorted());
        let all = Sample { size, seed: 1 }.of(vec![1, 2, 3]);
        assert_eq!(all, [1, 2, 3]);
    }
}
