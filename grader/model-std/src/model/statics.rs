//! Statics that hold no modelled object (a `static mut`, a cell) start afresh in every execution as well.
//!
//! A modelled object notices by itself that a new execution has begun (see `runtime::objects`). Any other static keeps
//! what it holds, since nobody is told of its use. So the bytes of all statics of the program are kept, and laid back
//! before each execution. The symbol table of the executable says where they are, and of which crate.

mod elf;
mod symbols;

use std::io;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use elf::Executable;

/// A static, and the bytes that every execution starts with.
struct Kept {
    address: usize,
    bytes: Box<[MaybeUninit<u8>]>,
}

static KEPT: Mutex<Vec<Kept>> = Mutex::new(Vec::new());

/// Whether anything is kept: asked before every execution, which may take no more than a microsecond.
static IS_ANY_KEPT: AtomicBool = AtomicBool::new(false);

/// From now on, all statics of `crates` start every execution with what they hold now. Returns how many there are.
///
/// `crates` are names as in a path: `my_crate` for the package `my-crate`. Without this call, only those statics start
/// afresh that are modelled objects, such as a `Mutex` or an `AtomicUsize`. Values that an execution leaves in a static
/// are forgotten and not dropped, as they are in those.
///
/// # Errors
///
/// When the executable cannot be read, has no symbol table (it was stripped), or is no ELF file of 64-bit Linux.
///
/// # Safety
///
/// The crates are compiled against this library in place of `std`. Nothing uses their statics outside executions,
/// except before this call.
pub unsafe fn restart_statics(crates: &[&str]) -> io::Result<usize> {
    let executable = Executable::of_this_process()?;
    let objects = executable.writable_objects()?;
    let is_wanted = |symbol: &str| crates.iter().any(|name| symbols::is_of_crate(symbol, name));
    let wanted = objects.into_iter().filter(|object| is_wanted(&object.name));
    let kept: Vec<Kept> = wanted
        .map(|object| {
            let address = object.address as *const MaybeUninit<u8>;
            // SAFETY: the executable has a static of this size at this address. Reading it as `MaybeUninit` bytes is
            // sound whatever it holds, and the caller promises that nobody changes it now.
            let bytes = unsafe { std::slice::from_raw_parts(address, object.size) };
            Kept {
                address: object.address,
                bytes: bytes.into(),
            }
        })
        .collect();
    let n_kept = kept.len();
    let mut all = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    all.extend(kept);
    IS_ANY_KEPT.store(!all.is_empty(), Ordering::Release);
    Ok(n_kept)
}

/// Lays the first bytes of the statics back. An execution is about to start, and no other one is under way.
pub(crate) fn restart() {
    if !IS_ANY_KEPT.load(Ordering::Acquire) {
        return;
    }
    for kept in KEPT.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        let address = kept.address as *mut MaybeUninit<u8>;
        // SAFETY: a static of the program that is writable. Whoever named its crate has promised that only executions
        // use it, and none is under way.
        unsafe { std::ptr::copy_nonoverlapping(kept.bytes.as_ptr(), address, kept.bytes.len()) };
    }
}
