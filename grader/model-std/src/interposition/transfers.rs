//! Functions of the C library that read and write, or wait until that is possible.
//!
//! On a pipe or a pair of sockets that the program has made in the execution, they are operations of the model. A write
//! to a duplicate of standard output is one, too. Anything else goes to the system, unless it would block: nothing
//! tells whether that wait ends. A program may wait for that, or for a child process, only where outside waits are
//! allowed.

use std::ffi::{c_int, c_uint, c_void};
use std::mem::{self, ManuallyDrop};
use std::os::fd::FromRawFd;
use std::os::unix::fs::FileTypeExt;
use std::ptr;
use std::slice;
use std::time::Duration;

use super::kernel;
use crate::model::trace::Outside;
use crate::runtime::objects::channel::WaitLimit;
use crate::runtime::objects::descriptors::{self, Call, Target};
use crate::runtime::objects::streams::Stream;

/// `__WNOTHREAD` of `waitid(2)`: no children of other threads.
const OWN_CHILDREN: c_int = 0x2000_0000;

/// Reads at most `length` bytes from a descriptor with `perform`, which returns what the kernel does.
pub(super) fn read(descriptor: c_int, length: usize, perform: impl FnOnce() -> isize) -> isize {
    kernel::checked(if length == 0 {
        perform()
    } else {
        receive(descriptor, 0, perform)
    })
}

/// As `readv(2)`.
///
/// # Safety
///
/// As for the function of the C library.
#[unsafe(no_mangle)]
unsafe extern "C" fn readv(descriptor: c_int, buffers: *const libc::iovec, n: c_int) -> isize {
    // SAFETY: as the caller promises, there are as many buffers.
    let length = |index| unsafe { (*buffers.add(index)).iov_len };
    let length = (0..n.max(0) as usize).map(length).sum();
    read(descriptor, length, move || {
        // SAFETY: as the caller promises.
        unsafe { kernel::call(libc::SYS_readv, [descriptor as usize, buffers.addr(), n as usize]) }
    })
}

/// As `recv(2)`.
///
/// # Safety
///
/// As for the function of the C library.
#[unsafe(no_mangle)]
unsafe extern "C" fn recv(socket: c_int, buffer: *mut c_void, length: usize, flags: c_int) -> isize {
    // SAFETY: as the caller promises.
    unsafe { recvfrom(socket, buffer, length, flags, ptr::null_mut(), ptr::null_mut()) }
}

/// As `recvfrom(2)`.
///
/// # Safety
///
/// As for the function of the C library.
#[unsafe(no_mangle)]
unsafe extern "C" fn recvfrom(
    socket: c_int,
    buffer: *mut c_void,
    length: usize,
    flags: c_int,
    address: *mut libc::sockaddr,
    address_length: *mut libc::socklen_t,
) -> isize {
    let arguments = [
        socket as usize,
        buffer.addr(),
        length,
        flags as usize,
        address.addr(),
        address_length.addr(),
    ];
    kernel::checked(receive(socket, flags, move || {
        // SAFETY: as the caller promises.
        unsafe { kernel::call_with_six(libc::SYS_recvfrom, arguments) }
    }))
}

/// As `recvmsg(2)`.
///
/// # Safety
///
/// As for the function of the C library.
#[unsafe(no_mangle)]
unsafe extern "C" fn recvmsg(socket: c_int, message: *mut libc::msghdr, flags: c_int) -> isize {
    kernel::checked(receive(socket, flags, move || {
        // SAFETY: as the caller promises.
        unsafe { kernel::call(libc::SYS_recvmsg, [socket as usize, message.addr(), flags as usize]) }
    }))
}

/// As `accept(2)`.
///
/// # Safety
///
/// As for the function of the C library.
#[unsafe(no_mangle)]
unsafe extern "C" fn accept(socket: c_int, address: *mut libc::sockaddr, length: *mut libc::socklen_t) -> c_int {
    // SAFETY: as the caller promises.
    unsafe { accept4(socket, address, length, 0) }
}

/// As `accept4(2)`.
///
/// # Safety
///
/// As for the function of the C library.
#[unsafe(no_mangle)]
unsafe extern "C" fn accept4(
    socket: c_int,
    address: *mut libc::sockaddr,
    length: *mut libc::socklen_t,
    flags: c_int,
) -> c_int {
    let arguments = [socket as usize, address.addr(), length.addr(), flags as usize, 0, 0];
    let result = receive(socket, 0, move || {
        // SAFETY: as the caller promises.
        unsafe { kernel::call_with_six(libc::SYS_accept4, arguments) }
    });
    if result >= 0 && descriptors::is_program() {
        descriptors::opened(result as c_int, Target::Other);
    }
    kernel::checked(result) as c_int
}

