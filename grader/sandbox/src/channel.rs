//! The socket between the grader and a child: the child's standard input, on which it also answers.
//!
//! A socket and not a pipe: a program cannot open a socket a second time by its path under `/proc`.

use std::io::{self, Read, Write};

#[cfg(not(unix))]
use std::fs::File as Socket;
#[cfg(unix)]
use std::os::unix::net::UnixStream as Socket;

/// One end of the socket.
#[derive(Debug)]
pub struct Channel(Socket);

impl Channel {
    /// Takes the channel that the grader gave to this process, and puts an empty pipe in the place of standard input.
    ///
    /// # Errors
    ///
    /// When standard input cannot be replaced. Reading fails if it was not a socket.
    pub fn take_stdin() -> io::Result<Channel> {
        #[cfg(unix)]
        {
            use std::os::fd::AsFd as _;

            let channel = Socket::from(io::stdin().as_fd().try_clone_to_owned()?);
            // Not `/dev/null`, because the program may have a root folder without it.
            let (empty, _) = io::pipe()?;
            rustix::stdio::dup2_stdin(empty)?;
            Ok(Channel(channel))
        }
        #[cfg(not(unix))]
        Err(io::ErrorKind::Unsupported.into())
    }

    /// The grader's end and the child's end.
    #[cfg(unix)]
    pub(crate) fn pair() -> io::Result<(Channel, std::os::fd::OwnedFd)> {
        let (ours, theirs) = Socket::pair()?;
        Ok((Channel(ours), theirs.into()))
    }
}

#[cfg(unix)]
impl From<Channel> for std::os::fd::OwnedFd {
    fn from(channel: Channel) -> std::os::fd::OwnedFd {
        channel.0.into()
    }
}

impl Read for &Channel {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        (&self.0).read(bytes)
    }
}

impl Write for &Channel {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (&self.0).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        (&self.0).flush()
    }
}
