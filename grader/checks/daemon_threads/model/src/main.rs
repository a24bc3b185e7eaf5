//! What the exercise `daemon_threads` must show.
//!
//! Every check starts journals with a sink of its own, which notes each line and the virtual time. A thread that runs
//! on after the journal was dropped is noticed by the model in whatever a check runs.

mod contract;
mod lines;
mod notes;
mod ticks;

use harness::Check;

/// What the exercise must show, in the order of `exercise.toml`.
const CHECKS: &[Check] = &[
    Check::new(
        "every_line_is_written_once_in_order",
        lines::every_line_is_written_once_in_order,
    ),
    Check::new("log_never_waits", lines::log_never_waits),
    Check::new(
        "flush_returns_when_all_is_written",
        lines::flush_returns_when_all_is_written,
    ),
    Check::new("drop_writes_what_is_left", lines::drop_writes_what_is_left),
    Check::new("a_panicking_sink_hangs_nobody", lines::a_panicking_sink_hangs_nobody),
    Check::new("ticks_come_on_time", ticks::ticks_come_on_time),
    Check::new("no_tick_while_a_line_waits", ticks::no_tick_while_a_line_waits),
];

fn main() -> std::process::ExitCode {
    harness::main(CHECKS)
}
