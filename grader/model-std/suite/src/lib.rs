//! Collects the outcomes of all executions of a body and compares them with the allowed ones: no more, and no fewer.

use std::collections::BTreeSet;
use std::fmt::Debug;
use std::ops::ControlFlow;
use std::rc::Rc;

use model_std::model::trace::{End, Trace};
use model_std::model::{Bounds, Coverage, Execution, Settings, SwitchAfterRelease, explore, replay};
use model_std::sync::{Condvar, Mutex};
use model_std::thread;

/// How far to explore, and what an execution may do. The samples beyond the bound are few: a test must not depend on
/// what they find.
#[derive(Clone, Copy, Debug)]
pub struct Explorer {
    /// How far to explore.
    pub bounds: Bounds,
    /// What an execution may do.
    pub settings: Settings,
}

/// The default settings, without switches after releasing operations. Nothing here is instrumented, and nearly all of
/// the tests are about programs for which these switches make no difference.
pub fn plain() -> Settings {
    Settings {
        switch_after_release: SwitchAfterRelease::Never,
        ..Settings::default()
    }
}

impl Default for Explorer {
    fn default() -> Self {
        Self {
            bounds: Bounds {
                random: 200,
                ..Bounds::default()
            },
            settings: plain(),
        }
    }
}

/// Explores with at most this many preemptions.
pub fn preemptions(n: u32) -> Explorer {
    let explorer = Explorer::default();
    Explorer {
        bounds: Bounds {
            preemptions: n,
            ..explorer.bounds
        },
        ..explorer
    }
}

/// Explores under these settings.
pub fn settings(settings: Settings) -> Explorer {
    Explorer {
        settings,
        ..Explorer::default()
    }
}

/// The executions of `body` are longer than 20 000 steps, and nothing else is wrong with them.
#[track_caller]
pub fn reaches_the_limit(body: impl Fn() + 'static) {
    let explorer = Explorer {
        bounds: Bounds {
            executions: 3,
            random: 2,
            ..Bounds::default()
        },
        settings: Settings {
            steps: 20_000,
            ..Settings::default()
        },
    };
    explorer.ends(body, &["step limit"]);
}

/// Runs `work` while another thread waits for a signal, which is given afterwards.
pub fn while_a_thread_waits(work: impl FnOnce()) {
    let (is_over, signal) = (Mutex::new(false), Condvar::new());
    thread::scope(|scope| {
        scope.spawn(|| drop(signal.wait_while(is_over.lock().unwrap(), |is_over| !*is_over)));
        work();
        *is_over.lock().unwrap() = true;
        signal.notify_all();
    });
}

