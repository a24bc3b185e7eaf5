//! A heap in a part of the address space that nothing else uses, the same in every process where that is possible.
//!
//! Each operating-system thread that explores has a heap. There, memory is taken in ascending order. Each block has a
//! header. A freed block goes onto the list of its size, and the block that was freed last is reused first, as in other
//! allocators. So addresses depend on nothing but what the program allocates and frees.
//!
//! An execution has its memory from a *window* on. If no block of a window is left when the next execution begins, that
//! execution has the same window, and all its addresses are those of the last one. Otherwise its window begins after
//! the last block that is left: its addresses are higher, but in the same order. Pages between such blocks are given
//! back. When [`MOST_WASTED`] is left between such blocks, the program has the allocator of the system from then on.
//!
//! Only the program of an execution takes memory from the heap, and uses the lists. All others may free blocks: that is
//! counted in the window, and the memory is not reused in this execution. A thread that crashes in the middle of a
//! function here leaves nothing but its own block behind, because each step is one store.

use std::cell::Cell;
use std::ffi::c_void;
use std::ops::Range;
use std::process::abort;
use std::ptr::{self, NonNull};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering, Ordering::Relaxed};

use crate::runtime::is_undisturbed;
use crate::runtime::objects::forget_memory;

/// Where the heaps are, if nothing else is there: far from where Linux puts executables and mappings on both
/// architectures.
const WANTED_START: usize = 0x2000_0000_0000;

/// How many operating-system threads may explore at once; others have the allocator of the system.
const N_HEAPS: usize = 64;

/// How much of the address space a heap reserves, in bytes: what the system allows. None of it is memory yet.
const SIZES: [usize; 3] = [16 << 30, 1 << 30, 64 << 20];

/// How many bytes executions may leave behind between the blocks that are left. A guess.
const MOST_WASTED: usize = 64 << 20;

/// Every block is aligned to this, as the C library promises.
const ALIGNMENT: usize = 16;

/// Larger than any page of these architectures.
const PAGE: usize = 64 << 10;

/// How windows are aligned, so that the lower bits of an address do not depend on the window: the second one once more
/// than [`MANY_WASTED`] bytes are left behind, which takes less memory.
const WINDOW_ALIGNMENTS: [usize; 2] = [4096, 128];

/// A guess.
const MANY_WASTED: usize = 2 << 20;

/// Blocks from this size on give their memory back when they are freed.
const LARGE: usize = 1 << 20;

/// How much becomes writable at once, at least. Linux counts all writable memory towards the limit (`RLIMIT_DATA`).
const WRITABLE_STEP: usize = 256 << 10;

/// How many free blocks are looked at for one with a larger alignment.
const MOST_LOOKED_AT: usize = 32;

/// How many sizes of blocks there are.
const N_CLASSES: usize = 8 + 4 * 28;

/// The first address of the heaps.
static START: AtomicUsize = AtomicUsize::new(0);
/// The address after the last one of the heaps; 0 before there are any.
static END: AtomicUsize = AtomicUsize::new(0);

/// A heap. All numbers are relaxed: only the thread that explores uses them, and a lock separates that one from the
/// next thread that has the heap.
pub(crate) struct Heap {
    is_used: AtomicBool,
    /// The end of the heap; 0 if it was never used.
    end: AtomicUsize,
    /// The end of the part that is writable.
    writable_end: AtomicUsize,
    /// The window of the execution.
    window: AtomicUsize,
    /// The end of the last block.
    cursor: AtomicUsize,
    /// The block of each size that was freed last; 0 for none.
    free: [AtomicUsize; N_CLASSES],
    /// Only the lists below this one may hold blocks.
    n_lists: AtomicUsize,
    /// How many bytes earlier windows waste.
    wasted: AtomicUsize,
}

static HEAPS: [Heap; N_HEAPS] = [const {
    Heap {
        is_used: AtomicBool::new(false),
        end: AtomicUsize::new(0),
        writable_end: AtomicUsize::new(0),
        window: AtomicUsize::new(0),
        cursor: AtomicUsize::new(0),
        free: [const { AtomicUsize::new(0) }; N_CLASSES],
        n_lists: AtomicUsize::new(0),
        wasted: AtomicUsize::new(0),
    }
}; N_HEAPS];

