//! As `std::time`, on a virtual clock.
//!
//! The clock stands still while any thread can go on, and jumps to the nearest deadline when none can. So waiting costs
//! no real time and takes exactly as long as requested. Of two readings, the later one is greater even if no time has
//! passed between them. While all threads spin, the clock advances in small ticks (see `runtime::fairness`). Outside
//! executions, it is the real clock.

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

/// What `SystemTime` shows when an execution starts, since its epoch: the first second of the year 2037. That is later
/// than the times of files, as the present is, and its seconds fit into 31 bits.
const SYSTEM_START: Duration = Duration::from_secs(2_114_380_800);

/// The time of day, since its epoch, at a reading with this number. A `SystemTime` has nothing but nanoseconds by which
/// two readings of one time can differ.
pub(crate) fn system_time((since_start, reading): (Duration, u64)) -> Duration {
    SYSTEM_START + since_start + Duration::from_nanos(reading)
}

/// The largest time that a clock of `std` can represent on systems with 64-bit seconds.
const LAST_SECOND: u64 = i64::MAX as u64;

/// As [`std::time::Instant`].
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant {
    time: Duration,
    /// Tells readings of the clock at one time apart (see `runtime::clock`).
    reading: u64,
}

impl Instant {
    /// As [`std::time::Instant::now`].
    #[track_caller]
    #[must_use]
    pub fn now() -> Instant {
        let (since_start, reading) = clock::now(Some(Location::caller()));
        let time = START + since_start;
        Instant { time, reading }
    }

    /// What the clock shows at this time after the start of the execution, as a new reading.
    pub(crate) fn at(since_start: Duration) -> Instant {
        Instant {
            time: START + since_start,
            reading: clock::next_reading(),
        }
    }

    /// The time since the start of the execution; zero if the instant is earlier.
    pub(crate) fn since_start(self) -> Duration {
        self.time.saturating_sub(START)
    }

    /// As [`std::time::Instant::duration_since`].
    #[must_use]
    pub fn duration_since(&self, earlier: Instant) -> Duration {
        self.time.saturating_sub(earlier.time)
    }

    /// As [`std::time::Instant::checked_duration_since`].
    #[must_use]
    pub fn checked_duration_since(&self, earlier: Instant) -> Option<Duration> {
        (*self >= earlier).then(|| self.duration_since(earlier))
    }

    /// As [`std::time::Instant::saturating_duration_since`].
    #[must_use]
    pub fn saturating_duration_since(&self, earlier: Instant) -> Duration {
        self.duration_since(earlier)
    }

    /// As [`std::time::Instant::elapsed`].
    #[track_caller]
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        Instant::now().duration_since(*self)
    }

    /// As [`std::time::Instant::checked_add`].
    pub fn checked_add(&self, duration: Duration) -> Option<Instant> {
        let time = self.time.checked_add(duration)?;
        (time.as_secs() <= LAST_SECOND).then_some(Instant { time, ..*self })
    }

    /// As [`std::time::Instant::checked_sub`].
    pub fn checked_sub(&self, duration: Duration) -> Option<Instant> {
        let time = self.time.checked_sub(duration)?;
        Some(Instant { time, ..*self })
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
            .field("tv_sec", &self.time.as_secs())
            .field("tv_nsec", &self.time.subsec_nanos())
            .finish()
    }
}
