//! Barriers: threads wait until enough of them have come.

use super::object::{Memory, State, Tag};
use super::task::{Operation, Site, Until};
use super::{announce, resolve, with};
use crate::model::trace::{ObjectKind, Op};

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
    announce(operation, Until::Now, None);
    let (opens, generation) = with(|runtime| {
        let (waiting, generation) = runtime.objects.barrier(id);
        let opens = waiting + 1 >= n_threads;
        runtime.release_to(id);
        runtime.acquire_from(id);
        if opens {
            runtime.objects.set_barrier(id, 0, generation + 1, n_threads);
        } else {
            runtime.objects.set_barrier(id, waiting + 1, generation, n_threads);
        }
        runtime.changed();
        runtime.record(Some(id), Some(site), |_| Op::BarrierWait {
            arrived: waiting + 1,
            needed: n_threads,
        });
        (opens, generation)
    });
    if !opens {
        announce(
            operation,
            Until::Released {
                barrier: id,
                generation,
            },
            None,
        );
        with(|runtime| runtime.acquire_from(id));
    }
    opens
}
