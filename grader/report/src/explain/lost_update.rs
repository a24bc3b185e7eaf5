//! Lost update: a store of what was computed from a load, over a change that another thread made in between.

use protocol::trace::{Op, Trace};

use super::Account;
use super::accesses::{change_between, load_before, loaded};
use crate::names::Names;
use crate::words;

pub(super) fn find(trace: &Trace, names: &Names<'_>) -> Option<Account> {
    let events = &trace.events;
    (0..events.len()).find_map(|store| {
        if !matches!(events[store].op, Op::Store { .. }) {
            return None;
        }
        let load = load_before(trace, store)?;
        let change = change_between(trace, load, store)?;
        let object = names.object(events[store].object?);
        let lines = format!(
            "Between the load{} and the store{}",
            names.at(events[load].place.as_ref()),
            names.at(events[store].place.as_ref())
        );
        let other = load_before(trace, change);
        let both_read = other.filter(|&other| loaded(&events[load]) == loaded(&events[other]));
        let sentence = match (both_read, loaded(&events[load])) {
            (Some(other), Some(value)) => {
                let both = names.threads_at_start(&[events[other.min(load)].thread, events[other.max(load)].thread]);
                let value = words::value(&value);
                format!(
                    "{both} both read {value} from `{object}` before either wrote, so one of the two writes is lost. \
                     {lines} another thread may run."
                )
            }
            (None, _) | (_, None) => {
                let other = names.thread(events[change].thread);
                format!("{lines} {other} changed `{object}`, and the store wrote over that change.")
            }
        };
        let account = Account::new(sentence, [load, other.unwrap_or(load), change, store]);
        Some(account.blaming(events[store].place.as_ref()))
    })
}