/// As `write(2)`.
///
/// # Safety
///
/// `buffer` is valid for reads of `length` bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn write(descriptor: c_int, buffer: *const c_void, length: usize) -> isize {
    let result = match descriptors::target(descriptor) {
        Some(Target::Stream(stream)) => {
            // SAFETY: as the caller promises.
            write_to_stream(stream, unsafe { bytes(buffer, length) })
        }
        Some(Target::End { .. }) => {
            // SAFETY: as the caller promises.
            send(descriptor, 0, unsafe { bytes(buffer, length) })
        }
        Some(Target::Other) | None => {
            wait_if_outside(descriptor, 0, libc::POLLOUT);
            // SAFETY: as the caller promises.
            unsafe { kernel::call(libc::SYS_write, [descriptor as usize, buffer.addr(), length]) }
        }
    };
    kernel::checked(result)
}

/// As `writev(2)`.
///
/// # Safety
///
/// As for the function of the C library.
#[unsafe(no_mangle)]
unsafe extern "C" fn writev(descriptor: c_int, buffers: *const libc::iovec, n: c_int) -> isize {
    let together = || {
        let mut together = Vec::new();
        for index in 0..n.max(0) as usize {
            // SAFETY: as the caller promises, there are as many buffers, and each is as long as it says.
            unsafe {
                let buffer = *buffers.add(index);
                together.extend_from_slice(bytes(buffer.iov_base, buffer.iov_len));
            }
        }
        together
    };
    let result = match descriptors::target(descriptor) {
        Some(Target::Stream(stream)) => write_to_stream(stream, &together()),
        Some(Target::End { .. }) => send(descriptor, 0, &together()),
        Some(Target::Other) | None => {
            wait_if_outside(descriptor, 0, libc::POLLOUT);
            // SAFETY: as the caller promises.
            unsafe { kernel::call(libc::SYS_writev, [descriptor as usize, buffers.addr(), n as usize]) }
        }
    };
    kernel::checked(result)
}

/// As `send(2)`.
///
/// # Safety
///
/// `buffer` is valid for reads of `length` bytes.
#[unsafe(export_name = "send")]
unsafe extern "C" fn send_to_peer(socket: c_int, buffer: *const c_void, length: usize, flags: c_int) -> isize {
    // SAFETY: as the caller promises.
    unsafe { sendto(socket, buffer, length, flags, ptr::null(), 0) }
}

/// As `sendto(2)`.
///
/// # Safety
///
/// As for the function of the C library.
#[unsafe(no_mangle)]
unsafe extern "C" fn sendto(
    socket: c_int,
    buffer: *const c_void,
    length: usize,
    flags: c_int,
    address: *const libc::sockaddr,
    address_length: libc::socklen_t,
) -> isize {
    if let Some(Target::End { .. }) = descriptors::target(socket)
        && address.is_null()
    {
        // SAFETY: as the caller promises.
        return kernel::checked(send(socket, flags, unsafe { bytes(buffer, length) }));
    }
    wait_if_outside(socket, flags, libc::POLLOUT);
    let arguments = [
        socket as usize,
        buffer.addr(),
        length,
        flags as usize,
        address.addr(),
        address_length as usize,
    ];
    // SAFETY: as the caller promises.
    kernel::checked(unsafe { kernel::call_with_six(libc::SYS_sendto, arguments) })
}

/// As `poll(2)`.
///
/// # Safety
///
/// As for the function of the C library.
#[unsafe(no_mangle)]
unsafe extern "C" fn poll(descriptors: *mut libc::pollfd, n: libc::nfds_t, timeout: c_int) -> c_int {
    if descriptors::is_program() {
        // SAFETY: as the caller promises.
        let asked = unsafe { slice::from_raw_parts(descriptors, n as usize) }.to_vec();
        look(asked, timeout);
    }
    // What is ready stays so until another thread has its turn.
    let timeout = if descriptors::is_program() && !has_children() {
        0
    } else {
        timeout
    };
    // SAFETY: as the caller promises.
    kernel::checked(unsafe { real_poll(descriptors, n, timeout) }) as c_int
}

/// As `splice(2)`, which libraries use only where it works.
#[unsafe(no_mangle)]
unsafe extern "C" fn splice(
    from: c_int,
    from_offset: *mut i64,
    to: c_int,
    to_offset: *mut i64,
    length: usize,
    flags: c_uint,
) -> isize {
    if descriptors::is_program() {
        return kernel::checked(-(libc::ENOSYS as isize));
    }
    let arguments = [
        from as usize,
        from_offset.addr(),
        to as usize,
        to_offset.addr(),
        length,
        flags as usize,
    ];
    // SAFETY: as the caller promises.
    kernel::checked(unsafe { kernel::call_with_six(libc::SYS_splice, arguments) })
}

