//! The tests of `model-crossbeam-channel`, in one program so that it is linked once.

mod behaviour;
mod memory;
mod outcomes;
mod programs;
mod pruning;
mod surface;
mod traces;
