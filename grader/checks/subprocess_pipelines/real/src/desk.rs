//! A desk at which stages report and wait until they are let go.
//!
//! It listens on the loopback interface. A stage that has reported is known to run, and stays until the check says so:
//! this is how a check knows that several run at the same time, without a clock. Waiting for a stage that may never
//! come ends when the check and its children are quiescent.

use std::io::{self, BufRead as _, BufReader};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use harness::real::{self, Polls, QUIESCENT_POLLS, Quiescence, Trial, kernel};
use harness::{Finding, Violation};

use crate::{call, role};

/// How long to wait between two polls of the kernel.
const INTERVAL: Duration = Duration::from_millis(20);

/// How many polls have to see no change: half a second, in case a program of the system or the submission itself polls
/// for the end of a child.
const POLLS: Polls = Polls {
    observed: 25,
    ..QUIESCENT_POLLS
};

/// How many polls there are in all where some thread always runs.
const MOST_POLLS: u32 = 100;

/// Where stages report.
#[derive(Debug)]
pub(crate) struct Desk {
    listener: TcpListener,
    port: u16,
}

/// A stage that has reported and waits; it goes on when this is dropped.
#[derive(Debug)]
pub(crate) struct Visitor {
    /// What it calls itself.
    pub(crate) name: String,
    _connection: TcpStream,
}

impl Desk {
    /// A desk, if this machine can show what the checks are about; otherwise says in the trial that it cannot.
    pub(crate) fn open(trial: &mut Trial) -> Option<Desk> {
        if role::own_path().is_err() {
            trial.unclear("the path of the check program cannot be told");
        }
        let desk = Desk::listening();
        if desk.is_err() {
            trial.unclear("there is no loopback interface to listen on");
        }
        desk.ok()
    }

    fn listening() -> io::Result<Desk> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        Ok(Desk { listener, port })
    }

    /// What a stage needs to find the desk.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Makes the `call` while `attend` receives visitors, and returns the results of both. Later visitors need not
    /// wait; visitors that `attend` returns wait until the call is over.
    pub(crate) fn attended<T, A: Send>(
        &self,
        attend: impl FnOnce(&Desk) -> A + Send,
        call: impl FnOnce() -> T,
    ) -> (T, A) {
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            let attendant = scope.spawn(|| {
                let _observer = kernel::observe_only();
                let attended = attend(self);
                while !is_over.load(Ordering::Relaxed) {
                    drop(self.newcomers());
                    thread::sleep(INTERVAL);
                }
                attended
            });
            let over = Over(&is_over);
            let called = call();
            drop(over);
            (called, attendant.join().expect("the attendant does not panic"))
        })
    }

    /// Waits for `number` stages to report; fewer, when no more can come.
    pub(crate) fn receive(&self, number: usize) -> Vec<Visitor> {
        let mut visitors = Vec::new();
        let mut quiescence = Quiescence::after(POLLS);
        loop {
            visitors.extend(self.newcomers());
            if visitors.len() >= number || quiescence.poll(&kernel::tasks()) {
                return visitors;
            }
            thread::sleep(INTERVAL);
        }
    }

    fn newcomers(&self) -> Vec<Visitor> {
        let waiting = std::iter::from_fn(|| self.listener.accept().ok());
        waiting.filter_map(|(connection, _)| visitor(connection).ok()).collect()
    }
}

/// Says that the call is over, also when it panics. Relaxed: the flag stands for no other data.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn visitor(connection: TcpStream) -> io::Result<Visitor> {
    connection.set_nonblocking(false)?;
    let mut name = String::new();
    // A stage sends its name as soon as it is connected.
    BufReader::new(&connection).read_line(&mut name)?;
    Ok(Visitor {
        name: name.trim_end().to_owned(),
        _connection: connection,
    })
}

/// Waits until no more than `number` children of this process are alive, or no more will end.
pub(crate) fn until_alive(number: usize) {
    let mut quiescence = Quiescence::after(POLLS);
    while n_alive() > number && !quiescence.poll(&kernel::tasks()) {
        thread::sleep(INTERVAL);
    }
}

/// Waits until no child of this process is alive or no more will end; not for ever, where some thread always runs. What
/// is right must not depend on when this returns: it only gives what is wrong the time to happen.
pub(crate) fn for_a_while() {
    let mut quiescence = Quiescence::default();
    for _ in 0..MOST_POLLS {
        if n_alive() == 0 || quiescence.poll(&kernel::tasks()) {
            return;
        }
        thread::sleep(INTERVAL);
    }
}

/// How many children of this process have not ended.
fn n_alive() -> usize {
    let children = kernel::children().into_iter();
    children.filter(|child| !matches!(child.state, 'Z' | 'X')).count()
}

/// Runs a scenario, and then waits for the children that it left behind to end by themselves.
///
/// Only one check judges what a call leaves behind. In the others it must not matter how long that takes to end.
pub(crate) fn settled<T>(scenario: impl FnOnce() -> Result<T, Violation>) -> Result<T, Violation> {
    let outcome = real::catch(scenario).unwrap_or_else(|message| {
        let message = call::without_own_path(&message);
        Err(Violation::new(Finding::Panic, "expected no panic").got(message))
    });
    let _observer = kernel::observe_only();
    until_alive(0);
    outcome
}
