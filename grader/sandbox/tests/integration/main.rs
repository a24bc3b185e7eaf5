//! Contained children through the public interface: hostile programs, kinds of programs, and the compiler.
#![cfg(target_os = "linux")]

mod acts;
mod compiling;
mod profiles;
mod setup;
mod support;
