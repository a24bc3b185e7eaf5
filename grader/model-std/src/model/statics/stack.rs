//! The functions that are under way.

#[cfg(target_os = "linux")]
pub(super) use linux::addresses;

/// The return addresses on this stack, the innermost first.
#[cfg(not(target_os = "linux"))]
pub(super) fn addresses() -> Vec<usize> {
    Vec::new()
}

#[cfg(target_os = "linux")]
mod linux {
    use std::ffi::{c_int, c_void};

    /// More calls than that are those of a recursion.
    const MOST: usize = 256;

    type Visit = extern "C" fn(*mut c_void, *mut c_void) -> c_int;

    // The library that unwinds for `std` (see *Itanium C++ ABI: Exception Handling*, level I). `std::backtrace` gives
    // the same addresses as text, and takes milliseconds for that.
    unsafe extern "C-unwind" {
        fn _Unwind_Backtrace(visit: Visit, list: *mut c_void) -> c_int;
        fn _Unwind_GetIP(frame: *mut c_void) -> usize;
    }

    /// The return addresses on this stack, the innermost first.
    pub(in super::super) fn addresses() -> Vec<usize> {
        let mut list: Vec<usize> = Vec::with_capacity(MOST);
        // SAFETY: `visit` gets the list as its second argument, and nothing else uses the list meanwhile.
        unsafe { _Unwind_Backtrace(visit, (&raw mut list).cast()) };
        list
    }

    extern "C" fn visit(frame: *mut c_void, list: *mut c_void) -> c_int {
        const GO_ON: c_int = 0;
        const END_OF_STACK: c_int = 5;
        // SAFETY: `addresses` passes the list, and the unwinder a frame.
        let (list, address) = unsafe { (&mut *list.cast::<Vec<usize>>(), _Unwind_GetIP(frame)) };
        list.push(address);
        if list.len() < MOST { GO_ON } else { END_OF_STACK }
    }
}
