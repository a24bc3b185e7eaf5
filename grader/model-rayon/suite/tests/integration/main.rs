//! The tests of `model-rayon-core`, in one program so that it is linked once.

mod iterators;
mod outcomes;
