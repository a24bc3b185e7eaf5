//! One measurement: what to run, and the line that says what it took.

use std::io::{self, Write};
use std::panic;
use std::process;
use std::time::Duration;

use sandbox::this_process::cpu_time;
use serde::Serialize;

use crate::engine::{self, Body, Ended, Engine, Ran};

/// A budget that no search for a bug uses up.
const MOST: u64 = 1_000_000;

/// What to run.
pub(crate) struct Task {
    engine: Engine,
    body: Body,
    kind: Kind,
}

/// How long to run it.
#[derive(Clone, Copy)]
enum Kind {
    /// Until an execution fails.
    First {
        /// The seed of the random choices.
        seed: u64,
    },
    /// Until so many executions were run; a search that ends earlier starts again. Every run of the body counts, with
    /// every engine alike, even one that only checks for determinism.
    Speed { executions: u64 },
    /// Once, to the end of the bound, but for no more executions than this.
    Exhaust { executions: u64 },
}

/// What a measurement found.
#[derive(Clone, Copy, Debug, Serialize)]
struct Measured {
    /// How many executions were run.
    executions: u64,
    /// Whether the last of them failed.
    failed: bool,
    /// Whether all within the bound were run.
    complete: bool,
    /// The CPU time, in nanoseconds.
    nanoseconds: u128,
    /// The peak of the resident memory, in kibibytes.
    peak_kib: u64,
}

impl Task {
    /// The task that the arguments of the process ask for.
    pub(crate) fn parse(arguments: &[String]) -> Option<Self> {
        let [engine, program, kind, number] = arguments else {
            return None;
        };
        let engine = Engine::named(engine)?;
        let body = engine.program(program)?;
        let number = number.parse().ok()?;
        let kind = match &kind[..] {
            "first" => Kind::First { seed: number },
            "speed" => Kind::Speed { executions: number },
            "exhaust" => Kind::Exhaust { executions: number },
            _ => return None,
        };
        Some(Self { engine, body, kind })
    }

    /// Runs it and prints what it found. Does not return where the engine panics.
    pub(crate) fn run(&self) {
        let start = cpu_time();
        panic::set_hook(Box::new(move |_| end_at_failure(start)));
        let ran = match self.kind {
            Kind::First { seed } => self.engine.run(&self.body, MOST, seed),
            Kind::Exhaust { executions } => self.engine.run(&self.body, executions, 0),
            Kind::Speed { executions } => self.repeat(executions),
        };
        print(&Measured::since(start, ran));
    }

    fn repeat(&self, executions: u64) -> Ran {
        let mut all = Ran {
            executions: 0,
            ended: Ended::OutOfBudget,
        };
        let mut seed = 0;
        while all.executions < executions && all.ended != Ended::Failed {
            let ran = self.engine.run(&self.body, executions - all.executions, seed);
            all.executions += ran.executions;
            all.ended = ran.ended;
            seed += 1;
        }
        let executions = engine::begun();
        Ran { executions, ..all }
    }
}

/// Called on the first panic. A library that reports failures by panics has found one.
#[expect(
    clippy::exit,
    reason = "what the library does after a failure is not measured, and may be long"
)]
fn end_at_failure(start: Duration) -> ! {
    let ran = Ran {
        executions: engine::begun(),
        ended: Ended::Failed,
    };
    print(&Measured::since(start, ran));
    process::exit(0)
}

impl Measured {
    fn since(start: Duration, ran: Ran) -> Self {
        Self {
            executions: ran.executions,
            failed: ran.ended == Ended::Failed,
            complete: ran.ended == Ended::Complete,
            nanoseconds: (cpu_time() - start).as_nanos(),
            peak_kib: peak_kib(),
        }
    }
}

/// The names of the programs.
#[derive(Debug, Serialize)]
struct Programs {
    buggy: Vec<&'static str>,
    correct: Vec<&'static str>,
}

/// Prints the names of the programs, which are the same for every engine.
pub(crate) fn list_programs() {
    print(&Programs {
        buggy: model_std_demo::bugs().iter().map(|demo| demo.name).collect(),
        correct: model_std_demo::workloads().iter().map(|(name, _)| *name).collect(),
    });
}

fn print(what: &impl Serialize) {
    let line = serde_json::to_string(what).expect("names and numbers are JSON");
    // The process that started this one notices a missing line.
    writeln!(io::stdout(), "{line}").ok();
}

/// The peak of the resident memory of this process, in kibibytes; 0 where the system does not tell.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = peak.and_then(|peak| peak.split_whitespace().next()?.parse().ok());
    number.unwrap_or(0)
}
