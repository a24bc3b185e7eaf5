//! Functions of the C library by which a program gets descriptors and gives them back.

use std::ffi::{CStr, c_char, c_int};

use super::kernel;
use crate::model::trace::{ObjectKind, Outside, PipeEnd};
use crate::runtime::objects::descriptors::{self, Target};
use crate::runtime::objects::streams::Stream;

/// Standard output and standard error.
const STREAMS: [(c_int, Stream); 2] = [
    (libc::STDOUT_FILENO, Stream::Stdout),
    (libc::STDERR_FILENO, Stream::Stderr),
];

/// The paths of standard output and standard error.
const PATHS: [(&CStr, c_int); 8] = [
    (c"/dev/stdout", libc::STDOUT_FILENO),
    (c"/dev/stderr", libc::STDERR_FILENO),
    (c"/dev/fd/1", libc::STDOUT_FILENO),
    (c"/dev/fd/2", libc::STDERR_FILENO),
    (c"/proc/self/fd/1", libc::STDOUT_FILENO),
    (c"/proc/self/fd/2", libc::STDERR_FILENO),
    (c"/proc/thread-self/fd/1", libc::STDOUT_FILENO),
    (c"/proc/thread-self/fd/2", libc::STDERR_FILENO),
];

/// As `pipe2(2)`.
///
/// # Safety
///
/// `ends` is valid for writes of two descriptors.
#[unsafe(no_mangle)]
unsafe extern "C" fn pipe2(ends: *mut c_int, flags: c_int) -> c_int {
    // SAFETY: as the caller promises.
    let result = unsafe { kernel::call(libc::SYS_pipe2, [ends.addr(), flags as usize, 0]) };
    if result == 0 && descriptors::is_program() {
        // SAFETY: the kernel has written both.
        let [reader, writer] = unsafe { ends.cast::<[c_int; 2]>().read() };
        descriptors::made(ObjectKind::Pipe, [(reader, PipeEnd::Reader), (writer, PipeEnd::Writer)]);
    }
    kernel::checked(result) as c_int
}

/// As `socketpair(2)`.
///
/// # Safety
///
/// `sockets` is valid for writes of two descriptors.
#[unsafe(no_mangle)]
unsafe extern "C" fn socketpair(domain: c_int, kind: c_int, protocol: c_int, sockets: *mut c_int) -> c_int {
    let arguments = [domain as usize, kind as usize, protocol as usize, sockets.addr(), 0, 0];
    // SAFETY: as the caller promises.
    let result = unsafe { kernel::call_with_six(libc::SYS_socketpair, arguments) };
    if result == 0 && descriptors::is_program() {
        // SAFETY: the kernel has written both.
        let [first, second] = unsafe { sockets.cast::<[c_int; 2]>().read() };
        let ends = [(first, PipeEnd::FirstSocket), (second, PipeEnd::SecondSocket)];
        descriptors::made(ObjectKind::SocketPair, ends);
    }
    kernel::checked(result) as c_int
}

/// As `fcntl(2)`. Whatever the command asks for is one argument.
///
/// # Safety
///
/// As for the function of the C library.
#[unsafe(no_mangle)]
unsafe extern "C" fn fcntl(descriptor: c_int, command: c_int, argument: usize) -> c_int {
    // SAFETY: as the caller promises.
    let result = unsafe { kernel::call(libc::SYS_fcntl, [descriptor as usize, command as usize, argument]) };
    if result >= 0 && matches!(command, libc::F_DUPFD | libc::F_DUPFD_CLOEXEC) && descriptors::is_program() {
        descriptors::opened(result as c_int, leads_to(descriptor));
    }
    kernel::checked(result) as c_int
}

/// As `open(2)`.
///
/// # Safety
///
/// `path` is a string that ends in a zero byte.
#[unsafe(no_mangle)]
unsafe extern "C" fn open(path: *const c_char, flags: c_int, mode: usize) -> c_int {
    // SAFETY: as the caller promises.
    unsafe { open64(path, flags, mode) }
}

