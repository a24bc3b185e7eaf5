//! The tests of the classic programs, in one program so that it is linked once.

mod outcomes;
mod search;
mod shortening;
