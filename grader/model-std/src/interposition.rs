//! Stands in for functions of the C library: for those that would tell an execution what differs from run to run, which
//! are random bytes, the time of day, the addresses of what it allocates and other processes, and for those that would
//! block the operating-system thread, or write to a standard stream behind the model's back.
//!
//! A symbol of the executable goes before the one of the C library. So these functions are also called by `std` and by
//! libraries that are compiled against it. Outside an execution, they do what those of the C library do.

#[cfg(all(target_env = "gnu", not(target_feature = "crt-static")))]
mod allocation;
mod descriptors;
mod kernel;
#[cfg(all(target_env = "gnu", not(target_feature = "crt-static")))]
mod processes;
#[cfg(target_arch = "x86_64")]
mod syscall;
mod transfers;

use std::ffi::{CStr, c_int, c_uint, c_void};
use std::fs::File;
use std::mem::{ManuallyDrop, transmute};
use std::os::fd::FromRawFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::slice;
use std::sync::atomic::{AtomicPtr, Ordering};

use crate::runtime::{clock, is_undisturbed, randomness};
use crate::time::system_time;

pub(crate) use descriptors::close_all;

/// The numbers of `/dev/random` and `/dev/urandom` (see `random(4)`).
const RANDOM_DEVICES: [u64; 2] = [1 << 8 | 8, 1 << 8 | 9];

/// As `getrandom(2)`.
///
/// # Safety
///
/// `buffer` is valid for writes of `length` bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn getrandom(buffer: *mut c_void, length: usize, flags: c_uint) -> isize {
    // SAFETY: as the caller promises.
    if unsafe { fill(buffer, length) } {
        return length as isize;
    }
    // SAFETY: as the caller promises.
    kernel::checked(unsafe { kernel::call(libc::SYS_getrandom, [buffer.addr(), length, flags as usize]) })
}

/// As `getentropy(3)`.
///
/// # Safety
///
/// `buffer` is valid for writes of `length` bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn getentropy(buffer: *mut c_void, length: usize) -> c_int {
    const LONGEST: usize = 256;
    if length > LONGEST {
        return kernel::checked(-(libc::EIO as isize)) as c_int;
    }
    // SAFETY: as the caller promises. So few bytes come all at once.
    match unsafe { getrandom(buffer, length, 0) } {
        -1 => -1,
        _ => 0,
    }
}

/// As `read(2)`.
///
/// # Safety
///
/// `buffer` is valid for writes of `length` bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn read(descriptor: c_int, buffer: *mut c_void, length: usize) -> isize {
    // SAFETY: as the caller promises.
    if is_undisturbed() && is_random_device(descriptor) && unsafe { fill(buffer, length) } {
        return length as isize;
    }
    transfers::read(descriptor, length, move || {
        // SAFETY: as the caller promises.
        unsafe { kernel::call(libc::SYS_read, [descriptor as usize, buffer.addr(), length]) }
    })
}

/// As `clock_gettime(2)`. In an execution, reading the time of day is an operation.
///
/// # Safety
///
/// `time` is valid for a write.
#[unsafe(no_mangle)]
unsafe extern "C" fn clock_gettime(of_clock: libc::clockid_t, time: *mut libc::timespec) -> c_int {
    // The clock of `SystemTime`.
    if of_clock == libc::CLOCK_REALTIME && is_undisturbed() {
        let now = system_time(clock::now(None));
        let now = libc::timespec {
            tv_sec: now.as_secs() as libc::time_t,
            tv_nsec: now.subsec_nanos().into(),
        };
        // SAFETY: as the caller promises.
        unsafe { time.write(now) };
        return 0;
    }
    // SAFETY: as the caller promises.
    unsafe { real_clock_gettime(of_clock, time) }
}

/// Whether a file is one of the devices that give random bytes.
fn is_random_device(descriptor: c_int) -> bool {
    if descriptor < 0 {
        return false;
    }
    // SAFETY: the descriptor is only looked at, and never closed here. If it is none, the system says so.
    let file = ManuallyDrop::new(unsafe { File::from_raw_fd(descriptor) });
    file.metadata()
        .is_ok_and(|file| file.file_type().is_char_device() && RANDOM_DEVICES.contains(&file.rdev()))
}

/// Fills the buffer with the random bytes of the execution. Returns false if there is none.
///
/// # Safety
///
/// `buffer` is valid for writes of `length` bytes.
unsafe fn fill(buffer: *mut c_void, length: usize) -> bool {
    if length == 0 || !is_undisturbed() {
        return false;
    }
    // SAFETY: as the caller promises. The bytes are written first, so that there is a slice of initialised ones.
    let bytes = unsafe {
        buffer.write_bytes(0, length);
        slice::from_raw_parts_mut(buffer.cast(), length)
    };
    randomness::fill(bytes)
}

/// The function of the C library, which can do without the kernel.
///
/// # Safety
///
/// `time` is valid for a write.
unsafe fn real_clock_gettime(of_clock: libc::clockid_t, time: *mut libc::timespec) -> c_int {
    type ClockGettime = unsafe extern "C" fn(libc::clockid_t, *mut libc::timespec) -> c_int;
    static FOUND: AtomicPtr<c_void> = AtomicPtr::new(std::ptr::null_mut());
    let found = of_the_c_library(c"clock_gettime", &FOUND);
    if found.is_null() {
        // The C library is linked statically.
        // SAFETY: as the caller promises.
        let result = unsafe { kernel::call(libc::SYS_clock_gettime, [of_clock as usize, time.addr(), 0]) };
        return kernel::checked(result) as c_int;
    }
    // SAFETY: this is the type of the function with this name, and the caller promises what it asks for.
    unsafe { transmute::<*mut c_void, ClockGettime>(found)(of_clock, time) }
}

