//! The function `syscall` of the C library, by which some libraries ask for random bytes.

use std::arch::naked_asm;
use std::ffi::{c_uint, c_void};

use super::{getrandom, kernel};

/// As `syscall(2)`. It takes as many arguments as the call asks for, so nothing but the registers can pass them on.
#[unsafe(no_mangle)]
#[unsafe(naked)]
unsafe extern "C" fn syscall(_number: usize) -> isize {
    naked_asm!(
        "cmp rdi, {of_getrandom}",
        "je {getrandom}",
        "mov rax, rdi",
        "mov rdi, rsi",
        "mov rsi, rdx",
        "mov rdx, rcx",
        "mov r10, r8",
        "mov r8, r9",
        "mov r9, [rsp + 8]",
        "syscall",
        "test rax, rax",
        "js 2f",
        "ret",
        "2:",
        "mov rdi, rax",
        "jmp {failed}",
        of_getrandom = const libc::SYS_getrandom,
        getrandom = sym getrandom_by_number,
        failed = sym failed,
    )
}

/// As [`getrandom`], after the number of the call.
///
/// # Safety
///
/// As for that.
unsafe extern "C" fn getrandom_by_number(_number: usize, buffer: *mut c_void, length: usize, flags: c_uint) -> isize {
    // SAFETY: as the caller promises.
    unsafe { getrandom(buffer, length, flags) }
}

/// Only the highest numbers are those of errors: some calls return addresses.
extern "C" fn failed(result: isize) -> isize {
    const HIGHEST_ERROR: isize = 4095;
    if result < -HIGHEST_ERROR {
        return result;
    }
    kernel::checked(result)
}