/// As `sendfile64`, which libraries use only where it works.
#[unsafe(no_mangle)]
unsafe extern "C" fn sendfile64(to: c_int, from: c_int, offset: *mut i64, length: usize) -> isize {
    if descriptors::is_program() {
        return kernel::checked(-(libc::ENOSYS as isize));
    }
    let arguments = [to as usize, from as usize, offset.addr(), length, 0, 0];
    // SAFETY: as the caller promises.
    kernel::checked(unsafe { kernel::call_with_six(libc::SYS_sendfile, arguments) })
}

/// The bytes of a buffer.
///
/// # Safety
///
/// It is valid for reads of `length` bytes while the slice is used.
unsafe fn bytes<'a>(buffer: *const c_void, length: usize) -> &'a [u8] {
    if length == 0 {
        return &[];
    }
    // SAFETY: as the caller promises.
    unsafe { slice::from_raw_parts(buffer.cast(), length) }
}

fn write_to_stream(stream: Stream, bytes: &[u8]) -> isize {
    descriptors::write_to_stream(stream, bytes);
    bytes.len() as isize
}

/// Reads with `perform`, once that does not block, or if it is not to wait.
fn receive(descriptor: c_int, flags: c_int, perform: impl FnOnce() -> isize) -> isize {
    let Some(Target::End { object, end }) = descriptors::target(descriptor) else {
        wait_if_outside(descriptor, flags, libc::POLLIN);
        return perform();
    };
    let call = Call {
        object,
        end,
        waits: waits(descriptor, flags) && !child_may_act(descriptor, libc::POLLIN),
        timeout: timeout(descriptor),
    };
    let is_ready = move || is_ready(descriptor, libc::POLLIN);
    call.read(is_ready, perform, || n_held(descriptor))
}

/// Writes to an end of a pipe or of a pair of sockets.
fn send(descriptor: c_int, flags: c_int, bytes: &[u8]) -> isize {
    let Some(Target::End { object, end }) = descriptors::target(descriptor) else {
        unreachable!("the descriptor leads to such an end");
    };
    let waits = waits(descriptor, flags);
    let call = Call {
        object,
        end,
        waits: waits && !child_may_act(descriptor, libc::POLLOUT),
        timeout: None,
    };
    let has_room = move || is_ready(descriptor, libc::POLLOUT);
    let write = |written| write_without_waiting(descriptor, flags, &bytes[written..]);
    call.write(bytes.len(), has_room, write, || n_held(descriptor))
}

/// Writes as many of `bytes` as there is room for. Returns what the kernel does.
fn write_without_waiting(descriptor: c_int, flags: c_int, bytes: &[u8]) -> isize {
    let flags = (flags | libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL) as usize;
    let arguments = [descriptor as usize, bytes.as_ptr().addr(), bytes.len(), flags, 0, 0];
    // SAFETY: the buffer is as long as it says, here and below.
    let result = unsafe { kernel::call_with_six(libc::SYS_sendto, arguments) };
    if result != -(libc::ENOTSOCK as isize) {
        return result;
    }
    // A pipe has no flag for a single call.
    let before = status(descriptor);
    set_status(descriptor, before | libc::O_NONBLOCK);
    // SAFETY: as above.
    let result = unsafe {
        kernel::call(
            libc::SYS_write,
            [descriptor as usize, bytes.as_ptr().addr(), bytes.len()],
        )
    };
    set_status(descriptor, before);
    result
}

/// Ends the execution if a call on a descriptor that the model does not know would block.
fn wait_if_outside(descriptor: c_int, flags: c_int, events: i16) {
    let may_block = descriptors::is_program() && waits(descriptor, flags) && !is_ready(descriptor, events);
    if may_block && !descriptors::may_wait_outside() {
        descriptors::wait_outside(kind(descriptor));
    }
}

/// Whether a call has to be made that may block, because a child process may end the wait. Then this waits until one
/// has.
fn child_may_act(descriptor: c_int, events: i16) -> bool {
    let may_act = !is_ready(descriptor, events) && has_children();
    if may_act {
        let mut asked = pollfd(descriptor, events);
        // SAFETY: one structure is passed.
        unsafe { real_poll(&raw mut asked, 1, -1) };
    }
    may_act
}

/// Waits as `poll(2)` does, in the model.
fn look(asked: Vec<libc::pollfd>, timeout: c_int) {
    let known: Vec<c_int> = asked.iter().map(|asked| asked.fd).collect();
    let is_known = |descriptor: &c_int| matches!(descriptors::target(*descriptor), Some(Target::End { .. }));
    let is_ready = move || {
        let mut asked = asked.clone();
        // SAFETY: as many structures are passed as it says.
        unsafe { real_poll(asked.as_mut_ptr(), asked.len() as libc::nfds_t, 0) != 0 }
    };
    if has_children() {
        return;
    }
    if known.iter().any(is_known) {
        let limit = match timeout {
            0 => WaitLimit::NoWait,
            1.. => WaitLimit::For(Duration::from_millis(timeout.unsigned_abs().into())),
            _ => WaitLimit::Forever,
        };
        descriptors::look(&known, is_ready, limit);
    } else if timeout != 0 && !descriptors::may_wait_outside() && !is_ready() {
        descriptors::wait_outside(Outside::Other);
    }
}

