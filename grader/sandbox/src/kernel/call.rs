//! Which system call a number stands for on Linux, for those calls that a course on concurrency meets.

use protocol::BlockingCall;

/// The call with this number.
#[cfg(target_arch = "x86_64")]
pub(super) fn of(number: i64) -> Option<BlockingCall> {
    Some(match number {
        0 | 19 => BlockingCall::Read,
        1 | 20 => BlockingCall::Write,
        7 | 23 | 232 | 270 | 271 | 281 | 441 => BlockingCall::Poll,
        35 | 230 => BlockingCall::Sleep,
        42 => BlockingCall::Connect,
        43 | 288 => BlockingCall::Accept,
        44 | 46 => BlockingCall::Send,
        45 | 47 => BlockingCall::Receive,
        61 | 247 => BlockingCall::WaitForChild,
        202 | 449 => BlockingCall::Futex,
        _ => return None,
    })
}

/// The call with this number, on processors that share the numbers of the generic table.
#[cfg(any(target_arch = "aarch64", target_arch = "riscv64", target_arch = "loongarch64"))]
pub(super) fn of(number: i64) -> Option<BlockingCall> {
    Some(match number {
        63 | 65 => BlockingCall::Read,
        64 | 66 => BlockingCall::Write,
        22 | 72 | 73 | 441 => BlockingCall::Poll,
        101 | 115 => BlockingCall::Sleep,
        203 => BlockingCall::Connect,
        202 | 242 => BlockingCall::Accept,
        206 | 211 => BlockingCall::Send,
        207 | 212 => BlockingCall::Receive,
        95 | 260 => BlockingCall::WaitForChild,
        98 | 449 => BlockingCall::Futex,
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
pub(super) fn of(_number: i64) -> Option<BlockingCall> {
    None
}

/// Whether the first argument of the call is the descriptor that it waits for.
pub(super) fn takes_descriptor(call: BlockingCall) -> bool {
    match call {
        BlockingCall::Read
        | BlockingCall::Write
        | BlockingCall::Accept
        | BlockingCall::Connect
        | BlockingCall::Receive
        | BlockingCall::Send => true,
        BlockingCall::Poll | BlockingCall::Sleep | BlockingCall::WaitForChild | BlockingCall::Futex => false,
    }
}
