//! The terminal while `watch` has it: it gives single keys and tells when its size changes.
//!
//! When a [`Terminal`] is dropped, the terminal is as it was before, also after a panic.

use std::io;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use crossterm::terminal;

use crate::console::Console;

/// What a terminal tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Input {
    /// A key with a character.
    Key(char),
    /// One line up.
    Up,
    /// One line down.
    Down,
    /// One screen up.
    PageUp,
    /// One screen down.
    PageDown,
    /// Ctrl-C.
    Interrupt,
    /// It has another size.
    Resized,
}

/// A terminal that does not print keys and does not wait for the end of a line.
pub(crate) struct Terminal<'a> {
    console: &'a Console,
    inputs: Receiver<io::Result<Input>>,
}

impl<'a> Terminal<'a> {
    /// Takes the terminal of this process.
    pub(crate) fn open(console: &'a Console) -> io::Result<Self> {
        terminal::enable_raw_mode()?;
        console.begin_screen();
        let (sender, inputs) = mpsc::channel();
        // A thread of its own, which nobody waits for: where the terminal is gone, `crossterm` asks it again and again
        // and never returns. The process ends all the same, by the signal that it gets then.
        thread::spawn(move || read(&sender));
        Ok(Self { console, inputs })
    }

    /// The next input, if there is one within `wait`.
    pub(crate) fn input(&self, wait: Duration) -> io::Result<Option<Input>> {
        match self.inputs.recv_timeout(wait) {
            Ok(input) => input.map(Some),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

/// Reads inputs until nobody wants them any more.
fn read(sender: &Sender<io::Result<Input>>) {
    loop {
        let input = match event::read() {
            Ok(Event::Key(key)) if key.kind != KeyEventKind::Release => input(key),
            Ok(Event::Resize(..)) => Some(Input::Resized),
            Ok(_) => None,
            Err(error) => {
                let _ = sender.send(Err(error));
                return;
            }
        };
        if input.is_some_and(|input| sender.send(Ok(input)).is_err()) {
            return;
        }
    }
}

impl Drop for Terminal<'_> {
    fn drop(&mut self) {
        restore();
        self.console.end_screen();
    }
}

/// Gives the terminal back as it was, if it was taken.
pub(crate) fn restore() {
    let _ = terminal::disable_raw_mode();
}

fn input(key: KeyEvent) -> Option<Input> {
    let has_control = key.modifiers.contains(KeyModifiers::CONTROL);
    match key.code {
        KeyCode::Char('c' | 'd') if has_control => Some(Input::Interrupt),
        KeyCode::Char(_) if has_control => None,
        KeyCode::Char(' ') | KeyCode::PageDown => Some(Input::PageDown),
        KeyCode::PageUp => Some(Input::PageUp),
        KeyCode::Up => Some(Input::Up),
        KeyCode::Down => Some(Input::Down),
        KeyCode::Enter => Some(Input::Key('r')),
        KeyCode::Char(character) => Some(Input::Key(character)),
        _ => None,
    }
}
