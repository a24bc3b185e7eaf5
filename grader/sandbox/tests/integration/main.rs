//! The sandbox through its public interface: hostile programs, the profiles of programs, and the compiler.
#![cfg(target_os = "linux")]

mod attacks;
mod compiling;
mod profiles;
mod setup;
mod support;
