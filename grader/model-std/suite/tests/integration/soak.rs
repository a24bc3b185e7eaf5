//! Random programs over everything that threads can do, under all settings, end in a way that such a program can. None
//! fails because of the runtime, and every schedule can be replayed.
//!
//! Short by default. For longer, from the root of the workspace, with its output:
//!
//! ```text
//! SOAK_SEED=7 SOAK_PROGRAMS=2000 cargo test --release -p model-std-suite --test integration soak -- --nocapture
//! ```

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use model_std::model::trace::{End, Trace};
use model_std::model::{Bounds, Execution, Pruning, Settings, explore, replay};
use model_std_suite::{Explorer, plain};

use crate::configured;
use crate::programs::modelled::interpreter::{self, Log};
use crate::programs::{Program, Random, Size, TIMELESS, Topic, modelled};

/// A random program and a random way to explore it.
fn anything(random: &mut Random) -> (Program, Explorer) {
    let size = Size {
        threads: 2 + random.below(3) as usize,
        steps: 1 + random.below(5),
        main: random.below(2) == 0,
    };
    let topics: Vec<Topic> = TIMELESS.into_iter().chain([Topic::Time, Topic::Time]).collect();
    let program = match random.below(2) {
        0 => random.program(&topics, size),
        _ => random.program_on(&topics, size),
    };
    let bounds = Bounds {
        preemptions: random.below(4) as u32,
        executions: 300,
        stale_executions: 100,
        random: 100,
        seed: random.below(1_000),
        depth: 1 + random.below(4) as u32,
        pruning: [Pruning::Off, Pruning::Visited][random.below(2) as usize],
    };
    let settings = Settings {
        spurious_wakeups: random.below(3) as u32,
        weak_failures: random.below(3) as u32,
        late_threads: random.below(3) as u32,
        allow_busy_wait: random.below(2) == 0,
        ..plain()
    };
    (program, Explorer { bounds, settings })
}

/// The kind of an end. No other is possible here: no program loops, and the first thread does not panic.
#[track_caller]
fn kind(end: &End) -> &'static str {
    match end {
        End::Finished => "finished",
        End::Deadlock { .. } => "deadlock",
        End::LostWakeup { .. } => "lost wake-up",
        _ => panic!("{end:?}"),
    }
}

/// The execution of `program` with this number, and two replays of its schedule.
fn replayed(program: &Program, explorer: Explorer, number: u64) -> Option<[Trace; 3]> {
    let program = Arc::new(program.clone());
    let body: Rc<dyn Fn() -> Vec<u64>> = Rc::new(move || {
        let log: Log = Arc::new(program.threads.iter().map(|_| Mutex::default()).collect());
        interpreter::run(&program, Arc::default(), log)
    });
    let (mut found, mut n_seen) = (None, 0);
    let coverage = explore(&explorer.bounds, &explorer.settings, &body, |execution| {
        n_seen += 1;
        if n_seen <= number {
            return ControlFlow::Continue(());
        }
        found = Some(execution.trace);
        ControlFlow::Break(())
    });
    let schedule = coverage.stopped?.schedule;
    let replay = || replay(&explorer.settings, &body, &schedule).trace;
    Some([found?, replay(), replay()])
}

#[test]
fn every_random_program_ends_and_its_schedules_replay() {
    let mut random = Random(configured("SOAK_SEED", 1));
    let (mut ends, mut n_executions, mut n_replays) = (BTreeMap::new(), 0, 0);
    for _ in 0..configured("SOAK_PROGRAMS", 150) {
        let (program, explorer) = anything(&mut random);
        let coverage = modelled::each(&program, explorer, |_, execution: Execution<_>| {
            *ends.entry(kind(&execution.trace.end)).or_insert(0) += 1;
        });
        n_executions += coverage.executions;
        let number = random.below(coverage.executions);
        let Some([found, once, again]) = replayed(&program, explorer, number) else {
            continue;
        };
        n_replays += 1;
        assert_eq!(once.end, found.end, "{program:?} {explorer:?} {number}");
        assert_eq!(
            (&once.stdout, once.elapsed),
            (&found.stdout, found.elapsed),
            "{program:?}"
        );
        assert_eq!(once, again, "{program:?} {explorer:?} {number}");
    }
    println!("{n_executions} executions, {n_replays} replays: {ends:?}");
    assert!(ends.len() == 3 && n_replays > 0, "{ends:?}, {n_replays} replays");
}
