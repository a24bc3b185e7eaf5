//! As `std::time`, on a virtual clock.
//!
//! The clock stands still while any thread can go on, and jumps to the nearest deadline when none can. So waiting costs
//! no real time and takes exactly as long as requested. While all threads spin, the clock advances in small ticks (see
//! `runtime::fairness`).

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
mod system_time;

pub use ::std::time::*;

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
pub use system_time::{SystemTime, UNIX_EPOCH};

use std::fmt;
use std::ops::{Add, AddAssign, Sub, SubAssign};
use std::panic::Location;

use crate::runtime::clock;

/// What the virtual clock shows when an execution starts: late enough that a program can subtract from it.
const START: Duration = Duration::from_secs(1_000_000);

/// What `SystemTime` shows when an execution starts, since its epoch: the first second of the year 2020.
pub(crate) const SYSTEM_START: Duration = Duration::from_secs(1_577_836_800);

/// The largest time that a clock of `std` can represent on systems with 64-bit seconds.
const LAST_SECOND: u64 = i64::MAX as u64;

/// As [`std::time::Instant`].
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(Duration);

impl Instant {
    /// As [`std::time::Instant::now`].
    #[track_caller]
    #[must_use]
    pub fn now() -> Instant {
        Instant::at(clock::now(Some(Location::caller())))
    }

    /// What the clock shows at this time after the start of the execution.
    pub(crate) fn at(since_start: Duration) -> Instant {
        Instant(START + since_start)
    }

    /// The time since the start of the execution; zero if the instant is earlier.
    pub(crate) fn since_start(self) -> Duration {
        self.0.saturating_sub(START)
    }

    /// As [`std::time::Instant::duration_since`].
    #[must_use]
    pub fn duration_since(&self, earlier: Instant) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    /// As [`std::time::Instant::checked_duration_since`].
    #[must_use]
    pub fn checked_duration_since(&self, earlier: Instant) -> Option<Duration> {
        self.0.checked_sub(earlier.0)
    }

    /// As [`std::time::Instant::saturating_duration_since`].
    #[must_use]
    pub fn saturating_duration_since(&self, earlier: Instant) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    /// As [`std::time::Instant::elapsed`].
    #[track_caller]
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        Instant::now().duration_since(*self)
    }

    /// As [`std::time::Instant::checked_add`].
    pub fn checked_add(&self, duration: Duration) -> Option<Instant> {
        self.0
            .checked_add(duration)
            .filter(|sum| sum.as_secs() <= LAST_SECOND)
            .map(Instant)
    }

    /// As [`std::time::Instant::checked_sub`].
    pub fn checked_sub(&self, duration: Duration) -> Option<Instant> {
        self.0.checked_sub(duration).map(Instant)
    }
}

impl Add<Duration> for Instant {
    type Output = Instant;

    #[track_caller]
    fn add(self, other: Duration) -> Instant {
        self.checked_add(other)
            .expect("overflow when adding duration to instant")
    }
}

impl AddAssign<Duration> for Instant {
    #[track_caller]
    fn add_assign(&mut self, other: Duration) {
        *self = *self + other;
    }
}

impl Sub<Duration> for Instant {
    type Output = Instant;

    #[track_caller]
    fn sub(self, other: Duration) -> Instant {
        self.checked_sub(other)
            .expect("overflow when subtracting duration from instant")
    }
}

impl SubAssign<Duration> for Instant {
    #[track_caller]
    fn sub_assign(&mut self, other: Duration) {
        *self = *self - other;
    }
}

impl Sub<Instant> for Instant {
    type Output = Duration;

    fn sub(self, other: Instant) -> Duration {
        self.duration_since(other)
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instant")
            .field("tv_sec", &self.0.as_secs())
            .field("tv_nsec", &self.0.subsec_nanos())
            .finish()
    }
}