thread_local! {
    /// The heap of this operating-system thread.
    static OWN: Owned = Owned(Heap::take());
    /// The heap of the program that runs on this operating-system thread. The runtime may run in between. No
    /// destructor, because it is looked at whenever anything allocates.
    static IN_PROGRAM: Cell<Option<&'static Heap>> = const { Cell::new(None) };
}

/// A heap as long as an operating-system thread has it.
struct Owned(Option<&'static Heap>);

impl Drop for Owned {
    fn drop(&mut self) {
        if let Some(heap) = self.0 {
            // Release: the next owner goes on from what this one has done.
            heap.is_used.store(false, Ordering::Release);
        }
    }
}

/// What stands at the start of a window.
struct Window {
    /// How many blocks the program has taken and not freed.
    n_taken: AtomicUsize,
    /// How many of them were freed elsewhere.
    n_freed_elsewhere: AtomicUsize,
    /// The window before; 0 for none.
    previous: usize,
    /// How many bytes the window before wastes.
    wasted_by_previous: usize,
}

impl Window {
    /// # Safety
    ///
    /// There is a window at `address`.
    unsafe fn at<'a>(address: usize) -> &'a Self {
        // SAFETY: as the caller promises. Windows are never unmapped, and have atomics where they change.
        unsafe { &*ptr::with_exposed_provenance(address) }
    }

    fn is_empty(&self) -> bool {
        // Acquire: whoever freed a block is done with it.
        self.n_freed_elsewhere.load(Ordering::Acquire) == self.n_taken.load(Relaxed)
    }
}

/// What stands before a block, or before a gap, which is a block that is never taken.
#[repr(C, align(16))]
struct Header {
    /// The size of the block, in bytes.
    size: AtomicUsize,
    /// The window; the lowest bit says whether the block is taken.
    window: AtomicUsize,
}

const HEADER: usize = size_of::<Header>();
const TAKEN: usize = 1;

impl Header {
    /// # Safety
    ///
    /// There is a block, or a gap, after a header at `address`.
    unsafe fn at<'a>(address: usize) -> &'a Self {
        // SAFETY: as the caller promises. All of a header is atomic.
        unsafe { &*ptr::with_exposed_provenance(address) }
    }

    /// # Safety
    ///
    /// `address` is writable, and no block is there.
    unsafe fn write(address: usize, size: usize, window: usize) {
        let header = Header {
            size: AtomicUsize::new(size),
            window: AtomicUsize::new(window),
        };
        // SAFETY: as the caller promises.
        unsafe { ptr::with_exposed_provenance_mut::<Header>(address).write(header) };
    }

    /// The header of a block that the program has. Aborts if it was freed already: the C library does that too.
    ///
    /// # Safety
    ///
    /// `block` is of a heap.
    unsafe fn of<'a>(block: NonNull<u8>) -> &'a Self {
        // SAFETY: as the caller promises.
        let header = unsafe { Self::at(block.addr().get() - HEADER) };
        if !header.is_taken() {
            abort();
        }
        header
    }

    fn is_taken(&self) -> bool {
        self.window.load(Relaxed) & TAKEN != 0
    }
}

/// The number of the list for blocks of at least `size` bytes, and the size of these blocks: multiples of 16 first,
/// then four sizes up to each power of two.
fn class(size: usize) -> (usize, usize) {
    if size <= 128 {
        let index = size.saturating_sub(1) / 16;
        return (index, (index + 1) * 16);
    }
    let last = size - 1;
    let log = last.ilog2();
    let quarters = last >> (log - 2);
    let index = 8 + 4 * (log as usize - 7) + (quarters & 3);
    (index, (quarters + 1) << (log - 2))
}

/// Prepares the heap for the execution that is about to begin on this operating-system thread.
pub(in crate::runtime) fn begin() {
    if let Some(heap) = own() {
        heap.begin();
    }
}

fn own() -> Option<&'static Heap> {
    // The thread may be about to end.
    OWN.try_with(|own| own.0).ok()?
}

/// Calls `run`, which runs the program. What that allocates meanwhile is from the heap.
pub(in crate::runtime) fn in_program<R>(run: impl FnOnce() -> R) -> R {
    with_heap(own().filter(|heap| heap.wasted.load(Relaxed) < MOST_WASTED), run)
}

/// Calls `run`, a part of the runtime that has not borrowed the execution. It has the allocator of the system.
pub(in crate::runtime) fn in_runtime<R>(run: impl FnOnce() -> R) -> R {
    with_heap(None, run)
}

