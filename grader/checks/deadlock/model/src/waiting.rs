//! A thread that waits, for an account or for a fork, sleeps until it is free, and no longer.

use std::thread;
use std::time::{Duration, Instant};

use deadlock::{Bank, dine};
use harness::waiting::{HUNDRED_DAYS, MILLISECOND, in_words, is_on_time, join, takes_few_steps};
use harness::{Execution, Finding, Model, Violation};

/// How long a transfer takes that had to wait.
const HOUR: Duration = Duration::from_secs(3600);

pub(crate) fn waiting_threads_sleep(model: &mut Model) {
    model.executions(3_000);
    model.random(50);
    for (label, from, to) in [
        ("0 to 1 takes 100 days, 1 to 0 waits", 1, 0),
        ("0 to 1 takes 100 days, 0 to 1 waits", 0, 1),
        ("0 to 1 takes 100 days, 1 to 2 waits", 1, 2),
        ("0 to 1 takes 100 days, 2 to 1 waits", 2, 1),
        ("0 to 1 takes 100 days, 0 to 2 waits", 0, 2),
    ] {
        model.every(label, move || wait(from, to), sleeps_until_it_is_due);
    }
    // Whether a transfer from an account to itself waits, or makes others wait, is left open.
    for (label, held, transfer) in [
        ("0 to 0 takes 100 days, 0 to 1 beside it", (0, 0), (0, 1)),
        ("0 to 1 takes 100 days, 1 to 1 beside it", (0, 1), (1, 1)),
    ] {
        let body = move || wait_beside(held, transfer.0, transfer.1);
        model.every(label, body, |execution| takes_few_steps(execution, HUNDRED_DAYS));
    }
    for (label, amount) in [
        ("0 to 1 takes 100 days, 0 to 2 and 1 to 3 wait", 1),
        ("0 to 1 takes 100 days, 0 to 2 and 1 to 3 wait and are refused", 100),
    ] {
        model.every(
            label,
            move || wait_for_each_account(amount),
            |execution| both_went_on(&execution.value),
        );
    }
    model.every("0 to 1 takes 100 days, the total beside it", look, |execution| {
        takes_few_steps(execution, HUNDRED_DAYS)
    });
    for (philosophers, meals) in [(1, 2), (2, 1), (3, 1), (2, 2)] {
        let due = HUNDRED_DAYS * u32::try_from(philosophers * meals).expect("they are few");
        model.every(
            format!("{philosophers} philosophers, {meals} meals of 100 days each"),
            move || dine(philosophers, meals, |_| thread::sleep(HUNDRED_DAYS)),
            move |execution| {
                takes_few_steps(execution, due)?;
                one_after_the_other(execution.elapsed, due)
            },
        );
    }
    model.every(
        "5 philosophers, 1 meal of 100 days each",
        || dine(5, 1, |_| thread::sleep(HUNDRED_DAYS)),
        |execution| takes_few_steps(execution, 5 * HUNDRED_DAYS),
    );
}

/// How long a transfer took, and whether it was made.
struct Wait {
    is_made: bool,
    elapsed: Duration,
    due: Duration,
}

/// Holds the accounts of a transfer for 100 days, and makes another one a millisecond after it began.
fn wait_beside((held_from, held_to): (usize, usize), from: usize, to: usize) -> Wait {
    let bank = Bank::new(&[10, 10, 10]);
    thread::scope(|scope| {
        scope.spawn(|| {
            let _ = bank.transfer(held_from, held_to, 1, || thread::sleep(HUNDRED_DAYS));
        });
        thread::sleep(MILLISECOND);
        let other = scope.spawn(|| {
            let start = Instant::now();
            let is_made = bank.transfer(from, to, 1, || ()).is_ok();
            Wait {
                is_made,
                elapsed: start.elapsed(),
                due: HUNDRED_DAYS - MILLISECOND,
            }
        });
        join(other)
    })
}

fn wait(from: usize, to: usize) -> Wait {
    wait_beside((0, 1), from, to)
}

fn sleeps_until_it_is_due(execution: &Execution<Wait>) -> Result<(), Violation> {
    takes_few_steps(execution, HUNDRED_DAYS)?;
    let Wait { is_made, elapsed, due } = execution.value;
    if is_made && is_on_time(elapsed, due) {
        return Ok(());
    }
    let expected = format!(
        "expected a transfer to be made when the accounts that it shares with another one are free, after {}",
        in_words(due)
    );
    let got = if is_made { "made" } else { "refused" };
    Err(Violation::new(Finding::WrongResult, expected).got(format!("it was {got} after {}", in_words(elapsed))))
}

/// Two transfers that share no account wait for a third one, then take an hour each. Returns how long they took.
fn wait_for_each_account(amount: u64) -> [Duration; 2] {
    let bank = Bank::new(&[10; 4]);
    thread::scope(|scope| {
        scope.spawn(|| {
            let _ = bank.transfer(0, 1, 1, || thread::sleep(HUNDRED_DAYS));
        });
        thread::sleep(MILLISECOND);
        let others = [(0, 2), (1, 3)].map(|(from, to)| {
            let bank = &bank;
            scope.spawn(move || {
                let start = Instant::now();
                let _ = bank.transfer(from, to, amount, || thread::sleep(HOUR));
                start.elapsed()
            })
        });
        others.map(join)
    })
}

/// Holds if each was done when the first one had ended, and an hour later if it was made.
fn both_went_on(took: &[Duration; 2]) -> Result<(), Violation> {
    let due = HUNDRED_DAYS - MILLISECOND;
    let is_fine = |took: &Duration| is_on_time(*took, due) || is_on_time(*took, due + HOUR);
    match took.iter().find(|took| !is_fine(took)) {
        None => Ok(()),
        Some(took) => {
            let expected =
                "expected two transfers that wait for different accounts of a third one to go on when it ends";
            let late = took.saturating_sub(due);
            Err(Violation::new(Finding::OverSerialized, expected).got(format!("one of them ended {late:?} later")))
        }
    }
}

/// Asks for the total, and for a balance, while a transfer is on its way.
fn look() {
    let bank = Bank::new(&[10, 10]);
    thread::scope(|scope| {
        scope.spawn(|| {
            let _ = bank.transfer(0, 1, 1, || thread::sleep(HUNDRED_DAYS));
        });
        thread::sleep(MILLISECOND);
        scope.spawn(|| bank.balance(1));
        bank.total();
    });
}

/// Where all are neighbours, meals follow each other without a pause.
fn one_after_the_other(elapsed: Duration, due: Duration) -> Result<(), Violation> {
    if is_on_time(elapsed, due) {
        return Ok(());
    }
    let expected = format!(
        "expected all meals to take {}, one after the other and without a pause",
        in_words(due)
    );
    Err(Violation::new(Finding::WrongResult, expected).got(format!("they took {}", in_words(elapsed))))
}
