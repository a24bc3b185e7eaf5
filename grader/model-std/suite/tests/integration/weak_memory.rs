//! Stale reads: a load returns what the memory model of C++20 allows, and nothing else.

mod axioms;
mod channels;
mod data;
mod handover;
mod literature;
mod litmus;
mod programs;
mod pruning;
mod random_litmus;
mod uninstrumented;