fn with_heap<R>(heap: Option<&'static Heap>, run: impl FnOnce() -> R) -> R {
    let before = IN_PROGRAM.replace(heap);
    let result = run();
    IN_PROGRAM.set(before);
    result
}

impl Heap {
    /// A heap that no other operating-system thread has.
    fn take() -> Option<&'static Self> {
        static SIZE: OnceLock<Option<usize>> = OnceLock::new();
        let size = (*SIZE.get_or_init(reserve))?;
        // Acquire: what the last owner did comes before.
        let is_free = |heap: &&Heap| {
            let taken = heap.is_used.compare_exchange(false, true, Ordering::Acquire, Relaxed);
            taken.is_ok()
        };
        let (index, heap) = HEAPS.iter().enumerate().find(|(_, heap)| is_free(heap))?;
        if heap.end.load(Relaxed) == 0 {
            let start = START.load(Relaxed) + index * size;
            heap.end.store(start + size, Relaxed);
            heap.writable_end.store(start, Relaxed);
            if !heap.make_writable(start + size_of::<Window>()) {
                heap.end.store(0, Relaxed);
                heap.is_used.store(false, Relaxed);
                return None;
            }
            heap.open(start, 0, 0);
        }
        Some(heap)
    }

    fn begin(&self) {
        for list in &self.free[..self.n_lists.load(Relaxed)] {
            list.store(0, Relaxed);
        }
        self.n_lists.store(0, Relaxed);
        let mut address = self.window.load(Relaxed);
        // SAFETY: the number is that of a window, as those below are.
        let mut window = unsafe { Window::at(address) };
        if !window.is_empty() {
            self.open_after(address);
            return;
        }
        while window.previous != 0 {
            // SAFETY: as above.
            let previous = unsafe { Window::at(window.previous) };
            if !previous.is_empty() {
                break;
            }
            self.wasted.fetch_sub(window.wasted_by_previous, Relaxed);
            (address, window) = (window.previous, previous);
        }
        window.n_taken.store(0, Relaxed);
        window.n_freed_elsewhere.store(0, Relaxed);
        self.window.store(address, Relaxed);
        self.cursor.store(address + size_of::<Window>(), Relaxed);
    }

    /// Opens a window after the last block of the window at `previous` that is left.
    fn open_after(&self, previous: usize) {
        let (end, wasted) = give_gaps_back(previous + size_of::<Window>()..self.cursor.load(Relaxed));
        let is_much = self.wasted.load(Relaxed) > MANY_WASTED;
        let start = end.next_multiple_of(WINDOW_ALIGNMENTS[usize::from(is_much)]);
        if self.make_writable(start + size_of::<Window>()) {
            let wasted = wasted + (start - end);
            self.wasted.fetch_add(wasted, Relaxed);
            self.open(start, previous, wasted);
        }
    }

    /// Opens a window at `address`, which is writable.
    fn open(&self, address: usize, previous: usize, wasted_by_previous: usize) {
        let window = Window {
            n_taken: AtomicUsize::new(0),
            n_freed_elsewhere: AtomicUsize::new(0),
            previous,
            wasted_by_previous,
        };
        // SAFETY: the memory is writable, and holds no block.
        unsafe { ptr::with_exposed_provenance_mut::<Window>(address).write(window) };
        self.window.store(address, Relaxed);
        self.cursor.store(address + size_of::<Window>(), Relaxed);
    }

    /// Makes the heap writable up to `end`. Says whether the system allowed that.
    fn make_writable(&self, end: usize) -> bool {
        let (writable_end, limit) = (self.writable_end.load(Relaxed), self.end.load(Relaxed));
        if end <= writable_end {
            return true;
        }
        // A half more than before; what is needed, and no more, if there is not so much.
        let used = end.saturating_sub(self.window.load(Relaxed));
        let attempts = [end.max(writable_end + WRITABLE_STEP.max(used / 2)), end];
        attempts.into_iter().any(|end| {
            let end = end.next_multiple_of(PAGE);
            let pages = ptr::with_exposed_provenance_mut(writable_end);
            // SAFETY: the pages are those of the heap.
            let is_writable = end <= limit
                && unsafe { libc::mprotect(pages, end - writable_end, libc::PROT_READ | libc::PROT_WRITE) } == 0;
            if is_writable {
                self.writable_end.store(end, Relaxed);
            }
            is_writable
        })
    }

    /// A block of at least `size` bytes for the program; `None` if nothing is left.
    pub(crate) fn allocate(&self, size: usize, alignment: usize) -> Option<NonNull<u8>> {
        if size > SIZES[0] {
            return None;
        }
        let (index, size) = class(size);
        let block = self.reuse(index, alignment).or_else(|| self.extend(size, alignment))?;
        let window = self.window.load(Relaxed);
        // SAFETY: there is a block, and a window.
        let (header, n_taken) = unsafe { (Header::at(block - HEADER), &Window::at(window).n_taken) };
        header.window.store(window | TAKEN, Relaxed);
        n_taken.store(n_taken.load(Relaxed) + 1, Relaxed);
        NonNull::new(ptr::with_exposed_provenance_mut(block))
    }

    /// Takes a free block from the list with this number.
    fn reuse(&self, index: usize, alignment: usize) -> Option<usize> {
        let mut link = &self.free[index];
        for _ in 0..MOST_LOOKED_AT {
            let block = link.load(Relaxed);
            if block == 0 {
                return None;
            }
            // SAFETY: a free block begins with the address of the next one.
            let next: &AtomicUsize = unsafe { &*ptr::with_exposed_provenance(block) };
            if block.is_multiple_of(alignment) {
                link.store(next.load(Relaxed), Relaxed);
                return Some(block);
            }
            link = next;
        }
        None
    }

    /// Takes a block from what was not yet used in this execution.
    fn extend(&self, size: usize, alignment: usize) -> Option<usize> {
        let cursor = self.cursor.load(Relaxed);
        let block = (cursor + HEADER).checked_next_multiple_of(alignment.max(ALIGNMENT))?;
        let end = block.checked_add(size)?;
        if end > self.writable_end.load(Relaxed) && !self.make_writable(end) {
            return None;
        }
        let header = block - HEADER;
        // SAFETY: the memory is writable, and holds no block yet.
        unsafe {
            if header > cursor {
                Header::write(cursor, header - cursor - HEADER, 0);
            }
            Header::write(header, size, 0);
        }
        self.cursor.store(end, Relaxed);
        Some(block)
    }

    /// Puts a block of `size` bytes, which nobody uses, onto its list.
    fn put_back(&self, block: NonNull<u8>, size: usize) {
        let address = block.addr().get();
        if size >= LARGE {
            give_back(address + size_of::<usize>()..address + size);
        }
        let (index, _) = class(size);
        let next = AtomicUsize::new(self.free[index].load(Relaxed));
        // SAFETY: the memory of a block is writable and aligned, and nobody uses it.
        unsafe { block.cast().write(next) };
        self.free[index].store(address, Relaxed);
        if index >= self.n_lists.load(Relaxed) {
            self.n_lists.store(index + 1, Relaxed);
        }
    }
}

