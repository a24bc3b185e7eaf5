//! Calls of the kernel, without the functions that are replaced.

use std::ffi::{c_int, c_long};

/// What the call returns; on failure the negated number of the error.
///
/// # Safety
///
/// The arguments are what the call asks for.
pub(super) unsafe fn call(number: c_long, arguments: [usize; 3]) -> isize {
    let [first, second, third] = arguments;
    // SAFETY: as the caller promises. The kernel ignores what a call does not ask for.
    unsafe { call_with_six(number, [first, second, third, 0, 0, 0]) }
}

/// As [`call`], for calls with more arguments.
///
/// # Safety
///
/// As for that.
pub(super) unsafe fn call_with_six(number: c_long, arguments: [usize; 6]) -> isize {
    let [first, second, third, fourth, fifth, sixth] = arguments;
    let result: isize;
    // SAFETY: the kernel changes no other registers than these, and the caller promises the rest.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        std::arch::asm!(
            "syscall",
            inlateout("rax") number => result,
            in("rdi") first,
            in("rsi") second,
            in("rdx") third,
            in("r10") fourth,
            in("r8") fifth,
            in("r9") sixth,
            lateout("rcx") _,
            lateout("r11") _,
            options(nostack),
        );
        #[cfg(target_arch = "aarch64")]
        std::arch::asm!(
            "svc 0",
            in("x8") number,
            inlateout("x0") first => result,
            in("x1") second,
            in("x2") third,
            in("x3") fourth,
            in("x4") fifth,
            in("x5") sixth,
            options(nostack),
        );
    }
    result
}

/// What a function of the C library returns for what the kernel returned: -1 on failure, with the number of the error
/// in `errno`.
pub(super) extern "C" fn checked(result: isize) -> isize {
    if result < 0 {
        // SAFETY: every thread has its own `errno`.
        unsafe { *libc::__errno_location() = -result as c_int };
        return -1;
    }
    result
}