/// As `open64`. For the paths of standard output and standard error, it duplicates their descriptor: a sandbox may have
/// no such paths.
///
/// # Safety
///
/// `path` is a string that ends in a zero byte.
#[unsafe(no_mangle)]
unsafe extern "C" fn open64(path: *const c_char, flags: c_int, mode: usize) -> c_int {
    if descriptors::is_program() {
        // SAFETY: as the caller promises.
        let name = unsafe { CStr::from_ptr(path) };
        if let Some((_, stream)) = PATHS.iter().find(|(known, _)| *known == name) {
            // SAFETY: this command takes a number.
            return unsafe { fcntl(*stream, libc::F_DUPFD_CLOEXEC, 3) };
        }
    }
    let arguments = [libc::AT_FDCWD as usize, path.addr(), flags as usize, mode, 0, 0];
    // SAFETY: as the caller promises.
    let result = unsafe { kernel::call_with_six(libc::SYS_openat, arguments) };
    if result >= 0 && descriptors::is_program() {
        descriptors::opened(result as c_int, Target::Other);
    }
    kernel::checked(result) as c_int
}

/// As `close(2)`. Closing the last descriptor of an end of a pipe is an operation.
#[unsafe(no_mangle)]
extern "C" fn close(descriptor: c_int) -> c_int {
    let close = || {
        // SAFETY: the call changes no memory.
        unsafe { kernel::call(libc::SYS_close, [descriptor as usize, 0, 0]) }
    };
    let result = if descriptors::is_program() {
        let done = descriptors::close(descriptor);
        let result = close();
        done();
        result
    } else {
        close()
    };
    kernel::checked(result) as c_int
}

/// As `shutdown(2)`.
#[unsafe(no_mangle)]
extern "C" fn shutdown(socket: c_int, how: c_int) -> c_int {
    let shut_down = || {
        // SAFETY: the call changes no memory.
        unsafe { kernel::call(libc::SYS_shutdown, [socket as usize, how as usize, 0]) }
    };
    let result = if let Some(Target::End { object, end }) = descriptors::target(socket) {
        let done = descriptors::shut_down(object, end);
        let result = shut_down();
        done();
        result
    } else {
        shut_down()
    };
    kernel::checked(result) as c_int
}

/// As `flock(2)`. Which thread of the program has the lock of a file is not known, so none can wait for it.
#[unsafe(no_mangle)]
extern "C" fn flock(descriptor: c_int, operation: c_int) -> c_int {
    let lock = |operation: c_int| {
        // SAFETY: the call changes no memory.
        unsafe { kernel::call(libc::SYS_flock, [descriptor as usize, operation as usize, 0]) }
    };
    if !descriptors::is_program() {
        return kernel::checked(lock(operation)) as c_int;
    }
    let result = lock(operation | libc::LOCK_NB);
    if result == -(libc::EWOULDBLOCK as isize) && operation & libc::LOCK_NB == 0 {
        descriptors::wait_outside(Outside::FileLock);
    }
    kernel::checked(result) as c_int
}

/// Where a duplicate of a descriptor leads.
fn leads_to(descriptor: c_int) -> Target {
    let of_stream = STREAMS.iter().find(|(number, _)| *number == descriptor);
    match (descriptors::target(descriptor), of_stream) {
        (Some(target), _) => target,
        (None, Some((_, stream))) => Target::Stream(*stream),
        (None, None) => Target::Other,
    }
}

/// Closes descriptors of an execution that has ended.
pub(crate) fn close_all(descriptors: &[c_int]) {
    for descriptor in descriptors {
        // SAFETY: nothing that has this descriptor is used again.
        unsafe { kernel::call(libc::SYS_close, [*descriptor as usize, 0, 0]) };
    }
}