/// Gives back the pages in `range`, part of a window, between the blocks that are left. Returns the end of the last of
/// these blocks, and how many bytes before it are neither in one of them nor given back.
fn give_gaps_back(range: Range<usize>) -> (usize, usize) {
    let (mut at, mut end_of_last, mut wasted) = (range.start, range.start, 0);
    while at < range.end {
        // SAFETY: blocks follow one another without gaps.
        let header = unsafe { Header::at(at) };
        let next = at + HEADER + header.size.load(Relaxed);
        if header.is_taken() {
            wasted += at - end_of_last - give_back(end_of_last..at);
            end_of_last = next;
        }
        at = next;
    }
    (end_of_last, wasted)
}

/// Gives whole pages of `unused` back, and returns how many bytes that are. They are zero when they are next used.
fn give_back(unused: Range<usize>) -> usize {
    let start = unused.start.next_multiple_of(PAGE);
    let Some(size) = (unused.end & !(PAGE - 1)).checked_sub(start).filter(|size| *size > 0) else {
        return 0;
    };
    // SAFETY: nobody uses these pages.
    let answer = unsafe { libc::madvise(ptr::with_exposed_provenance_mut(start), size, libc::MADV_DONTNEED) };
    if answer == 0 { size } else { 0 }
}

/// Reserves the address space of the heaps. Returns the size of each; `None` if the system does not allow it.
fn reserve() -> Option<usize> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
    let wanted = ptr::without_provenance_mut(WANTED_START);
    let anywhere = ptr::null_mut();
    let attempts = SIZES.map(|size| [(wanted, size, libc::MAP_FIXED_NOREPLACE), (anywhere, size, 0)]);
    for (address, size, fixed) in attempts.into_iter().flatten() {
        let len = N_HEAPS * size;
        // SAFETY: a new mapping, which replaces no other one.
        let start = unsafe { libc::mmap(address, len, libc::PROT_NONE, flags | fixed, -1, 0) };
        if start != libc::MAP_FAILED {
            let start = start.expose_provenance();
            START.store(start, Relaxed);
            // Release: whoever knows where the heaps end knows where they start.
            END.store(start + len, Ordering::Release);
            return Some(size);
        }
    }
    None
}

