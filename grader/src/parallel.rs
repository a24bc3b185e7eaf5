//! A function applied to many values side by side, with results in the order of the values.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// How many submissions are graded at once with so many cores: two for each, because submissions that hang use no
/// processor time.
pub(crate) fn submissions_at_once(cores: NonZero<usize>) -> NonZero<usize> {
    const PER_CORE: NonZero<usize> = NonZero::new(2).expect("it is not zero");
    cores.saturating_mul(PER_CORE)
}

/// Applies `work` to each of `items` on at most `workers` threads.
pub(crate) fn map<T: Sync, R: Send>(items: &[T], workers: NonZero<usize>, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results: Vec<Mutex<Option<R>>> = items.iter().map(|_| Mutex::new(None)).collect();
    let take_turns = || {
        loop {
            // Relaxed: each index goes to one thread; the results travel through their locks.
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { return };
            let result = work(item);
            *results[index].lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
        }
    };
    thread::scope(|scope| {
        for _ in 1..workers.get().min(items.len()) {
            scope.spawn(take_turns);
        }
        take_turns();
    });
    let results = results
        .into_iter()
        .map(|result| result.into_inner().unwrap_or_else(PoisonError::into_inner));
    results.map(|result| result.expect("every item had its turn")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items_for_any_number_of_workers() {
        let items: Vec<usize> = (0..100).collect();
        for workers in [1, 3, 200] {
            let workers = NonZero::new(workers).expect("more than none");
            assert_eq!(
                map(&items, workers, |item| item * 2),
                items.iter().map(|item| item * 2).collect::<Vec<_>>()
            );
        }
        assert!(map(&[], NonZero::<usize>::MIN, |item: &u8| *item).is_empty());
    }
}
