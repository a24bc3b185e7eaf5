//! What the documentation and the tests of `std` say of its synchronisation, once for real threads and once under the model.
//!
//! Each file below is one area, compiled twice: against the real `std`, where a behaviour is tried some times, and against the
//! modelled one, where all of its interleavings are run and exactly the listed results come up. Where the real tests use large
//! numbers to hit a rare interleaving, small ones do here.

#![expect(clippy::duplicate_mod, reason = "each area is compiled against either library")]

#[path = "std_suite/modelled.rs"]
mod modelled;
#[path = "std_suite/real.rs"]
mod real;