/// Whether a block is of a heap.
pub(crate) fn contains(block: *mut c_void) -> bool {
    // Acquire: who sees the end sees the start.
    let end = END.load(Ordering::Acquire);
    (START.load(Relaxed)..end).contains(&block.addr())
}

/// Whether there is memory of a heap at the address.
pub(in crate::runtime) fn holds(address: usize) -> bool {
    let mut ends = HEAPS.iter().map(|heap| (heap.end.load(Relaxed), heap));
    let found = ends.find(|(end, _)| address < *end);
    address >= START.load(Relaxed) && found.is_some_and(|(_, heap)| address < heap.writable_end.load(Relaxed))
}

/// The heap, if the program runs, and not the runtime.
#[inline]
pub(crate) fn of_program() -> Option<&'static Heap> {
    IN_PROGRAM.get().filter(|_| is_undisturbed())
}

/// Frees a block.
///
/// # Safety
///
/// `block` is of a heap, and nobody uses it any more.
pub(crate) unsafe fn free(block: NonNull<u8>) {
    // SAFETY: as the caller promises.
    let header = unsafe { Header::of(block) };
    let (address, size) = (header.window.load(Relaxed) & !TAKEN, header.size.load(Relaxed));
    header.window.store(address, Relaxed);
    // SAFETY: a block is in a window.
    let window = unsafe { Window::at(address) };
    match of_program().filter(|heap| heap.window.load(Relaxed) == address) {
        Some(heap) => {
            forget_memory(block.addr().get(), size);
            window.n_taken.store(window.n_taken.load(Relaxed) - 1, Relaxed);
            heap.put_back(block, size);
        }
        // Release: the block is not used any more by whoever frees it.
        None => drop(window.n_freed_elsewhere.fetch_add(1, Ordering::Release)),
    }
}

/// Makes all of a new block zero.
///
/// # Safety
///
/// `block` is of a heap, and has `size` bytes.
pub(crate) unsafe fn clear(block: NonNull<u8>, size: usize) {
    let (start, end) = (block.addr().get(), block.addr().get() + size);
    let pages = start.next_multiple_of(PAGE)..end & !(PAGE - 1);
    // Untouched pages cost no memory.
    let cleared = if size >= LARGE && give_back(pages.clone()) > 0 {
        pages
    } else {
        end..end
    };
    // SAFETY: as the caller promises.
    unsafe {
        block.write_bytes(0, cleared.start - start);
        block.add(cleared.end - start).write_bytes(0, end - cleared.end);
    }
}

/// How many bytes a block has.
///
/// # Safety
///
/// `block` is of a heap.
pub(crate) unsafe fn usable_size(block: NonNull<u8>) -> usize {
    // SAFETY: as the caller promises.
    unsafe { Header::of(block) }.size.load(Relaxed)
}

/// Whether the block has room for `size` bytes where it is, and not much more than that. The last block grows, if the
/// program asks for that.
///
/// # Safety
///
/// `block` is of a heap.
pub(crate) unsafe fn reallocate(block: NonNull<u8>, size: usize) -> bool {
    // SAFETY: as the caller promises.
    let header = unsafe { Header::of(block) };
    let old_size = header.size.load(Relaxed);
    if size <= old_size {
        return old_size <= 4 * size.max(64);
    }
    let end = block.addr().get() + old_size;
    let Some(heap) = of_program().filter(|heap| size <= SIZES[0] && end == heap.cursor.load(Relaxed)) else {
        return false;
    };
    let (_, size) = class(size);
    let end = block.addr().get() + size;
    let has_room = heap.make_writable(end);
    if has_room {
        header.size.store(size, Relaxed);
        heap.cursor.store(end, Relaxed);
    }
    has_room
}
