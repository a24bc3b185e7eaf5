//! Reads one stream of a child up to a limit.

use std::fs::File;
use std::io::{self, Read as _};

use crate::process::Stream;

/// A stream of the child, as far as it was read.
pub(super) struct Capture {
    pub(super) stream: Stream,
    pub(super) file: Option<File>,
    pub(super) bytes: Vec<u8>,
    limit: usize,
    pub(super) is_over: bool,
}

impl Capture {
    pub(super) fn new(stream: Stream, file: Option<File>, limit: usize) -> Capture {
        Capture {
            stream,
            file,
            bytes: Vec::new(),
            limit,
            is_over: false,
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.file.is_some()
    }

    /// Reads once; the caller knows that this does not block. Closes the stream at its end and past its limit.
    pub(super) fn read(&mut self) {
        let Some(mut file) = self.file.as_ref() else { return };
        let mut chunk = [0; 1 << 16];
        match file.read(&mut chunk) {
            Ok(0) => self.file = None,
            Ok(n_bytes) => {
                let room = self.limit - self.bytes.len();
                self.bytes.extend_from_slice(&chunk[..n_bytes.min(room)]);
                if n_bytes > room {
                    self.is_over = true;
                    self.file = None;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // The other end of a socket was closed while it still had bytes to read: nothing more will come.
            Err(_) => self.file = None,
        }
    }
}