/// Whether a call with these flags waits.
fn waits(descriptor: c_int, flags: c_int) -> bool {
    flags & libc::MSG_DONTWAIT == 0 && status(descriptor) & libc::O_NONBLOCK == 0
}

/// The status flags of a descriptor; none if it is closed.
fn status(descriptor: c_int) -> c_int {
    // SAFETY: the command takes no argument.
    let result = unsafe { kernel::call(libc::SYS_fcntl, [descriptor as usize, libc::F_GETFL as usize, 0]) };
    result.max(0) as c_int
}

fn set_status(descriptor: c_int, status: c_int) {
    // SAFETY: the command takes a number.
    unsafe {
        kernel::call(
            libc::SYS_fcntl,
            [descriptor as usize, libc::F_SETFL as usize, status as usize],
        )
    };
}

fn pollfd(descriptor: c_int, events: i16) -> libc::pollfd {
    libc::pollfd {
        fd: descriptor,
        events,
        revents: 0,
    }
}

/// Whether a call would not block. A descriptor that is closed is ready: the call fails.
fn is_ready(descriptor: c_int, events: i16) -> bool {
    let mut asked = pollfd(descriptor, events);
    // SAFETY: one structure is passed.
    unsafe { real_poll(&raw mut asked, 1, 0) != 0 }
}

/// What the kernel returns.
///
/// # Safety
///
/// As for `poll(2)`.
unsafe fn real_poll(descriptors: *mut libc::pollfd, n: libc::nfds_t, timeout: c_int) -> isize {
    let limit = libc::timespec {
        tv_sec: (timeout / 1000).into(),
        tv_nsec: i64::from(timeout % 1000) * 1_000_000,
    };
    let limit = if timeout < 0 { ptr::null() } else { &raw const limit };
    // SAFETY: as the caller promises.
    unsafe { kernel::call_with_six(libc::SYS_ppoll, [descriptors.addr(), n as usize, limit.addr(), 0, 0, 0]) }
}

/// How many bytes wait in a pipe.
fn n_held(descriptor: c_int) -> Option<u64> {
    let mut n: c_int = 0;
    // SAFETY: the request writes one number.
    let result = unsafe {
        kernel::call(
            libc::SYS_ioctl,
            [descriptor as usize, libc::FIONREAD as usize, (&raw mut n).addr()],
        )
    };
    (result == 0 && kind(descriptor) == Outside::Pipe).then_some(n.max(0).unsigned_abs().into())
}

/// For how long a socket waits to receive; `None` for ever.
fn timeout(descriptor: c_int) -> Option<Duration> {
    // SAFETY: all zeroes is a value of this plain structure.
    let mut limit: libc::timeval = unsafe { mem::zeroed() };
    let mut length = size_of::<libc::timeval>() as libc::socklen_t;
    let arguments = [
        descriptor as usize,
        libc::SOL_SOCKET as usize,
        libc::SO_RCVTIMEO as usize,
        (&raw mut limit).addr(),
        (&raw mut length).addr(),
        0,
    ];
    // SAFETY: the option is such a structure.
    let result = unsafe { kernel::call_with_six(libc::SYS_getsockopt, arguments) };
    let limit = Duration::new(
        limit.tv_sec.unsigned_abs(),
        (limit.tv_usec * 1000).unsigned_abs() as u32,
    );
    (result == 0 && !limit.is_zero()).then_some(limit)
}

/// Whether this thread has started a process that it has not waited for.
fn has_children() -> bool {
    let options = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT | OWN_CHILDREN;
    // SAFETY: nothing is written through the null pointers.
    unsafe { kernel::call_with_six(libc::SYS_waitid, [libc::P_ALL as usize, 0, 0, options as usize, 0, 0]) == 0 }
}

/// What a descriptor leads to.
fn kind(descriptor: c_int) -> Outside {
    if descriptor < 0 {
        return Outside::Other;
    }
    // SAFETY: the descriptor is only looked at, and never closed here. If it is none, the system says so.
    let file = ManuallyDrop::new(unsafe { std::fs::File::from_raw_fd(descriptor) });
    match file.metadata().map(|file| file.file_type()) {
        Ok(kind) if kind.is_fifo() => Outside::Pipe,
        Ok(kind) if kind.is_socket() => Outside::Socket,
        Ok(kind) if kind.is_char_device() => Outside::Device,
        Ok(_) | Err(_) => Outside::Other,
    }
}
