//! An execution that stops at each choice is the same as one that makes the choices at once, every option can be taken,
//! and an exploration from a position finds what lies behind its options.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::rc::Rc;

use model_std::model::play::{Subject, TurnReason};
use model_std::model::trace::{End, Op};
use model_std::model::{
    Bounds, Coverage, Memory, Position, Schedule, Settings, explore, explore_from, position, replay,
};
use model_std::sync::atomic::Ordering::{Relaxed, SeqCst};
use model_std::sync::atomic::{AtomicUsize, fence};
use model_std::sync::{Arc, Condvar, Mutex};
use model_std::thread;
use model_std_suite::{describe, plain};

type Body = Rc<dyn Fn() -> usize>;

/// Two threads that count, and lose a step.
fn lost_update() -> usize {
    let counter = Arc::new(AtomicUsize::new(0));
    let threads = [(); 2].map(|()| {
        let counter = Arc::clone(&counter);
        thread::spawn(move || {
            let seen = counter.load(SeqCst);
            counter.store(seen + 1, SeqCst);
        })
    });
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    counter.load(SeqCst)
}

/// Two locks that are taken in two orders.
fn lock_order() -> usize {
    let locks = Arc::new((Mutex::new(0), Mutex::new(0)));
    let theirs = Arc::clone(&locks);
    let thread = thread::spawn(move || {
        let first = theirs.1.lock().unwrap();
        *theirs.0.lock().unwrap() += *first;
    });
    let first = locks.0.lock().unwrap();
    *locks.1.lock().unwrap() += *first;
    drop(first);
    thread.join().unwrap();
    1
}

/// A thread that waits without asking whether it has to. A wake-up without a reason lets it go on too early.
fn waits_once() -> usize {
    let shared = Arc::new((Mutex::new(0), Condvar::new()));
    let theirs = Arc::clone(&shared);
    let thread = thread::spawn(move || {
        *theirs.0.lock().unwrap() = 1;
        theirs.1.notify_one();
    });
    let mut guard = shared.0.lock().unwrap();
    if *guard == 0 {
        guard = shared.1.wait(guard).unwrap();
    }
    let seen = *guard;
    drop(guard);
    thread.join().unwrap();
    seen
}

/// A number that is handed over with a flag, in orderings that are too weak.
fn too_weak() -> usize {
    let (number, is_there) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            number.store(7, Relaxed);
            is_there.store(1, Relaxed);
        });
        match is_there.load(Relaxed) {
            0 => 7,
            _ => number.load(Relaxed),
        }
    })
}

/// A weak compare-exchange whose failure nobody reckons with.
fn fails_weakly() -> usize {
    let counter = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let seen = counter.load(SeqCst);
                let _ = counter.compare_exchange_weak(seen, seen + 1, SeqCst, SeqCst);
            });
        }
    });
    fence(SeqCst);
    counter.load(SeqCst)
}

fn settings() -> Settings {
    Settings {
        spurious_wakeups: 1,
        weak_failures: 1,
        ..plain()
    }
}

/// The programs, with what they return where nothing goes wrong.
const PROGRAMS: [(fn() -> usize, usize); 5] = [
    (lost_update, 2),
    (lock_order, 1),
    (waits_once, 1),
    (too_weak, 7),
    (fails_weakly, 2),
];

fn bounds() -> Bounds {
    Bounds {
        // More than these programs can have.
        preemptions: 12,
        random: 20,
        ..Bounds::default()
    }
}

/// What an execution came to.
fn outcome(execution: model_std::model::Execution<usize>) -> String {
    match execution.value {
        Some(Ok(value)) => format!("returned {value}"),
        _ => describe(&execution.trace.end),
    }
}

/// The outcomes of all executions that begin with these choices, or of all where there are none.
fn outcomes(body: &Body, beginning: Option<&Schedule>) -> (BTreeSet<String>, Coverage) {
    let mut outcomes = BTreeSet::new();
    let look = |execution| {
        outcomes.insert(outcome(execution));
        ControlFlow::Continue(())
    };
    let coverage = match beginning {
        Some(beginning) => explore_from(&bounds(), &settings(), body, beginning, look),
        None => explore(&bounds(), &settings(), body, look),
    };
    (outcomes, coverage)
}

