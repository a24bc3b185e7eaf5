//! As `std::io`, with modelled standard streams: output is recorded, and the model controls the locks.
//!
//! Pipes are modelled as well (see `io/pipe.rs`).
//!
//! Output is not line-buffered here: every write takes effect at once. Standard input is at its end. Outside an
//! execution, all three are the real streams.

pub use ::std::io::*;

use std::fmt;
use std::panic::Location;

use crate::runtime::is_active;
use crate::runtime::objects::streams::Stream;
use crate::runtime::task::{Hold, Site};

/// Takes the stream's lock, formats, writes the whole text as a unit, and releases the lock.
fn print_to(stream: Stream, args: fmt::Arguments<'_>, end: &str, site: Site) {
    if !is_active() {
        let result = match stream {
            Stream::Stdout => ::std::io::stdout().lock().write_fmt(format_args!("{args}{end}")),
            Stream::Stderr => ::std::io::stderr().lock().write_fmt(format_args!("{args}{end}")),
        };
        return result.expect("failed printing to a standard stream");
    }
    stream.lock(site, Hold::Write);
    let _unlock = Unlock(stream);
    // Formatting may run code of the program, which may print as well: the lock is re-entrant.
    let mut text = fmt::format(args);
    text.push_str(end);
    stream.append(text.as_bytes(), site);
}

/// Releases the stream's lock, also when formatting panics.
struct Unlock(Stream);

impl Drop for Unlock {
    fn drop(&mut self) {
        self.0.unlock(Hold::Write);
    }
}

#[doc(hidden)]
#[track_caller]
pub fn _print(args: fmt::Arguments<'_>) {
    print_to(Stream::Stdout, args, "", Location::caller());
}

#[doc(hidden)]
#[track_caller]
pub fn _print_line(args: fmt::Arguments<'_>) {
    print_to(Stream::Stdout, args, "\n", Location::caller());
}

#[doc(hidden)]
#[track_caller]
pub fn _eprint(args: fmt::Arguments<'_>) {
    print_to(Stream::Stderr, args, "", Location::caller());
}

#[doc(hidden)]
#[track_caller]
pub fn _eprint_line(args: fmt::Arguments<'_>) {
    print_to(Stream::Stderr, args, "\n", Location::caller());
}

/// The descriptor of the real stream. The model does not see what is written to it.
macro_rules! descriptor {
    ($type:ty, $real:ident, $function:ident) => {
        #[cfg(unix)]
        impl ::std::os::fd::AsRawFd for $type {
            fn as_raw_fd(&self) -> ::std::os::fd::RawFd {
                ::std::io::$function().as_raw_fd()
            }
        }

        #[cfg(unix)]
        impl ::std::os::fd::AsFd for $type {
            fn as_fd(&self) -> ::std::os::fd::BorrowedFd<'_> {
                static REAL: ::std::sync::OnceLock<::std::io::$real> = ::std::sync::OnceLock::new();
                REAL.get_or_init(::std::io::$function).as_fd()
            }
        }
    };
}

