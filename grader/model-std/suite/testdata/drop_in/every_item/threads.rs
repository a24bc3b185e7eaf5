//! `std::thread`.

use std::num::NonZero;
use std::thread::{self, Builder, JoinHandle, Scope, ScopedJoinHandle, Thread, ThreadId};
use std::time::Duration;

fn free() -> String {
    let handle: JoinHandle<u32> = thread::spawn(|| 7);
    let formatted = format!("{handle:?} {:?}", handle.thread().name());
    let finished: bool = handle.is_finished();
    let joined: thread::Result<u32> = handle.join();
    let named = Builder::new().name("worker".to_owned()).stack_size(64 * 1024);
    let built = format!("{named:?}").starts_with("Builder");
    let named = named.spawn(|| thread::current().name().map(str::to_owned)).unwrap();
    let lost = thread::spawn(|| {
        if true {
            panic!("oh")
        }
    });
    let message = lost.join().unwrap_err().downcast::<&str>().unwrap();
    format!(
        "{formatted} {} {joined:?} {built} {:?} {message}",
        finished || !finished,
        named.join().unwrap()
    )
}

fn scoped() -> String {
    let mut numbers = vec![1, 2, 3];
    let sum = thread::scope(|scope: &Scope<'_, '_>| {
        let handle: ScopedJoinHandle<'_, i32> = scope.spawn(|| numbers.iter().sum());
        let nested = scope.spawn(|| scope.spawn(|| numbers.len()).join().unwrap());
        let named = Builder::new()
            .name("inner".to_owned())
            .spawn_scoped(scope, || thread::current().id())
            .unwrap();
        let id: ThreadId = named.thread().id();
        let done: bool = nested.is_finished();
        let same = named.join().unwrap() == id;
        format!("{} {} {same} {handle:?}", nested.join().unwrap(), done || !done) + &handle.join().unwrap().to_string()
    });
    numbers.push(4);
    let panicked = std::panic::catch_unwind(|| thread::scope(|scope| drop(scope.spawn(|| panic!("inside")))));
    let message = *panicked.unwrap_err().downcast::<&str>().unwrap();
    format!("{sum} {numbers:?} {message}")
}

fn waiting() -> String {
    let me: Thread = thread::current();
    let copy = me.clone();
    let worker = thread::spawn(move || copy.unpark());
    thread::park();
    worker.join().unwrap();
    thread::park_timeout(Duration::from_millis(1));
    thread::park_timeout_ms(1);
    thread::sleep(Duration::from_millis(1));
    thread::sleep_ms(1);
    thread::yield_now();
    let parallelism: NonZero<usize> = thread::available_parallelism().unwrap();
    format!(
        "{} {} {}",
        parallelism.get() > 0,
        thread::panicking(),
        format!("{me:?}").starts_with("Thread { id: ThreadId(")
    )
}

fn unchecked() -> String {
    let text = String::from("borrowed");
    // SAFETY: the thread is joined before `text` goes away.
    let handle = unsafe { Builder::new().spawn_unchecked(|| text.len()) }.unwrap();
    format!("{:?}", handle.join().unwrap())
}

pub fn run() -> Vec<String> {
    vec![free(), scoped(), waiting(), unchecked()]
}
