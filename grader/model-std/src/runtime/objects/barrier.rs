//! Barriers: threads wait until enough of them have come.

use super::{Memory, State, Tag};
use crate::runtime::recorder::Seen;
use crate::runtime::task::{Operation, Site, Until};
use crate::runtime::{announce, resolve, with};

/// Waits until `n_threads` threads wait; true for the one that came last.
pub(crate) fn wait(tag: &Tag, n_threads: usize, site: Site) -> bool {
    let new = || State::Barrier {
        waiting: 0,
        generation: 0,
    };
    let Some(id) = resolve(tag, "Barrier", &Memory::none(), new) else {
        return n_threads <= 1;
    };
    let operation = Operation {
        name: "wait",
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
            runtime.objects.set_barrier(id, 0, generation + 1);
        } else {
            runtime.objects.set_barrier(id, waiting + 1, generation);
        }
        runtime.changed();
        runtime.record("wait", Some(id), Some(site), |_| Seen {
            detail: opens.then(|| "→ opens".to_owned()),
            state: Some(format!("{} of {n_threads}", waiting + 1)),
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
