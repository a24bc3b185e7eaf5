//! Variant: The number lies in a channel: who takes it out is the only one who has it. Each
//! thread tells the caller that it has loaded, and the caller tells them to store.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::mpsc;
use std::thread;

pub fn increment_all(start: u64, threads: usize, between: impl Fn(u64) + Sync) -> u64 {
    let (put, take) = crossbeam_channel::bounded(1);
    put.send(start).unwrap();
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            let (put, take, between) = (put.clone(), take.clone(), &between);
            scope.spawn(move || {
                let read = take.recv().unwrap();
                let back = Back(put, read);
                between(read);
                drop(back);
            });
        }
    });
    take.recv().unwrap()
}

/// Puts one more than it was made with into the channel, also after a panic.
struct Back(crossbeam_channel::Sender<u64>, u64);

impl Drop for Back {
    fn drop(&mut self) {
        self.0.send(self.1 + 1).unwrap();
    }
}

pub fn lose_all_but_one(value: &AtomicU64, threads: usize) {
    thread::scope(|scope| {
        let threads: Vec<_> = (0..threads.max(1))
            .map(|_| {
                let (tell, loaded) = mpsc::sync_channel(0);
                let (go, wait) = mpsc::channel::<()>();
                scope.spawn(move || {
                    let read = value.load(SeqCst);
                    tell.send(()).unwrap();
                    wait.recv().unwrap();
                    value.store(read + 1, SeqCst);
                });
                (loaded, go)
            })
            .collect();
        threads.iter().for_each(|(loaded, _)| loaded.recv().unwrap());
        threads.iter().for_each(|(_, go)| go.send(()).unwrap());
    });
}

pub fn count_without_locks(threads: usize, rounds: usize) -> u64 {
    thread::scope(|scope| {
        let count = || (0..rounds).map(|_| 1).sum::<u64>();
        let threads: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(count)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    })
}
