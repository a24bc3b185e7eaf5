//! Decides when a child that does not end by itself has to be ended.
//!
//! * A waiting child has until the wall limit.
//! * A busy child may use up its CPU time, however long that takes on a loaded machine.
//! * A child whose threads wait for each other is ended as soon as that is certain.

use std::time::{Duration, Instant};

use crate::process::Activity;

/// How many wall limits a busy child gets if its CPU time is limited too.
const BUSY_WALL_LIMITS: u32 = 10;

/// When the activity of a child is sampled first. Nearly all children have ended by then.
const UNTIL_FIRST_SAMPLE: Duration = Duration::from_secs(1);

/// The time between two samples.
const SAMPLE_INTERVAL: Duration = Duration::from_millis(50);

/// How many samples in a row have to show the same threads waiting for each other, without any of them having run in
/// between. One would be enough if it showed all threads at one moment.
const DEADLOCK_SAMPLES: u32 = 20;

/// What a child does, and how often its threads were given a CPU until now.
pub(super) type Sample = (Activity, Option<u64>);

/// The deadline of one child.
pub(super) struct Deadline {
    start: Instant,
    wall: Duration,
    is_cpu_limited: bool,
    next_sample: Instant,
    last: Option<Sample>,
    n_equal_samples: u32,
}

impl Deadline {
    /// For a child that was started at `start`.
    pub(super) fn new(wall: Duration, is_cpu_limited: bool, start: Instant) -> Deadline {
        Deadline {
            start,
            wall,
            is_cpu_limited,
            next_sample: start + UNTIL_FIRST_SAMPLE.min(wall),
            last: None,
            n_equal_samples: 0,
        }
    }

    /// How long no sample is needed.
    pub(super) fn until_next_sample(&self, now: Instant) -> Duration {
        self.next_sample.saturating_duration_since(now)
    }

    /// What the child does, if it has to be ended now.
    pub(super) fn is_over(&mut self, now: Instant, sample: impl FnOnce() -> Sample) -> Option<Activity> {
        if now < self.next_sample {
            return None;
        }
        self.next_sample = now + SAMPLE_INTERVAL;
        let sample = sample();
        let (activity, n_switches) = sample;
        let is_equal = n_switches.is_some() && self.last == Some(sample);
        self.n_equal_samples = if is_equal { self.n_equal_samples + 1 } else { 0 };
        self.last = Some(sample);
        let is_over = match activity {
            Activity::WaitingForEachOther { .. } => {
                self.n_equal_samples >= DEADLOCK_SAMPLES || self.is_past_wall_limits(1, now)
            }
            Activity::Running if self.is_cpu_limited => self.is_past_wall_limits(BUSY_WALL_LIMITS, now),
            Activity::Running | Activity::Waiting => self.is_past_wall_limits(1, now),
        };
        is_over.then_some(activity)
    }

    fn is_past_wall_limits(&self, n_limits: u32, now: Instant) -> bool {
        now.saturating_duration_since(self.start) >= self.wall * n_limits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEADLOCKED: Activity = Activity::WaitingForEachOther { threads: 2 };

    /// After how many seconds a child is ended if it is sampled each half second and `sample` gives what each sample
    /// shows.
    fn ended_after(is_cpu_limited: bool, sample: impl Fn(u64) -> Sample) -> (f64, Activity) {
        let start = Instant::now();
        let mut deadline = Deadline::new(Duration::from_secs(30), is_cpu_limited, start);
        (1..)
            .find_map(|n| {
                let now = start + Duration::from_millis(500) * n;
                let activity = deadline.is_over(now, || sample(n.into()))?;
                Some((f64::from(n) / 2.0, activity))
            })
            .expect("every child is ended at some time")
    }

    #[test]
    fn a_waiting_child_has_until_the_wall_limit() {
        assert_eq!(
            ended_after(true, |_| (Activity::Waiting, Some(7))),
            (30.0, Activity::Waiting)
        );
    }

    #[test]
    fn a_busy_child_may_use_up_its_cpu_time_if_that_is_limited() {
        assert_eq!(
            ended_after(true, |n| (Activity::Running, Some(n))),
            (300.0, Activity::Running)
        );
        assert_eq!(
            ended_after(false, |n| (Activity::Running, Some(n))),
            (30.0, Activity::Running)
        );
    }

    #[test]
    fn a_deadlocked_child_is_ended_as_soon_as_that_is_certain() {
        assert_eq!(ended_after(false, |_| (DEADLOCKED, Some(7))), (11.0, DEADLOCKED));
    }

    #[test]
    fn threads_that_ran_between_two_samples_are_not_deadlocked() {
        assert_eq!(ended_after(false, |n| (DEADLOCKED, Some(n))), (30.0, DEADLOCKED));
        assert_eq!(ended_after(false, |_| (DEADLOCKED, None)), (30.0, DEADLOCKED));
    }
}
