//! The writable memory of the objects that the loader has loaded: where all statics are.

use std::ops::Range;
use std::sync::OnceLock;

/// Whether a static that can be written to may be at `address`.
///
/// Objects that are loaded after the first call are not known. Other systems than Linux are not asked.
pub(super) fn contain(address: usize) -> bool {
    static SEGMENTS: OnceLock<Vec<Range<usize>>> = OnceLock::new();
    let segments = SEGMENTS.get_or_init(|| {
        let mut segments = writable();
        segments.sort_unstable_by_key(|segment| segment.start);
        segments
    });
    let next = segments.partition_point(|segment| segment.start <= address);
    next.checked_sub(1).is_some_and(|at| segments[at].contains(&address))
}

#[cfg(target_os = "linux")]
fn writable() -> Vec<Range<usize>> {
    use std::ffi::{c_int, c_void};

    extern "C" fn look(info: *mut libc::dl_phdr_info, _size: usize, found: *mut c_void) -> c_int {
        // SAFETY: the loader passes a valid description, and `found` is the list below.
        let (info, found) = unsafe { (&*info, &mut *found.cast::<Vec<Range<usize>>>()) };
        for index in 0..info.dlpi_phnum {
            // SAFETY: there are as many headers as the description says.
            let header = unsafe { &*info.dlpi_phdr.add(index.into()) };
            if header.p_type == libc::PT_LOAD && header.p_flags & libc::PF_W != 0 {
                let start = (info.dlpi_addr as usize).wrapping_add(header.p_vaddr as usize);
                found.push(start..start.wrapping_add(header.p_memsz as usize));
            }
        }
        0
    }
    let mut segments: Vec<Range<usize>> = Vec::new();
    // SAFETY: `look` adds to the list, which lives until the call has returned.
    unsafe { libc::dl_iterate_phdr(Some(look), (&raw mut segments).cast()) };
    segments
}

#[cfg(not(target_os = "linux"))]
fn writable() -> Vec<Range<usize>> {
    Vec::new()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU8;

    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_static_that_can_be_written_to_is_found_and_other_memory_is_not() {
        static WRITABLE: AtomicU8 = AtomicU8::new(1);
        static ZERO: AtomicU8 = AtomicU8::new(0);
        static CONSTANT: u8 = 1;
        let (local, boxed) = (0_u8, Box::new(0_u8));
        let places: [*const u8; 5] = [
            WRITABLE.as_ptr(),
            ZERO.as_ptr(),
            &raw const CONSTANT,
            &raw const local,
            &raw const *boxed,
        ];
        let found = places.map(|place| contain(place.addr()));
        assert_eq!(found, [true, true, false, false, false]);
    }
}
