//! The sleeping barber looks whether a customer waits, and goes to sleep if none does. If looking and falling asleep
//! are two steps, a customer can come in between, whose bell he does not hear.
//!
//! Source: Edsger W. Dijkstra, *Cooperating Sequential Processes*, EWD123, 1965, section 4.2; built with a condition
//! variable.

use super::sync::{Condvar, Mutex};
use super::{Demo, EVERY, on_threads};

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
        let mut waiting = self.waiting.lock().expect("nobody panics with it");
        while *waiting == 0 {
            waiting = self.bell.wait(waiting).expect("nobody panics with it");
        }
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
    let shop = Shop {
        waiting: Mutex::new(0),
        bell: Condvar::new(),
    };
    on_threads(2, move |number| if number == 0 { serve(&shop) } else { shop.come_in() });
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
