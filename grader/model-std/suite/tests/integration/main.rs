//! The tests of `model-std`, in one program so that it is linked once.
//!
//! Tests of generated programs are short by default. Each of their files says how to run them for longer.

mod addresses;
mod atomics_in_memory;
mod certainty;
mod channel_waits;
mod channels;
mod choice_points;
mod clock;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod crashes;
#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod descriptors;
#[cfg(target_os = "linux")]
mod differential;
mod drop_in;
mod endings;
mod environment;
mod interleavings;
#[cfg(target_os = "linux")]
mod memory;
mod odd_places;
mod oracle;
mod panics;
mod places;
mod positions;
mod programs;
mod pruning;
mod reference_counts;
mod replay;
mod shortening;
mod soak;
mod spinning;
mod statics;
mod std_suite;
mod stdin;
mod streams;
mod surface;
mod switches;
mod thread_numbers;
mod threads;
mod waiting;
mod weak_memory;

/// The number that the environment variable `name` holds, or `default`.
fn configured(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}
