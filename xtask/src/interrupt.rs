//! Ctrl-C and its like: the first asks everything to stop, the second stops it.

use std::thread;

use sandbox::cancel::Cancel;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

/// A flag that is set by the first signal to end. Children are ended and temporary folders removed before the process ends.
pub(crate) fn cancel_on_signal() -> Cancel {
    let cancel = Cancel::new();
    let flag = cancel.clone();
    // Without handlers a signal ends the process as usual: less tidy, and no reason not to grade.
    if let Ok(mut signals) = Signals::new([SIGINT, SIGTERM, SIGHUP]) {
        thread::spawn(move || {
            for signal in signals.forever() {
                if flag.is_cancelled() {
                    let _ = emulate_default_handler(signal);
                }
                flag.cancel();
            }
        });
    }
    cancel
}
