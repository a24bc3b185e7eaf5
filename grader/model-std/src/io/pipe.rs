//! As `std::io::pipe`. The system keeps the bytes, and the model controls the threads that wait for them (see
//! `interposition`). These types only tell it which line of the program they are used on.

use std::fmt;
use std::io::{IoSlice, IoSliceMut, Read, Result, Write};
use std::panic::Location;
use std::process::Stdio;

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
use crate::runtime::objects::descriptors::CalledAt;
use crate::runtime::task::Site;

/// Elsewhere pipes are not modelled.
#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
struct CalledAt;

#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
impl CalledAt {
    fn new(_: Site) -> Self {
        Self
    }
}

/// Calls a function of `std` for the line `site`.
fn at<R>(site: Site, function: impl FnOnce() -> R) -> R {
    let _called_at = CalledAt::new(site);
    function()
}

/// As [`std::io::PipeReader`].
pub struct PipeReader(::std::io::PipeReader);

/// As [`std::io::PipeWriter`].
pub struct PipeWriter(::std::io::PipeWriter);

/// As [`std::io::pipe`].
///
/// # Errors
///
/// As in `std`.
#[inline]
#[track_caller]
pub fn pipe() -> Result<(PipeReader, PipeWriter)> {
    let (reader, writer) = at(Location::caller(), ::std::io::pipe)?;
    Ok((PipeReader(reader), PipeWriter(writer)))
}

impl PipeReader {
    /// As [`std::io::PipeReader::try_clone`].
    ///
    /// # Errors
    ///
    /// As in `std`.
    pub fn try_clone(&self) -> Result<Self> {
        self.0.try_clone().map(Self)
    }
}

impl PipeWriter {
    /// As [`std::io::PipeWriter::try_clone`].
    ///
    /// # Errors
    ///
    /// As in `std`.
    pub fn try_clone(&self) -> Result<Self> {
        self.0.try_clone().map(Self)
    }
}

macro_rules! read {
    ($type:ty) => {
        impl Read for $type {
            #[track_caller]
            fn read(&mut self, buf: &mut [u8]) -> Result<usize> {
                at(Location::caller(), || (&self.0).read(buf))
            }

            #[track_caller]
            fn read_vectored(&mut self, bufs: &mut [IoSliceMut<'_>]) -> Result<usize> {
                at(Location::caller(), || (&self.0).read_vectored(bufs))
            }

            #[track_caller]
            fn read_to_end(&mut self, buf: &mut Vec<u8>) -> Result<usize> {
                at(Location::caller(), || (&self.0).read_to_end(buf))
            }

            #[track_caller]
            fn read_to_string(&mut self, buf: &mut String) -> Result<usize> {
                at(Location::caller(), || (&self.0).read_to_string(buf))
            }

            #[track_caller]
            fn read_exact(&mut self, buf: &mut [u8]) -> Result<()> {
                at(Location::caller(), || (&self.0).read_exact(buf))
            }
        }
    };
}

read!(PipeReader);
read!(&PipeReader);

macro_rules! write {
    ($type:ty) => {
        impl Write for $type {
            #[track_caller]
            fn write(&mut self, buf: &[u8]) -> Result<usize> {
                at(Location::caller(), || (&self.0).write(buf))
            }

            #[inline]
            fn flush(&mut self) -> Result<()> {
                Ok(())
            }

            #[track_caller]
            fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> Result<usize> {
                at(Location::caller(), || (&self.0).write_vectored(bufs))
            }

            #[track_caller]
            fn write_all(&mut self, buf: &[u8]) -> Result<()> {
                at(Location::caller(), || (&self.0).write_all(buf))
            }

            #[track_caller]
            fn write_fmt(&mut self, args: fmt::Arguments<'_>) -> Result<()> {
                at(Location::caller(), || (&self.0).write_fmt(args))
            }
        }
    };
}

write!(PipeWriter);
write!(&PipeWriter);

macro_rules! end {
    ($type:ident) => {
        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<$type> for Stdio {
            fn from(pipe: $type) -> Self {
                pipe.0.into()
            }
        }

        #[cfg(unix)]
        const _: () = {
            use ::std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};

            impl AsFd for $type {
                fn as_fd(&self) -> BorrowedFd<'_> {
                    self.0.as_fd()
                }
            }

            impl AsRawFd for $type {
                fn as_raw_fd(&self) -> RawFd {
                    self.0.as_raw_fd()
                }
            }

            impl FromRawFd for $type {
                unsafe fn from_raw_fd(raw_fd: RawFd) -> Self {
                    // SAFETY: as the caller promises.
                    Self(unsafe { FromRawFd::from_raw_fd(raw_fd) })
                }
            }

            impl IntoRawFd for $type {
                fn into_raw_fd(self) -> RawFd {
                    self.0.into_raw_fd()
                }
            }

            impl From<$type> for OwnedFd {
                fn from(pipe: $type) -> Self {
                    pipe.0.into()
                }
            }

            impl From<OwnedFd> for $type {
                fn from(owned_fd: OwnedFd) -> Self {
                    Self(owned_fd.into())
                }
            }
        };
    };
}

end!(PipeReader);
end!(PipeWriter);
