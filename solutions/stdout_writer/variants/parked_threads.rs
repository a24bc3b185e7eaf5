//! Variant: a thread that has to wait queues up and parks; one that leaves passes its place to the
//! first in the queue and unparks it.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::thread::{self, Thread, ThreadId};
use std::time::Duration;

pub fn one_at_a_time(pauses: &[Duration]) {
    write_lines(1, pauses);
}

pub fn two_at_a_time(pauses: &[Duration]) {
    write_lines(2, pauses);
}

fn write_lines(places: usize, pauses: &[Duration]) {
    let queue = Mutex::new(Queue {
        inside: Vec::new(),
        waiting: VecDeque::new(),
    });
    thread::scope(|scope| {
        for (number, &pause) in (1..).zip(pauses) {
            let queue = &queue;
            scope.spawn(move || {
                enter(queue, places);
                print!("Thread-{number} writing..");
                thread::sleep(pause);
                println!("..done");
                leave(queue);
            });
        }
    });
}

struct Queue {
    inside: Vec<ThreadId>,
    waiting: VecDeque<Thread>,
}

fn enter(queue: &Mutex<Queue>, places: usize) {
    let me = thread::current();
    let mut state = queue.lock().unwrap();
    if state.inside.len() < places {
        state.inside.push(me.id());
        return;
    }
    state.waiting.push_back(me.clone());
    while !state.inside.contains(&me.id()) {
        drop(state);
        thread::park();
        state = queue.lock().unwrap();
    }
}

fn leave(queue: &Mutex<Queue>) {
    let me = thread::current().id();
    let mut state = queue.lock().unwrap();
    state.inside.retain(|&id| id != me);
    if let Some(next) = state.waiting.pop_front() {
        state.inside.push(next.id());
        next.unpark();
    }
}
