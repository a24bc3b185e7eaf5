//! The calls of Linux in which a thread may wait, for those that a course on concurrency meets.

/// A call in which a thread may wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// Until there is something to read.
    Read,
    /// Until there is room to write to.
    Write,
    /// For any of several descriptors.
    Poll,
    /// For the clock.
    Sleep,
    /// For a connection.
    Accept,
    /// For something from a socket.
    Receive,
    /// For the end of a child.
    Wait,
    /// For another thread: a lock, a condition, an end.
    Futex,
}

impl Call {
    /// The one with this number.
    #[cfg(target_arch = "x86_64")]
    pub(super) fn of(number: i64) -> Option<Call> {
        Some(match number {
            0 => Call::Read,
            1 => Call::Write,
            7 | 271 | 232 | 281 | 23 => Call::Poll,
            35 | 230 => Call::Sleep,
            43 | 288 => Call::Accept,
            45 => Call::Receive,
            61 | 247 => Call::Wait,
            202 => Call::Futex,
            _ => return None,
        })
    }

    /// The one with this number, on processors that came later and share their numbers.
    #[cfg(any(target_arch = "aarch64", target_arch = "riscv64", target_arch = "loongarch64"))]
    pub(super) fn of(number: i64) -> Option<Call> {
        Some(match number {
            63 => Call::Read,
            64 => Call::Write,
            73 | 22 | 72 => Call::Poll,
            101 | 115 => Call::Sleep,
            202 | 242 => Call::Accept,
            207 => Call::Receive,
            260 | 95 => Call::Wait,
            98 => Call::Futex,
            _ => return None,
        })
    }

    /// On other processors no number is known.
    #[cfg(not(any(
        target_arch = "x86_64",
        target_arch = "aarch64",
        target_arch = "riscv64",
        target_arch = "loongarch64"
    )))]
    pub(super) fn of(_number: i64) -> Option<Call> {
        None
    }
}
