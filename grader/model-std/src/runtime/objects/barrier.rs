//! Barriers: threads wait until enough of them have come.

use super::{Memory, State, Tag};
use crate::model::trace::{ObjectKind, Op};
use crate::runtime::task::{Operation, Site, Until};
use crate::runtime::{announce, announce_wait, resolve, with};

/// Waits until `n_threads` threads wait; true for the one that came last.
pub(crate) fn wait(tag: &Tag, n_threads: usize, site: Site) -> bool {
    let new = || State::Barrier {
        waiting: 0,
        generation: 0,
        needed: 0,
    };
    let Some(id) = resolve(tag, ObjectKind::Barrier, &Memory::none(), new) else {
        return n_threads <= 1;
    };
    let operation = Operation {
        object: Some(id),
        site: Some(site),
    };
    announce(operation);
    let (opens, generation) = with(|execution| {
        let (waiting, generation) = execution.objects.barrier(id);
        let opens = waiting + 1 >= n_threads;
        execution.release_to(id);
        execution.acquire_from(id);
        if opens {
            execution.objects.set_barrier(id, 0, generation + 1, n_threads);
        } else {
            execution.objects.set_barrier(id, waiting + 1, generation, n_threads);
        }
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
    opens
}
