//! What the documentation and the tests of `std` say about synchronisation, on real threads and under the model.
//!
//! The modules of `areas` are compiled twice. On real threads, each behaviour is tried a few times and comes to one of
//! the listed results. Under the model, all interleavings are run and exactly the listed results come up. Where a test
//! of `std` uses large numbers to hit a rare interleaving, small numbers are used here.

#![expect(clippy::duplicate_mod, reason = "the areas are compiled against each library")]

mod modelled;
mod real;
