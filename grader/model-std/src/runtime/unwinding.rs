//! The functions that are under way on this stack.

use std::ops::ControlFlow;

/// A function that is under way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    /// Where it goes on when what it called returns.
    pub(crate) address: usize,
    /// About where its frame is on the stack.
    #[cfg_attr(
        not(target_os = "linux"),
        expect(dead_code, reason = "only a handler of signals asks for it")
    )]
    pub(crate) position: usize,
}

/// Shows `visit` the frames of this stack, the innermost first, until it breaks. Allocates nothing, so a handler of
/// signals may call it.
#[cfg(unix)]
pub(crate) fn walk(mut visit: impl FnMut(Frame) -> ControlFlow<()>) {
    use std::ffi::{c_int, c_void};

    type Visit<'a> = dyn FnMut(Frame) -> ControlFlow<()> + 'a;

    // The library that unwinds for `std` (see *Itanium C++ ABI: Exception Handling*, level I). `std::backtrace` gives
    // the same addresses as text, and takes milliseconds for that.
    unsafe extern "C-unwind" {
        fn _Unwind_Backtrace(visit: extern "C" fn(*mut c_void, *mut c_void) -> c_int, data: *mut c_void) -> c_int;
        fn _Unwind_GetIP(frame: *mut c_void) -> usize;
        fn _Unwind_GetCFA(frame: *mut c_void) -> usize;
    }

    extern "C" fn shown(frame: *mut c_void, visit: *mut c_void) -> c_int {
        const GO_ON: c_int = 0;
        const END_OF_STACK: c_int = 5;
        // SAFETY: the unwinder passes a frame, and the pointer that it was given, below.
        let (visit, frame) = unsafe {
            let frame = Frame {
                address: _Unwind_GetIP(frame),
                position: _Unwind_GetCFA(frame),
            };
            (&mut *visit.cast::<&mut Visit<'_>>(), frame)
        };
        match visit(frame) {
            ControlFlow::Continue(()) => GO_ON,
            ControlFlow::Break(()) => END_OF_STACK,
        }
    }

    let mut visit: &mut Visit<'_> = &mut visit;
    // SAFETY: `shown` takes this pointer, and nothing else uses `visit` meanwhile.
    unsafe { _Unwind_Backtrace(shown, (&raw mut visit).cast()) };
}

/// Shows nothing: on this system it is not known which functions are under way.
#[cfg(not(unix))]
pub(crate) fn walk(_: impl FnMut(Frame) -> ControlFlow<()>) {}

/// The addresses of the functions that are under way, the innermost first, and at most `most` of them.
pub(crate) fn addresses(most: usize) -> Vec<usize> {
    let mut addresses = Vec::with_capacity(most);
    walk(|frame| {
        addresses.push(frame.address);
        if addresses.len() < most {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
    addresses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn each_function_that_is_under_way_is_shown() {
        #[inline(never)]
        fn depth(n: usize) -> Vec<usize> {
            let all = if n == 0 { addresses(1000) } else { depth(n - 1) };
            std::hint::black_box(all)
        }
        let (few, many) = (depth(0), depth(20));
        assert_eq!(many.len(), few.len() + 20);
        assert_eq!(addresses(3).len(), 3);
    }
}
