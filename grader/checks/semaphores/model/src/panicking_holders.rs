//! A permit goes back when its holder panics, and a thread that waits for it is woken.

use std::thread;

use harness::waiting::MILLISECOND;
use harness::{Execution, Finding, Model, Violation};
use semaphores::Semaphore;

pub(crate) fn a_panicking_holder_gives_its_permit_back(model: &mut Model) {
    model.every("1 permit, its holder panics", look_after_a_panic, the_permit_is_back);
    model.every(
        "2 permits, a holder panics beside another",
        look_beside_a_panic,
        the_permit_is_back,
    );
    model.every(
        "1 permit, its holder panics while a thread waits",
        wait_for_a_panic,
        the_permit_is_back,
    );
}

/// What the semaphore said after the panic.
struct Aftermath {
    permits: usize,
    available: usize,
    gives_one: bool,
}

impl Aftermath {
    fn of(semaphore: &Semaphore, permits: usize) -> Self {
        let available = semaphore.available();
        Self {
            permits,
            available,
            gives_one: semaphore.try_acquire().is_some(),
        }
    }
}

/// Keeps a permit for a moment, so that others come to wait for it, and panics.
fn panic_with_a_permit(semaphore: &Semaphore) {
    let _permit = semaphore.acquire();
    thread::sleep(MILLISECOND);
    panic!("the holder panics, as the check wants it");
}

fn look_after_a_panic() -> Aftermath {
    let semaphore = Semaphore::new(1);
    thread::scope(|scope| {
        let holder = scope.spawn(|| panic_with_a_permit(&semaphore));
        assert!(holder.join().is_err(), "the holder panics");
    });
    Aftermath::of(&semaphore, 1)
}

fn look_beside_a_panic() -> Aftermath {
    let semaphore = Semaphore::new(2);
    thread::scope(|scope| {
        let holder = scope.spawn(|| panic_with_a_permit(&semaphore));
        drop(semaphore.acquire());
        assert!(holder.join().is_err(), "the holder panics");
    });
    Aftermath::of(&semaphore, 2)
}

fn wait_for_a_panic() -> Aftermath {
    let semaphore = Semaphore::new(1);
    thread::scope(|scope| {
        let holder = scope.spawn(|| panic_with_a_permit(&semaphore));
        scope.spawn(|| drop(semaphore.acquire()));
        assert!(holder.join().is_err(), "the holder panics");
    });
    Aftermath::of(&semaphore, 1)
}

fn the_permit_is_back(execution: &Execution<Aftermath>) -> Result<(), Violation> {
    let Aftermath {
        permits,
        available,
        gives_one,
    } = execution.value;
    if available != permits {
        let violation = Violation::new(
            Finding::WrongResult,
            format!("expected {permits} available after the holder's panic"),
        );
        return Err(violation.got(format!("available() said {available}")));
    }
    if !gives_one {
        let violation = Violation::new(
            Finding::WrongResult,
            "expected try_acquire to give a permit after the holder's panic",
        );
        return Err(violation.got("it gave none"));
    }
    Ok(())
}
