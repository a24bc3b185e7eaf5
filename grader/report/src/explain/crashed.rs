//! A crash: the process got a signal that ends it.

use protocol::Finding;
use protocol::trace::{CrashSignal, Place, ThreadId};

use super::Story;
use crate::names::Names;

pub(super) fn explain(
    finding: Finding,
    thread: ThreadId,
    signal: CrashSignal,
    place: Option<&Place>,
    names: &Names<'_>,
) -> Story {
    let what = match signal {
        CrashSignal::Abort if finding == Finding::MemoryLimit => "asked for more memory than the limit",
        CrashSignal::Abort => "aborted the process (SIGABRT)",
        CrashSignal::SegmentationFault => "used memory that the process does not have (SIGSEGV)",
        CrashSignal::BusError => "used memory that the process does not have (SIGBUS)",
        CrashSignal::IllegalInstruction => "aborted the process by an instruction that does not exist (SIGILL)",
        CrashSignal::ArithmeticError => "made a division that has no result (SIGFPE)",
        CrashSignal::Trap => "stopped for a debugger (SIGTRAP)",
    };
    let got = format!("{} {what}{}", names.thread(thread), names.at(place));
    Story::new("expected the function to return", got)
}
