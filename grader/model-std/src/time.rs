//! As `std::time`, on a virtual clock.
//!
//! The clock stands still while any thread can go on, and jumps to the nearest deadline when none can. So waiting costs
//! no real time and takes exactly as long as requested. While all threads spin, the clock advances in small ticks (see
//! `runtime::fairness`).

pub use ::std::time::*;

use std::fmt;
use std::ops::{Add, AddAssign, Sub, SubAssign};
use std::panic::Location;

use crate::runtime::clock;

/// What the virtual clock shows when an execution starts: late enough that a program can subtract from it.
const START: Duration = Duration::from_secs(1_000_000);

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
        Instant::at(clock::now(Location::caller()))
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

/// As [`std::time::SystemTime`]. An execution starts at the first second of the year 2020.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SystemTime(::std::time::SystemTime);

/// As [`std::time::UNIX_EPOCH`].
pub const UNIX_EPOCH: SystemTime = SystemTime(::std::time::UNIX_EPOCH);

/// The first second of the year 2020, since [`UNIX_EPOCH`].
const YEAR_2020: Duration = Duration::from_secs(1_577_836_800);

impl SystemTime {
    /// As [`std::time::SystemTime::UNIX_EPOCH`].
    pub const UNIX_EPOCH: SystemTime = UNIX_EPOCH;

    /// As [`std::time::SystemTime::now`].
    #[track_caller]
    #[must_use]
    pub fn now() -> SystemTime {
        SystemTime(::std::time::UNIX_EPOCH + YEAR_2020 + clock::now(Location::caller()))
    }

    /// As [`std::time::SystemTime::duration_since`].
    ///
    /// # Errors
    ///
    /// If `earlier` is later.
    pub fn duration_since(&self, earlier: SystemTime) -> Result<Duration, SystemTimeError> {
        self.0.duration_since(earlier.0)
    }

    /// As [`std::time::SystemTime::elapsed`].
    ///
    /// # Errors
    ///
    /// If the time lies in the future.
    #[track_caller]
    pub fn elapsed(&self) -> Result<Duration, SystemTimeError> {
        SystemTime::now().duration_since(*self)
    }

    /// As [`std::time::SystemTime::checked_add`].
    pub fn checked_add(&self, duration: Duration) -> Option<SystemTime> {
        self.0.checked_add(duration).map(SystemTime)
    }

    /// As [`std::time::SystemTime::checked_sub`].
    pub fn checked_sub(&self, duration: Duration) -> Option<SystemTime> {
        self.0.checked_sub(duration).map(SystemTime)
    }
}

impl Add<Duration> for SystemTime {
    type Output = SystemTime;

    #[track_caller]
    fn add(self, duration: Duration) -> SystemTime {
        self.checked_add(duration)
            .expect("overflow when adding duration to instant")
    }
}

impl AddAssign<Duration> for SystemTime {
    #[track_caller]
    fn add_assign(&mut self, other: Duration) {
        *self = *self + other;
    }
}

impl Sub<Duration> for SystemTime {
    type Output = SystemTime;

    #[track_caller]
    fn sub(self, duration: Duration) -> SystemTime {
        self.checked_sub(duration)
            .expect("overflow when subtracting duration from instant")
    }
}

impl SubAssign<Duration> for SystemTime {
    #[track_caller]
    fn sub_assign(&mut self, other: Duration) {
        *self = *self - other;
    }
}

impl fmt::Debug for SystemTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
