//! Barriers: threads wait until enough of them have arrived.

use super::{Memory, State, Tag};
use crate::model::trace::{ObjectKind, Op};
use crate::runtime::task::{Operation, Site, Until};
use crate::runtime::{announce, announce_wait, resolve, switch_after_release, with};

/// A barrier.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Barrier {
    /// How many threads wait in this generation.
    pub(crate) waiting: usize,
    /// How often the barrier has opened.
    pub(crate) generation: u64,
    /// How many threads open the barrier.
    pub(crate) needed: usize,
}

/// Waits until `n_threads` threads have arrived. Returns true to the last one.
pub(crate) fn wait(tag: &Tag, n_threads: usize, site: Site) -> bool {
    let new = || State::Barrier(Barrier::default());
    let Some(id) = resolve(tag, ObjectKind::Barrier, &Memory::none(), new) else {
        return n_threads <= 1;
    };
    let operation = Operation::on(id, site);
    announce(operation);
    let (opens, generation) = with(|execution| {
        let Barrier {
            waiting, generation, ..
        } = execution.objects.barrier(id);
        let opens = waiting + 1 >= n_threads;
        execution.release_to(id);
        execution.acquire_from(id);
        let after = Barrier {
            waiting: if opens { 0 } else { waiting + 1 },
            generation: generation + u64::from(opens),
            needed: n_threads,
        };
        execution.objects.set_barrier(id, after);
        execution.changed();
        execution.record(Some(id), Some(site), |_| Op::BarrierWait {
            arrived: waiting + 1,
            needed: n_threads,
        });
        (opens, generation)
    });
    if !opens {
        announce_wait(
            operation,
            Until::Released {
                barrier: id,
                generation,
            },
            None,
        );
        with(|execution| execution.acquire_from(id));
    }
    switch_after_release();
    opens
}
