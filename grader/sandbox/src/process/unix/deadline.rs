//! Decides when a child that does not end by itself has to be ended.
//!
//! * A child may wait for so long in all, and run for as long as it has CPU time and wall time.
//! * A child whose threads wait for each other is ended as soon as that is certain.

use std::time::{Duration, Instant};

use crate::process::Activity;

/// When the activity of a child is sampled first. Nearly all children have ended by then.
const UNTIL_FIRST_SAMPLE: Duration = Duration::from_millis(500);

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
    waiting: Duration,
    next_sample: Instant,
    last: Option<Sample>,
    n_equal_samples: u32,
    /// For how long the samples have found it waiting. Each stands for one interval, however late it was taken.
    waited: Duration,
}

impl Deadline {
    /// For a child that was started at `start`.
    pub(super) fn new(wall: Duration, waiting: Duration, start: Instant) -> Deadline {
        Deadline {
            start,
            wall,
            waiting,
            next_sample: start + UNTIL_FIRST_SAMPLE.min(waiting).min(wall),
            last: None,
            n_equal_samples: 0,
            waited: Duration::ZERO,
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
        let is_waiting = match activity {
            Activity::WaitingForEachOther { .. } | Activity::Waiting => true,
            Activity::Running => false,
        };
        if is_waiting {
            self.waited += SAMPLE_INTERVAL;
        }
        let is_deadlocked =
            matches!(activity, Activity::WaitingForEachOther { .. }) && self.n_equal_samples >= DEADLOCK_SAMPLES;
        let has_waited = is_waiting && self.waited >= self.waiting;
        let is_over = is_deadlocked || has_waited || now.saturating_duration_since(self.start) >= self.wall;
        is_over.then_some(activity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEADLOCKED: Activity = Activity::WaitingForEachOther { threads: 2 };

    const WALL: Duration = Duration::from_secs(30);
    const WAITING: Duration = Duration::from_secs(5);

    /// After how many seconds a child is ended if it is sampled every 50 ms, `sample` gives what each sample shows, and
    /// `late` is how much later than asked for each is taken.
    fn ended_after(late: Duration, sample: impl Fn(u64) -> Sample) -> (f64, Activity) {
        let start = Instant::now();
        let mut deadline = Deadline::new(WALL, WAITING, start);
        let mut now = start;
        (1..)
            .find_map(|n| {
                now += deadline.until_next_sample(now) + late;
                let activity = deadline.is_over(now, || sample(n))?;
                Some(((now - start).as_secs_f64(), activity))
            })
            .expect("every child is ended at some time")
    }

    #[test]
    fn a_child_may_wait_for_so_long_in_all() {
        let (after, activity) = ended_after(Duration::ZERO, |_| (Activity::Waiting, Some(7)));
        assert!((5.4..5.6).contains(&after), "{after}");
        assert_eq!(activity, Activity::Waiting);
        let every_other = |n: u64| {
            if n.is_multiple_of(2) {
                Activity::Waiting
            } else {
                Activity::Running
            }
        };
        let (after, _) = ended_after(Duration::ZERO, |n| (every_other(n), Some(n)));
        assert!((10.4..10.6).contains(&after), "{after}");
    }

    #[test]
    fn a_sample_that_is_late_counts_no_more_than_another() {
        let (after, _) = ended_after(Duration::from_millis(100), |_| (Activity::Waiting, Some(7)));
        assert!((15.4..15.7).contains(&after), "{after}");
    }

    #[test]
    fn a_busy_child_has_until_the_wall_limit() {
        let (after, activity) = ended_after(Duration::ZERO, |n| (Activity::Running, Some(n)));
        assert!((30.0..30.1).contains(&after), "{after}");
        assert_eq!(activity, Activity::Running);
    }

    #[test]
    fn a_deadlocked_child_is_ended_as_soon_as_that_is_certain() {
        let (after, activity) = ended_after(Duration::ZERO, |_| (DEADLOCKED, Some(7)));
        assert!((1.4..1.6).contains(&after), "{after}");
        assert_eq!(activity, DEADLOCKED);
    }

    #[test]
    fn threads_that_ran_between_two_samples_are_not_deadlocked() {
        for n_switches in [Some, |_| None] {
            let (after, _) = ended_after(Duration::ZERO, |n| (DEADLOCKED, n_switches(n)));
            assert!((5.4..5.6).contains(&after), "{after}");
        }
    }
}