/// The function of the C library with this name; null if the C library is linked statically. It is kept in `found`.
fn of_the_c_library(name: &CStr, found: &AtomicPtr<c_void>) -> *mut c_void {
    // Relaxed: every thread finds the same function.
    let mut function = found.load(Ordering::Relaxed);
    if function.is_null() {
        // SAFETY: the name ends in a zero byte.
        function = unsafe { libc::dlsym(libc::RTLD_NEXT, name.as_ptr()) };
        found.store(function, Ordering::Relaxed);
    }
    function
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::ops::ControlFlow;
    use std::rc::Rc;

    use super::*;
    use crate::model::{Bounds, Settings, explore};
    use crate::sync::atomic::{AtomicUsize, Ordering::SeqCst};
    use crate::thread;

    type Ask = fn(&mut [u8]);

    /// The ways of a program to ask the system for random bytes, except for the devices.
    const WAYS: [(&str, Ask); 4] = [
        ("getrandom", |bytes| {
            // SAFETY: the buffer is as long as it says, here and below.
            let n = unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), bytes.len(), 0) };
            assert_eq!(n.cast_unsigned(), bytes.len());
        }),
        ("getentropy", |bytes| {
            // SAFETY: as above.
            assert_eq!(unsafe { libc::getentropy(bytes.as_mut_ptr().cast(), bytes.len()) }, 0);
        }),
        ("syscall", |bytes| {
            // SAFETY: as above.
            let n = unsafe { libc::syscall(libc::SYS_getrandom, bytes.as_mut_ptr(), bytes.len(), 0_u32) };
            assert_eq!(n as usize, bytes.len());
        }),
        ("dlsym", |bytes| {
            type GetRandom = unsafe extern "C" fn(*mut c_void, usize, c_uint) -> isize;
            // SAFETY: the name ends in a zero byte, and the function has this type.
            let found =
                unsafe { transmute::<*mut c_void, GetRandom>(libc::dlsym(libc::RTLD_DEFAULT, c"getrandom".as_ptr())) };
            // SAFETY: as above.
            let n = unsafe { found(bytes.as_mut_ptr().cast(), bytes.len(), 0) };
            assert_eq!(n.cast_unsigned(), bytes.len());
        }),
    ];

    #[test]
    fn whichever_way_a_program_asks_it_gets_the_same_random_bytes_in_every_execution() {
        for (way, ask) in WAYS {
            static ASKED: AtomicUsize = AtomicUsize::new(0);
            let ask = move || {
                let mut bytes = [0; 20];
                ask(&mut bytes);
                ASKED.fetch_add(1, SeqCst);
                bytes
            };
            assert_ne!(ask(), ask(), "{way}, outside an execution");
            let body: Rc<dyn Fn() -> [[u8; 20]; 3]> = Rc::new(move || {
                let other = thread::spawn(ask);
                [ask(), ask(), other.join().unwrap()]
            });
            let mut answers = BTreeSet::new();
            let coverage = explore(&Bounds::default(), &Settings::default(), &body, |execution| {
                answers.insert(execution.value.unwrap().unwrap());
                ControlFlow::Continue(())
            });
            assert!(coverage.executions > 1);
            let [answer] = Vec::from_iter(answers)[..] else {
                panic!("{way} differs between executions")
            };
            assert_eq!(BTreeSet::from(answer).len(), 3, "{way} repeats itself");
        }
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn other_calls_of_the_kernel_are_as_they_were() {
        let flags = (libc::MAP_PRIVATE | libc::MAP_ANONYMOUS) as usize;
        let (readable, size) = (libc::PROT_READ as usize, 4096_usize);
        // SAFETY: these calls change no memory that anything uses.
        let (process, place, closed) = unsafe {
            let process = libc::syscall(libc::SYS_getpid);
            // The sixth argument is passed on too: an offset that is no multiple of a page is refused.
            let refused = libc::syscall(libc::SYS_mmap, 0_usize, size, readable, flags, -1_isize, 1_usize);
            assert_eq!(refused, -1);
            let place = libc::syscall(libc::SYS_mmap, 0_usize, size, readable, flags, -1_isize, 0_usize);
            (process, place, libc::syscall(libc::SYS_close, -1_isize))
        };
        assert_eq!(process, std::process::id().into());
        assert!(place > 0 && place % 4096 == 0);
        assert_eq!(closed, -1);
        assert_eq!(std::io::Error::last_os_error().raw_os_error(), Some(libc::EBADF));
    }

    #[test]
    fn a_read_that_fails_says_why() {
        let mut byte = 0_u8;
        // SAFETY: the buffer has this one byte.
        let n = unsafe { read(-1, (&raw mut byte).cast(), 1) };
        let error = std::io::Error::last_os_error();
        assert_eq!((n, error.raw_os_error()), (-1, Some(libc::EBADF)));
    }
}
