//! The behaviour that the tests of `crossbeam-channel` ask for, of that library and of the modelled channels.
//!
//! The modules of `cases` are compiled twice: on real threads each case is run a few times, under the model in every
//! interleaving with two preemptions.

#![expect(clippy::duplicate_mod, reason = "the cases are compiled against each library")]

mod modelled;
mod real;
