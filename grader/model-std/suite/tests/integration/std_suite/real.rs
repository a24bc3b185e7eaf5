//! The areas on real threads.

#[path = "areas.rs"]
mod areas;

pub(crate) use std as library;
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::panic::resume_unwind;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Once};
use std::thread;
use std::time::Duration;

/// How often a behaviour is tried.
const N_RUNS: usize = 20;

/// A behaviour that takes this long hangs: each takes milliseconds.
const HANGS: Duration = Duration::from_secs(60);

/// `body`, run several times in a thread of its own, returns only `allowed` results.
#[track_caller]
fn comes_to<T: Debug + 'static>(body: impl Fn() -> T + Send + Sync + 'static, allowed: impl IntoIterator<Item = T>) {
    let allowed = allowed.into_iter().map(|value| format!("{value:?}")).collect();
    try_out(Arc::new(move || format!("{:?}", body())), &allowed);
}

/// As [`comes_to`], of one type, so that it is compiled once and not for each test.
#[track_caller]
fn try_out(body: Arc<dyn Fn() -> String + Send + Sync>, allowed: &BTreeSet<String>) {
    silence_panics();
    for _ in 0..N_RUNS {
        let (sender, receiver) = channel();
        let body = Arc::clone(&body);
        let main = thread::spawn(move || sender.send(body()));
        let value = match receiver.recv_timeout(HANGS) {
            Ok(value) => value,
            Err(RecvTimeoutError::Timeout) => panic!("it hangs"),
            Err(RecvTimeoutError::Disconnected) => match main.join() {
                Ok(_) => unreachable!("it sends before it ends"),
                Err(payload) => resume_unwind(payload),
            },
        };
        assert!(allowed.contains(&value), "{value} is none of {allowed:?}");
    }
}

/// Behaviours may panic on purpose: nothing is printed then. A panic of a test is printed, because the thread of a test
/// is named after its path.
fn silence_panics() {
    static SILENCED: Once = Once::new();
    SILENCED.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if thread::current().name().is_some_and(|name| name.contains("::")) {
                previous(info);
            }
        }));
    });
}