macro_rules! stream {
    ($handle:ident, $lock:ident, $function:ident, $stream:expr, $name:literal) => {
        #[doc = concat!("As [`std::io::", $name, "`].")]
        pub struct $handle(());

        #[doc = concat!("As the lock of [`std::io::", $name, "`].")]
        #[must_use = "if unused the stream will immediately be unlocked"]
        pub struct $lock<'a> {
            /// Stays with the thread that took it.
            _stream: ::std::marker::PhantomData<(&'a (), *const ())>,
        }

        #[doc = concat!("As [`std::io::", stringify!($function), "`].")]
        #[must_use]
        pub fn $function() -> $handle {
            $handle(())
        }

        impl $handle {
            /// Takes the stream's lock for the calling thread, which may already hold it.
            #[track_caller]
            pub fn lock(&self) -> $lock<'static> {
                $stream.lock(Location::caller(), Hold::Guard);
                $lock {
                    _stream: ::std::marker::PhantomData,
                }
            }

            #[track_caller]
            fn write_unit(&self, bytes: &[u8]) -> Result<()> {
                if !is_active() {
                    return ::std::io::$function().write_all(bytes);
                }
                $stream.lock(Location::caller(), Hold::Write);
                $stream.append(bytes, Location::caller());
                $stream.unlock(Hold::Write);
                Ok(())
            }
        }

        impl $lock<'_> {
            #[track_caller]
            fn write_held(&mut self, bytes: &[u8]) -> Result<()> {
                if !is_active() {
                    return ::std::io::$function().write_all(bytes);
                }
                $stream.announce_write(Location::caller());
                $stream.append(bytes, Location::caller());
                Ok(())
            }
        }

        impl Write for $handle {
            #[track_caller]
            fn write(&mut self, bytes: &[u8]) -> Result<usize> {
                self.write_unit(bytes).map(|()| bytes.len())
            }

            fn flush(&mut self) -> Result<()> {
                if is_active() {
                    Ok(())
                } else {
                    ::std::io::$function().flush()
                }
            }

            #[track_caller]
            fn write_all(&mut self, bytes: &[u8]) -> Result<()> {
                self.write_unit(bytes)
            }

            #[track_caller]
            fn write_vectored(&mut self, buffers: &[IoSlice<'_>]) -> Result<usize> {
                let bytes: Vec<u8> = buffers.iter().flat_map(|buffer| buffer.iter().copied()).collect();
                self.write_unit(&bytes).map(|()| bytes.len())
            }

            #[track_caller]
            fn write_fmt(&mut self, args: fmt::Arguments<'_>) -> Result<()> {
                print_to($stream, args, "", Location::caller());
                Ok(())
            }
        }

        impl Write for &$handle {
            #[track_caller]
            fn write(&mut self, bytes: &[u8]) -> Result<usize> {
                self.write_unit(bytes).map(|()| bytes.len())
            }

            fn flush(&mut self) -> Result<()> {
                if is_active() {
                    Ok(())
                } else {
                    ::std::io::$function().flush()
                }
            }

            #[track_caller]
            fn write_all(&mut self, bytes: &[u8]) -> Result<()> {
                self.write_unit(bytes)
            }

            #[track_caller]
            fn write_fmt(&mut self, args: fmt::Arguments<'_>) -> Result<()> {
                print_to($stream, args, "", Location::caller());
                Ok(())
            }
        }

        impl Write for $lock<'_> {
            #[track_caller]
            fn write(&mut self, bytes: &[u8]) -> Result<usize> {
                self.write_held(bytes).map(|()| bytes.len())
            }

            fn flush(&mut self) -> Result<()> {
                if is_active() {
                    Ok(())
                } else {
                    ::std::io::$function().flush()
                }
            }

            #[track_caller]
            fn write_all(&mut self, bytes: &[u8]) -> Result<()> {
                self.write_held(bytes)
            }

            #[track_caller]
            fn write_fmt(&mut self, args: fmt::Arguments<'_>) -> Result<()> {
                // As a unit: only the holder of the lock can write, so no other thread could come between the pieces.
                self.write_held(fmt::format(args).as_bytes())
            }
        }

        impl Drop for $lock<'_> {
            fn drop(&mut self) {
                $stream.unlock(Hold::Guard);
            }
        }

        impl Sealed for $handle {}

        impl IsTerminal for $handle {
            fn is_terminal(&self) -> bool {
                false
            }
        }

        impl Sealed for $lock<'_> {}

        impl IsTerminal for $lock<'_> {
            fn is_terminal(&self) -> bool {
                false
            }
        }

        descriptor!($handle, $handle, $function);
        descriptor!($lock<'_>, $handle, $function);

        impl From<$handle> for ::std::process::Stdio {
            fn from(_: $handle) -> Self {
                ::std::io::$function().into()
            }
        }

        impl fmt::Debug for $handle {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct($name).finish_non_exhaustive()
            }
        }

        impl fmt::Debug for $lock<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(concat!($name, "Lock")).finish_non_exhaustive()
            }
        }
    };
}

stream!(Stdout, StdoutLock, stdout, Stream::Stdout, "Stdout");
stream!(Stderr, StderrLock, stderr, Stream::Stderr, "Stderr");

mod pipe;
// Follows the macro `descriptor`, which it uses.
mod stdin;

pub use pipe::{PipeReader, PipeWriter, pipe};
pub use stdin::{Stdin, StdinLock, stdin};

mod sealed {
    //! Keeps `IsTerminal` to the types of this library, as `std` does.

    /// Cannot be named outside this crate.
    pub trait Sealed {}
}

use sealed::Sealed;

/// As [`std::io::IsTerminal`], for the modelled streams too. Under the model no stream is a terminal.
pub trait IsTerminal: Sealed {
    /// Whether the stream is a terminal.
    fn is_terminal(&self) -> bool;
}

macro_rules! real_terminals {
    ($($type:ty),*) => {
        $(impl Sealed for $type {}

        impl IsTerminal for $type {
            fn is_terminal(&self) -> bool {
                ::std::io::IsTerminal::is_terminal(self)
            }
        })*
    };
}

real_terminals!(::std::fs::File);

#[cfg(unix)]
real_terminals!(::std::os::fd::BorrowedFd<'_>, ::std::os::fd::OwnedFd);
