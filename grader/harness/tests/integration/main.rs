//! The harness with the real kernel.

#[cfg(target_os = "linux")]
mod quiescence;
