//! The sleeping barber: he looks whether somebody waits, and goes to sleep if not. If he looks and falls asleep in two steps, a
//! customer can come in between, whose call he does not hear.
//!
//! Source: Edsger W. Dijkstra, *Cooperating Sequential Processes*, EWD123, 1965, section 4.2; built with a condition variable.

use std::sync::{Condvar, Mutex};
use std::thread;

use crate::{Demo, EVERY};

#[derive(Default)]
struct Shop {
    waiting: Mutex<usize>,
    bell: Condvar,
}

impl Shop {
    fn come_in(&self) {
        *self.waiting.lock().expect("nobody panics with it") += 1;
        self.bell.notify_one();
    }

    /// Looks, and sleeps, in one step.
    fn serve(&self) {
        let waiting = self.waiting.lock().expect("nobody panics with it");
        let mut waiting = self
            .bell
            .wait_while(waiting, |n| *n == 0)
            .expect("nobody panics with it");
        *waiting -= 1;
    }

    /// Looks; then sleeps.
    fn serve_in_two_steps(&self) {
        let is_empty = *self.waiting.lock().expect("nobody panics with it") == 0;
        let mut waiting = self.waiting.lock().expect("nobody panics with it");
        if is_empty {
            waiting = self.bell.wait(waiting).expect("nobody panics with it");
        }
        *waiting -= 1;
    }
}

fn one_customer(serve: fn(&Shop)) -> String {
    let shop = Shop::default();
    thread::scope(|scope| {
        scope.spawn(|| serve(&shop));
        scope.spawn(|| shop.come_in());
    });
    "served".to_owned()
}

pub(super) const DEMOS: [Demo; 2] = [
    Demo {
        name: "sleeping barber",
        program: || one_customer(Shop::serve),
        preemptions: EVERY,
        outcomes: &["served"],
        wrong: &[],
        injected_faults: 0,
    },
    Demo {
        name: "sleeping barber, in two steps",
        program: || one_customer(Shop::serve_in_two_steps),
        preemptions: EVERY,
        outcomes: &["lost wake-up", "served"],
        wrong: &[("lost wake-up", 1)],
        injected_faults: 0,
    },
];
