//! Ctrl-C and other signals to terminate: the first one cancels the work, the second one ends the process at once.

use std::thread;

use sandbox::cancel::Cancel;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

use crate::terminal;

/// A flag that the first signal sets. The work then stops, ends its children and removes its temporary folders.
pub(crate) fn cancel_on_signal() -> Cancel {
    let cancel = Cancel::new();
    let flag = cancel.clone();
    // Without handlers a signal ends the process and leaves folders behind, which is no reason not to grade.
    if let Ok(mut signals) = Signals::new([SIGINT, SIGTERM, SIGHUP]) {
        thread::spawn(move || {
            for signal in signals.forever() {
                if flag.is_cancelled() {
                    terminal::restore();
                    let _ = emulate_default_handler(signal);
                }
                flag.cancel();
            }
        });
    }
    cancel
}

/// Ends the process now, as a second Ctrl-C does.
pub(crate) fn at_once() {
    terminal::restore();
    let _ = emulate_default_handler(SIGINT);
}
