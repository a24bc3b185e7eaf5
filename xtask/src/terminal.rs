//! The terminal while `watch` has it: it gives single keys and tells when its size changes.
//!
//! When a [`Terminal`] is dropped, the terminal is as it was before, also after a panic.

use std::io;
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
}

impl<'a> Terminal<'a> {
    /// Takes the terminal of this process.
    pub(crate) fn open(console: &'a Console) -> io::Result<Self> {
        terminal::enable_raw_mode()?;
        console.begin_screen();
        Ok(Self { console })
    }

    /// The next input, if there is one within `wait`.
    pub(crate) fn input(&self, wait: Duration) -> io::Result<Option<Input>> {
        if !event::poll(wait)? {
            return Ok(None);
        }
        Ok(match event::read()? {
            Event::Key(key) if key.kind != KeyEventKind::Release => input(key),
            Event::Resize(..) => Some(Input::Resized),
            _ => None,
        })
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
