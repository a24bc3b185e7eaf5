//! Small random programs with `Arc` and `Weak`.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Weak};
use std::thread;

/// What a thread does to its owners of the shared value, of which it uses the last.
#[derive(Clone, Copy, Debug)]
enum Step {
    Clone,
    Drop,
    Downgrade,
    DropWeak,
    Upgrade,
    StrongCount,
    WeakCount,
    TryUnwrap,
    IntoInner,
    GetMut,
    MakeMut,
    /// Another operation, which others may see.
    Signal,
    /// Looks whether others have performed that.
    Look,
}

const STEPS: [Step; 13] = [
    Step::Clone,
    Step::Drop,
    Step::Downgrade,
    Step::DropWeak,
    Step::Upgrade,
    Step::StrongCount,
    Step::WeakCount,
    Step::TryUnwrap,
    Step::IntoInner,
    Step::GetMut,
    Step::MakeMut,
    Step::Signal,
    Step::Look,
];

/// The steps of each thread.
#[derive(Clone, Debug)]
pub struct Generated {
    threads: Vec<Vec<Step>>,
    /// Whether the thread that starts the others keeps an owner, and looks at the count meanwhile.
    keeps_one: bool,
}

/// SplitMix64: Steele, Lea & Flood, *Fast Splittable Pseudorandom Number Generators*, OOPSLA 2014.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n as u64) as usize
    }
}

impl Generated {
    /// The program with this number.
    pub fn new(number: u64) -> Self {
        let mut random = Random(number);
        let n_threads = 2 + random.below(2);
        let n_steps = if n_threads == 2 { 4 } else { 2 };
        let threads = (0..n_threads).map(|_| (0..n_steps).map(|_| STEPS[random.below(STEPS.len())]).collect());
        Self {
            threads: threads.collect(),
            keeps_one: random.below(2) == 0,
        }
    }

    /// Runs the program. What the threads saw, and where the first value was dropped, is its outcome.
    pub fn run(&self) -> String {
        let (signals, dropped) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let shared = Arc::new(Value {
            dropped: Some(&dropped),
        });
        let owners: Vec<Owners<'_>> = (0..self.threads.len()).map(|_| Owners::new(&shared)).collect();
        let (seen, first) = thread::scope(|scope| {
            let started: Vec<_> = self.threads.iter().zip(owners).zip(1..).map(|((steps, owners), thread)| {
                let signals = &signals;
                scope.spawn(move || {
                    THREAD.set(thread);
                    owners.perform(steps, signals)
                })
            }).collect();
            let kept = self.keeps_one.then_some(shared);
            let first = kept.as_ref().map(Arc::strong_count);
            let seen: Vec<Vec<usize>> = started.into_iter().map(|thread| thread.join().unwrap()).collect();
            (seen, first)
        });
        format!("{first:?} {seen:?} {}", dropped.load(SeqCst))
    }
}

thread_local! {
    static THREAD: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// The shared value, or a clone of it.
struct Value<'a> {
    /// Where the value itself notes the thread that drops it; nothing for a clone.
    dropped: Option<&'a AtomicUsize>,
}

impl Clone for Value<'_> {
    fn clone(&self) -> Self {
        Self { dropped: None }
    }
}

impl Drop for Value<'_> {
    fn drop(&mut self) {
        if let Some(dropped) = self.dropped {
            dropped.store(THREAD.get() + 1, SeqCst);
        }
    }
}

struct Owners<'a> {
    strong: Vec<Arc<Value<'a>>>,
    weak: Vec<Weak<Value<'a>>>,
}

impl<'a> Owners<'a> {
    fn new(shared: &Arc<Value<'a>>) -> Self {
        Self {
            strong: vec![Arc::clone(shared)],
            weak: vec![Arc::downgrade(shared)],
        }
    }

    /// Performs the steps, and returns what they saw.
    fn perform(mut self, steps: &[Step], signals: &AtomicUsize) -> Vec<usize> {
        let mut seen = Vec::new();
        for step in steps {
            let last = self.strong.len().checked_sub(1);
            match (step, last) {
                (Step::Clone, Some(last)) => self.strong.push(Arc::clone(&self.strong[last])),
                (Step::Drop, Some(_)) => drop(self.strong.pop()),
                (Step::Downgrade, Some(last)) => self.weak.push(Arc::downgrade(&self.strong[last])),
                (Step::DropWeak, _) => drop(self.weak.pop()),
                (Step::Upgrade, _) => {
                    let upgraded = self.weak.last().and_then(Weak::upgrade);
                    seen.push(upgraded.is_some().into());
                    self.strong.extend(upgraded);
                }
                (Step::StrongCount, Some(last)) => seen.push(Arc::strong_count(&self.strong[last])),
                (Step::WeakCount, Some(last)) => seen.push(Arc::weak_count(&self.strong[last])),
                (Step::TryUnwrap, Some(_)) => match Arc::try_unwrap(self.strong.remove(0)) {
                    Ok(_) => seen.push(1),
                    Err(shared) => {
                        seen.push(0);
                        self.strong.insert(0, shared);
                    }
                },
                (Step::IntoInner, Some(_)) => seen.push(Arc::into_inner(self.strong.remove(0)).is_some().into()),
                (Step::GetMut, Some(last)) => seen.push(Arc::get_mut(&mut self.strong[last]).is_some().into()),
                (Step::MakeMut, Some(last)) => {
                    let original = Arc::make_mut(&mut self.strong[last]).dropped.is_some();
                    seen.push(original.into());
                }
                (Step::Signal, _) => {
                    signals.fetch_add(1, SeqCst);
                }
                (Step::Look, _) => seen.push(signals.load(SeqCst)),
                (_, None) => {}
            }
        }
        seen
    }
}
