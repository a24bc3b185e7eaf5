//! When a child that does not end by itself has to be ended.
//!
//! * One that waits has until the wall limit.
//! * One that is busy may use up its processor time, however long that takes on a machine with much else to do.
//! * One whose threads wait for each other is kept only as long as it takes to be sure.

use std::time::{Duration, Instant};

use super::Activity;

/// How many wall limits a child gets that is busy, where processor time has a limit too.
const BUSY: u32 = 10;

/// How long to wait with the first look at what a child does: nearly all are done by then.
const UNTIL_FIRST_LOOK: Duration = Duration::from_secs(1);

/// How long lies between two looks.
const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// How many looks in a row have to see the same threads wait for each other, none of which has run meanwhile. One would do
/// if it were a look at all threads at one moment.
const LOOKS: u32 = 20;

/// What a look at the child sees, and how often its threads have been given a processor by then.
pub(super) type Look = (Activity, Option<u64>);

/// Watches over one child.
pub(super) struct Deadline {
    start: Instant,
    wall: Duration,
    is_cpu_limited: bool,
    next_look: Instant,
    last: Option<Look>,
    looks: u32,
}

impl Deadline {
    /// For a child that was started at `start`.
    pub(super) fn new(wall: Duration, is_cpu_limited: bool, start: Instant) -> Deadline {
        Deadline {
            start,
            wall,
            is_cpu_limited,
            next_look: start + UNTIL_FIRST_LOOK.min(wall),
            last: None,
            looks: 0,
        }
    }

    /// How long nothing has to be looked at.
    pub(super) fn rest(&self, now: Instant) -> Duration {
        self.next_look.saturating_duration_since(now)
    }

    /// What the child does, if it has to be ended at this moment.
    pub(super) fn over(&mut self, now: Instant, look: impl FnOnce() -> Look) -> Option<Activity> {
        if now < self.next_look {
            return None;
        }
        self.next_look = now + BETWEEN_LOOKS;
        let look = look();
        let (activity, runs) = look;
        let is_same = runs.is_some() && self.last == Some(look);
        self.looks = if is_same { self.looks + 1 } else { 0 };
        self.last = Some(look);
        let is_over = match activity {
            Activity::WaitingForEachOther { .. } => self.looks >= LOOKS || self.is_past(1, now),
            Activity::Running if self.is_cpu_limited => self.is_past(BUSY, now),
            Activity::Running | Activity::Waiting => self.is_past(1, now),
        };
        is_over.then_some(activity)
    }

    fn is_past(&self, n_limits: u32, now: Instant) -> bool {
        now.saturating_duration_since(self.start) >= self.wall * n_limits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STUCK: Activity = Activity::WaitingForEachOther { threads: 2 };

    /// After how many seconds a child is ended that is seen so at each look, of which there is one each half second.
    fn ended_after(is_cpu_limited: bool, look: impl Fn(u64) -> Look) -> (f64, Activity) {
        let start = Instant::now();
        let mut deadline = Deadline::new(Duration::from_secs(30), is_cpu_limited, start);
        (1..)
            .find_map(|n| {
                let now = start + Duration::from_millis(500) * n;
                let activity = deadline.over(now, || look(n.into()))?;
                Some((f64::from(n) / 2.0, activity))
            })
            .expect("everything has an end")
    }

    #[test]
    fn who_waits_has_until_the_limit() {
        assert_eq!(
            ended_after(true, |_| (Activity::Waiting, Some(7))),
            (30.0, Activity::Waiting)
        );
    }

    #[test]
    fn who_is_busy_has_its_processor_time_where_that_has_a_limit() {
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
    fn who_is_stuck_is_kept_as_long_as_it_takes_to_be_sure() {
        assert_eq!(ended_after(false, |_| (STUCK, Some(7))), (11.0, STUCK));
    }

    #[test]
    fn threads_that_run_between_two_looks_are_not_stuck() {
        assert_eq!(ended_after(false, |n| (STUCK, Some(n))), (30.0, STUCK));
        assert_eq!(ended_after(false, |_| (STUCK, None)), (30.0, STUCK));
    }
}
