//! The public items that the exercise promises, with their types.
//!
//! Each is called here: a submission may take more than it was asked to.

use std::ops::RangeInclusive;

pub(crate) fn mixed(texts: &[&str], n: usize) {
    print_multiple::mixed(texts, n);
}

pub(crate) fn in_blocks(texts: &[&str], n: usize) {
    print_multiple::in_blocks(texts, n);
}

pub(crate) fn with_an_outsider(texts: &[&str], outsider: &str, n: usize) {
    print_multiple::with_an_outsider(texts, outsider, n);
}

pub(crate) fn print_primes(numbers: RangeInclusive<u64>) {
    print_multiple::print_primes(numbers);
}