impl Explorer {
    /// Every execution of `body` returns one of the `allowed` values, and each of them comes up.
    #[track_caller]
    pub fn returns<T: Ord + Debug + 'static>(
        self,
        body: impl Fn() -> T + 'static,
        allowed: impl IntoIterator<Item = T>,
    ) -> Coverage {
        let mut returned = BTreeSet::new();
        let mut ends = BTreeSet::new();
        let coverage = self.each(body, |execution| match execution.value {
            Some(Ok(value)) if execution.trace.end == End::Finished => {
                returned.insert(value);
            }
            _ => {
                ends.insert(describe(&execution.trace.end));
            }
        });
        assert_eq!(
            ends,
            BTreeSet::new(),
            "some executions did not return; others returned {returned:?}"
        );
        assert_eq!(returned, allowed.into_iter().collect(), "after {coverage:?}");
        coverage
    }

    /// The executions of `body` end in the `allowed` ways, worded as by [`describe`], and each of them comes up.
    #[track_caller]
    pub fn ends<T: 'static>(self, body: impl Fn() -> T + 'static, allowed: &[&str]) -> Coverage {
        let mut ends = BTreeSet::new();
        let coverage = self.each(body, |execution| {
            ends.insert(describe(&execution.trace.end));
        });
        assert_eq!(
            ends,
            allowed.iter().map(|end| (*end).to_owned()).collect(),
            "after {coverage:?}"
        );
        coverage
    }

    /// The first execution of `body` that does not finish, recorded, and its number of preemptions.
    #[track_caller]
    pub fn first_failure<T: 'static>(self, body: impl Fn() -> T + 'static) -> (Trace, u32) {
        self.first(body, |execution| execution.trace.end != End::Finished)
    }

    /// The first execution that `is_wanted`, recorded, and its number of preemptions. It is found by exploring and
    /// recorded by replaying its schedule, and both must be the same execution.
    #[track_caller]
    pub fn first<T: 'static>(
        self,
        body: impl Fn() -> T + 'static,
        is_wanted: impl Fn(&Execution<T>) -> bool,
    ) -> (Trace, u32) {
        let body: Rc<dyn Fn() -> T> = Rc::new(body);
        let mut found = None;
        let coverage = explore(&self.bounds, &self.settings, &body, |execution| {
            if !is_wanted(&execution) {
                return ControlFlow::Continue(());
            }
            found = Some(execution.trace);
            ControlFlow::Break(())
        });
        let (found, stopped) = (
            found.expect("no execution is wanted"),
            coverage.stopped.expect("it was stopped"),
        );
        let replayed = replay(&self.settings, &body, &stopped.schedule);
        assert_eq!(
            replayed.trace.end, found.end,
            "a replay of {:?} ends otherwise",
            stopped.schedule
        );
        assert_eq!(replayed.trace.stdout, found.stdout);
        assert_eq!(replayed.preemptions, stopped.preemptions);
        (replayed.trace, stopped.preemptions)
    }

    /// The first execution of `body` that was nondeterministic. It cannot be replayed.
    #[track_caller]
    pub fn first_nondeterministic<T: 'static>(self, body: impl Fn() -> T + 'static) -> Trace {
        let mut found = None;
        self.each(body, |execution| {
            if matches!(execution.trace.end, End::Nondeterministic(_)) {
                found.get_or_insert(execution.trace);
            }
        });
        found.expect("all executions were as expected")
    }

    /// Passes every execution of `body` to `look`.
    pub fn each<T: 'static>(self, body: impl Fn() -> T + 'static, mut look: impl FnMut(Execution<T>)) -> Coverage {
        let body: Rc<dyn Fn() -> T> = Rc::new(body);
        explore(&self.bounds, &self.settings, &body, |execution| {
            look(execution);
            ControlFlow::Continue(())
        })
    }
}

/// As [`Explorer::returns`], within the default bounds of a check.
#[track_caller]
pub fn returns<T: Ord + Debug + 'static>(
    body: impl Fn() -> T + 'static,
    allowed: impl IntoIterator<Item = T>,
) -> Coverage {
    Explorer::default().returns(body, allowed)
}

/// As [`Explorer::ends`], within the default bounds of a check.
#[track_caller]
pub fn ends<T: 'static>(body: impl Fn() -> T + 'static, allowed: &[&str]) -> Coverage {
    Explorer::default().ends(body, allowed)
}

/// As [`Explorer::first_failure`], within the default bounds of a check.
#[track_caller]
pub fn first_failure<T: 'static>(body: impl Fn() -> T + 'static) -> Trace {
    Explorer::default().first_failure(body).0
}

/// How an execution ended, in a few words.
pub fn describe(end: &End) -> String {
    match end {
        End::Finished => "finished".to_owned(),
        End::Panicked(panic) => format!("panicked: {}", panic.message),
        End::Deadlock { cycle, .. } => format!("deadlock {cycle:?}"),
        End::LostWakeup { waiter, .. } => format!("lost wake-up of {waiter}"),
        End::Livelock { threads } => format!("livelock {threads:?}"),
        End::BusyWait { thread, .. } => format!("busy wait of {thread}"),
        End::EndlessLoop { thread, .. } => format!("endless loop of {thread}"),
        End::StackOverflow { thread, size, .. } => format!("{thread} overflowed its stack of {} KiB", size >> 10),
        End::Aborted { thread, panics } => {
            let messages: Vec<&str> = panics.iter().map(|panic| panic.message.as_str()).collect();
            format!("{thread} aborted after {messages:?}")
        }
        End::Crashed { thread, signal, .. } => format!("{thread} crashed: {signal:?}"),
        End::OutsideWait { thread, outside, .. } => format!("{thread} waits outside: {outside:?}"),
        End::StepLimit => "step limit".to_owned(),
        End::Exited { code, thread, .. } => format!("{thread} exited with {code:?}"),
        End::ThreadsLeft { threads } => format!("threads left {threads:?}"),
        End::Nondeterministic(_) => "nondeterministic".to_owned(),
        End::Paused { .. } => "paused".to_owned(),
    }
}

/// The line of a place; 0 for none.
pub fn line(place: Option<&model_std::model::trace::Place>) -> u32 {
    place.map_or(0, |place| place.line)
}

/// Calls a function when it is dropped.
pub struct OnDrop<F: FnMut()>(pub F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}