fn with_choice(schedule: &Schedule, choice: usize) -> Schedule {
    let mut schedule = schedule.clone();
    schedule.choices.push(choice as u16);
    schedule
}

/// The beginning of every game: no choices yet.
fn start(memory: Memory) -> Schedule {
    Schedule {
        memory,
        ..Schedule::default()
    }
}

fn at(body: &Body, schedule: &Schedule) -> Position<usize> {
    position(&settings(), body, schedule)
}

/// A failing execution of each program, with its schedule.
fn failing() -> impl Iterator<Item = (Body, Schedule, usize)> {
    PROGRAMS.into_iter().map(|(program, right)| {
        let body: Body = Rc::new(program);
        let coverage = explore(&bounds(), &settings(), &body, |execution| {
            if outcome(execution) == format!("returned {right}") {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
        let schedule = coverage.stopped.expect("an execution fails").schedule;
        (body, schedule, right)
    })
}

#[test]
fn to_make_the_choices_of_a_failing_execution_one_by_one_leads_to_the_same_failure() {
    for (body, schedule, right) in failing() {
        let whole = replay(&settings(), &body, &schedule);
        let mut played = Schedule {
            choices: Vec::new(),
            ..schedule.clone()
        };
        let mut n_events = 0;
        let mut wanted = schedule.choices.iter().copied().chain(std::iter::repeat(0));
        let last = loop {
            let position = at(&body, &played);
            let Some(paused) = &position.paused else {
                break position;
            };
            let events = &position.execution.trace.events;
            assert_eq!(events[..], whole.trace.events[..events.len()], "{played:?}");
            assert!(events.len() >= n_events);
            n_events = events.len();
            assert!(matches!(position.execution.trace.end, End::Paused { .. }));
            assert!(position.execution.value.is_none());
            let chosen = usize::from(wanted.next().expect("it has no end"));
            assert!(chosen < paused.options.len());
            played = with_choice(&played, chosen);
        };
        assert_eq!(last.schedule, schedule);
        assert_eq!(last.execution.trace, whole.trace);
        assert_ne!(outcome(last.execution), format!("returned {right}"));
    }
}

/// Calls `look` with every position of the game that begins with `schedule`, at most `left` of them.
fn each_position(
    body: &Body,
    schedule: &Schedule,
    left: &mut usize,
    look: &mut dyn FnMut(&Schedule, &Position<usize>),
) {
    if *left == 0 {
        return;
    }
    *left -= 1;
    let here = at(body, schedule);
    look(schedule, &here);
    let n_options = here.paused.as_ref().map_or(0, |paused| paused.options.len());
    for option in 0..n_options {
        each_position(body, &with_choice(schedule, option), left, look);
    }
}

#[test]
fn every_option_can_be_taken_and_its_thread_goes_next() {
    for (program, _) in PROGRAMS {
        let body: Body = Rc::new(program);
        let mut left = 400;
        each_position(&body, &start(Memory::Weak), &mut left, &mut |schedule, here| {
            let Some(paused) = &here.paused else {
                assert!(!matches!(here.execution.trace.end, End::Paused { .. }));
                return;
            };
            assert!(paused.options.len() > 1 && paused.n_non_preemptive > 0);
            let n_before = here.execution.trace.events.len();
            let End::Paused { waits } = &here.execution.trace.end else {
                panic!("it is paused");
            };
            for (option, turn) in paused.options.iter().enumerate() {
                let next = at(&body, &with_choice(schedule, option));
                let trace = &next.execution.trace;
                assert!(!matches!(trace.end, End::Nondeterministic(_)), "{schedule:?}: {option}");
                assert_eq!(trace.events[..n_before], here.execution.trace.events);
                let preempts = u32::from(option >= paused.n_non_preemptive);
                assert_eq!(
                    next.execution.preemptions,
                    here.execution.preemptions + preempts,
                    "{schedule:?}: {option}"
                );
                if let Some(event) = trace.events.get(n_before)
                    && turn.reason != TurnReason::NoWakeUp
                {
                    // A thread that only begins may have to wait at once.
                    let only_begins = turn.place.is_none() && paused.subject == Subject::Turn;
                    assert!(only_begins || event.thread == turn.thread, "{schedule:?}: {option}");
                    let is_line = event.place.is_none() || turn.place == event.place;
                    assert!(only_begins || turn.place.is_none() || is_line, "{schedule:?}: {option}");
                }
                let can_go = matches!(turn.reason, TurnReason::Ready);
                assert!(!can_go || waits.iter().all(|wait| wait.thread != turn.thread));
            }
        });
    }
}

#[test]
fn what_is_behind_a_position_is_what_is_behind_its_options() {
    for (program, _) in PROGRAMS {
        let body: Body = Rc::new(program);
        let beginning = start(Memory::Weak);
        let (all, coverage) = outcomes(&body, None);
        assert!(coverage.complete, "{coverage:?}");
        assert_eq!(outcomes(&body, Some(&beginning)).0, all);
        let mut left = 60;
        each_position(&body, &beginning, &mut left, &mut |schedule, here| {
            let (from_here, coverage) = outcomes(&body, Some(schedule));
            assert!(coverage.complete, "{coverage:?}");
            let Some(paused) = &here.paused else {
                let (played, again) = (at(&body, schedule), at(&body, schedule));
                assert_eq!(from_here, BTreeSet::from([outcome(played.execution)]));
                assert_eq!(again.schedule, here.schedule);
                return;
            };
            let options = 0..paused.options.len();
            let behind = options.flat_map(|option| outcomes(&body, Some(&with_choice(schedule, option))).0);
            assert_eq!(from_here, behind.collect(), "{schedule:?}");
        });
    }
}

#[test]
fn an_exploration_from_a_position_stops_at_an_execution_that_begins_there() {
    let body: Body = Rc::new(lost_update);
    // The first thread has read the counter, and the second one too.
    let mut beginning = start(Memory::Sequential);
    loop {
        let here = at(&body, &beginning);
        let paused = here.paused.expect("there is a choice left");
        let loads = here.execution.trace.events.iter();
        let loaded: BTreeSet<usize> = loads
            .filter(|event| matches!(event.op, Op::Load { .. }))
            .map(|event| event.thread)
            .collect();
        if loaded.len() == 2 {
            break;
        }
        let other = paused.options.iter().position(|turn| !loaded.contains(&turn.thread));
        beginning = with_choice(&beginning, other.expect("the other thread can go"));
    }
    let coverage = explore_from(&bounds(), &settings(), &body, &beginning, |execution| {
        match outcome(execution).as_str() {
            "returned 1" => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    });
    let stopped = coverage.stopped.expect("it is lost by now");
    assert_eq!(coverage.executions, 1);
    assert_eq!(stopped.schedule.choices[..beginning.choices.len()], beginning.choices);
    let end = at(&body, &stopped.schedule);
    assert_eq!((end.paused, outcome(end.execution)), (None, "returned 1".to_owned()));
    let (outcomes, _) = outcomes(&body, Some(&beginning));
    assert_eq!(outcomes, BTreeSet::from(["returned 1".to_owned()]));
}

#[test]
fn an_outcome_is_a_choice_with_a_subject_of_its_own() {
    let subjects = |program: fn() -> usize| {
        let body: Body = Rc::new(program);
        let mut subjects = BTreeSet::new();
        each_position(&body, &start(Memory::Weak), &mut 400, &mut |_, here| {
            if let Some(paused) = &here.paused {
                subjects.insert(format!("{:?}", paused.subject));
            }
        });
        subjects
    };
    let named = |subjects: &[Subject]| -> BTreeSet<String> { subjects.iter().map(|it| format!("{it:?}")).collect() };
    assert_eq!(subjects(lost_update), named(&[Subject::Turn]));
    assert_eq!(subjects(too_weak), named(&[Subject::Turn, Subject::Value]));
    assert_eq!(subjects(fails_weakly), named(&[Subject::Turn, Subject::Outcome]));
}

#[test]
fn a_beginning_that_does_not_fit_is_told() {
    let body: Body = Rc::new(lost_update);
    let wrong = with_choice(&start(Memory::Sequential), 9);
    let here = at(&body, &wrong);
    assert!(here.paused.is_none());
    assert!(matches!(here.execution.trace.end, End::Nondeterministic(_)));
    let (outcomes, _) = outcomes(&body, Some(&wrong));
    assert_eq!(outcomes, BTreeSet::from(["nondeterministic".to_owned()]));
}
