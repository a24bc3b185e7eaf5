//! Check, then act: a change that was made because of what a load had returned, after another thread had changed that.

use protocol::trace::Trace;

use super::Account;
use super::accesses::{change_between, is_blind_change, load_before, loaded};
use crate::names::Names;
use crate::words;

/// The last time that it happens.
pub(super) fn find(trace: &Trace, names: &Names<'_>) -> Option<Account> {
    let events = &trace.events;
    (0..events.len()).rev().find_map(|act| {
        if !is_blind_change(&events[act]) {
            return None;
        }
        let load = load_before(trace, act)?;
        let change = change_between(trace, load, act)?;
        let value = words::value(&loaded(&events[load])?);
        let sentence = format!(
            "{} read {value} from `{}`{} and acted on it{}. In between, {} changed it{}.",
            names.thread_at_start(events[act].thread),
            names.object(events[act].object?),
            names.at(events[load].place.as_ref()),
            names.at(events[act].place.as_ref()),
            names.thread(events[change].thread),
            names.at(events[change].place.as_ref()),
        );
        let account = Account::new(sentence, [load, change, act]);
        Some(account.blaming(events[act].place.as_ref()))
    })
}
