//! The public items of the exercise with their exact types, one line each.
//!
//! Each is called here, and not compared with a type: a submission may take more than it was asked to.

#![allow(
    clippy::redundant_closure,
    reason = "a function that is generic has no pointer that fits"
)]

use std::panic::{RefUnwindSafe, UnwindSafe};
use std::time::Duration;

use daemon_threads::Journal;

const _: fn(&Journal) -> &(dyn Sync + '_) = |journal| journal;
const _: fn(Journal) -> Box<dyn Send> = |journal| Box::new(journal);
const _: fn(Sink, Duration) -> Journal = |sink, tick| Journal::start(sink, tick);
const _: fn(&Journal, &str) = |journal, line| journal.log(line);
const _: fn(&Journal) = |journal| journal.flush();

/// What is called with each line. It is more than is promised, as those of the checks are: a submission may ask for
/// that.
type Sink = Box<dyn FnMut(&str) + Send + Sync + Unpin + UnwindSafe + RefUnwindSafe>;
