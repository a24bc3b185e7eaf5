//! Handles the signals of a crash, on a stack of their own.
//!
//! A signal that comes while a task runs discards the task's stack: when the handler returns, the thread continues in
//! [`end_execution`], and then in the executor. As after a deadlock, nothing on the stack is dropped. A library may
//! hold a lock when the stack overflows inside it, as `malloc` does. Then the thread goes on in the reserve of its
//! stack, one instruction at a time, until it is back in the program's own code.

mod context;

use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::mem;
use std::ops::{ControlFlow, Range};
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI32, Ordering};

use corosensei::trap::CoroutineTrapHandler;

use self::context::Context;
use super::{Calls, Crash, end_execution, runtime_is_busy};
use crate::model::trace::CrashSignal;
use crate::runtime::stacks::{Mapping, Region};
use crate::runtime::unwinding;

/// The size of the stack for signal handlers, in bytes: many times what they use.
const HANDLER_STACK: usize = 256 << 10;

/// The most instructions that a thread may execute until it is back in the program's own code. `malloc` takes some
/// hundreds.
const MAX_INSTRUCTIONS: u32 = 1_000_000;

/// The signal that interrupts an execution. Elsewhere it is ignored.
const INTERRUPTION: c_int = libc::SIGURG;

/// The signals of a crash, and what each means. `SIGTRAP` comes after each single instruction.
const SIGNALS: [(c_int, CrashSignal); 6] = [
    (libc::SIGSEGV, CrashSignal::SegmentationFault),
    (libc::SIGBUS, CrashSignal::BusError),
    (libc::SIGILL, CrashSignal::IllegalInstruction),
    (libc::SIGFPE, CrashSignal::ArithmeticError),
    (libc::SIGABRT, CrashSignal::Abort),
    (libc::SIGTRAP, CrashSignal::Trap),
];

/// The task that runs.
#[derive(Clone, Copy)]
pub(in crate::runtime) struct Running {
    stack: *const Mapping,
    trap: CoroutineTrapHandler<()>,
}

impl Running {
    /// The task on a stack with this mapping.
    pub(in crate::runtime) fn on(stack: *const Mapping, trap: CoroutineTrapHandler<()>) -> Self {
        Self { stack, trap }
    }
}

/// A thread that is on its way out of a library.
#[derive(Clone, Copy)]
struct Leaving {
    crash: Crash,
    calls: Calls,
    n_instructions: u32,
}

/// The operating-system thread that ran an execution last: its id for the kernel.
static EXPLORER: AtomicI32 = AtomicI32::new(0);

thread_local! {
    /// The id of this thread for the kernel; 0 before it is known.
    static THREAD_ID: Cell<libc::pid_t> = const { Cell::new(0) };
    /// The task that runs; null for none.
    static RUNNING: Cell<*const Running> = const { Cell::new(ptr::null()) };
    static LEAVING: Cell<Option<Leaving>> = const { Cell::new(None) };
}

/// What was done at each of [`SIGNALS`] before.
static EARLIER: OnceLock<[libc::sigaction; SIGNALS.len()]> = OnceLock::new();

/// Where the program's own code is.
static PROGRAM: OnceLock<Range<usize>> = OnceLock::new();

/// From now on, crashes of tasks on this operating-system thread are caught.
pub(in crate::runtime) fn catch_on_this_thread() {
    if THREAD_ID.get() == 0 {
        // SAFETY: the function has no preconditions.
        THREAD_ID.set(unsafe { libc::gettid() });
        give_handler_stack();
        PROGRAM.get_or_init(program);
        EARLIER.get_or_init(|| {
            install(INTERRUPTION);
            SIGNALS.map(|(signal, _)| install(signal))
        });
    }
    // Relaxed: whoever interrupts an execution does not rely on anything else that this thread has done.
    EXPLORER.store(THREAD_ID.get(), Ordering::Relaxed);
}

/// Ends the execution that is under way in this process as an endless loop, unless the program is in a library just
/// now. May be called from any operating-system thread.
pub(crate) fn interrupt() {
    let explorer = EXPLORER.load(Ordering::Relaxed);
    if explorer != 0 {
        // SAFETY: a signal that is handled, to a thread of this process. If it has ended, nothing happens.
        unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), explorer, INTERRUPTION) };
    }
}

/// Calls `resume`, which resumes the task.
pub(in crate::runtime) fn resume<R>(running: &Running, resume: impl FnOnce() -> R) -> R {
    RUNNING.set(running);
    let result = resume();
    RUNNING.set(ptr::null());
    result
}

/// Maps a stack for signal handlers. It is never unmapped: `std` has one for each of its threads as well, too small for
/// these handlers, and takes that back when the thread ends.
fn give_handler_stack() {
    let (access, flags) = (
        libc::PROT_READ | libc::PROT_WRITE,
        libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
    );
    // SAFETY: a new mapping at an address that the system chooses.
    let lowest = unsafe { libc::mmap(ptr::null_mut(), HANDLER_STACK, access, flags, -1, 0) };
    if lowest == libc::MAP_FAILED {
        // The handlers then run on the stack that `std` has set up.
        return;
    }
    let stack = libc::stack_t {
        ss_sp: lowest,
        ss_flags: 0,
        ss_size: HANDLER_STACK,
    };
    // SAFETY: the mapping is as large as it says, and stays.
    unsafe { libc::sigaltstack(&raw const stack, ptr::null_mut()) };
}

/// Installs the handler of a signal, and returns what was done before.
fn install(signal: c_int) -> libc::sigaction {
    // SAFETY: all zeroes is a value of this plain structure, and the handler makes no call that is forbidden in one.
    unsafe {
        let (mut action, mut earlier): (libc::sigaction, libc::sigaction) = mem::zeroed();
        action.sa_sigaction = handle as extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        libc::sigemptyset(&raw mut action.sa_mask);
        libc::sigaction(signal, &raw const action, &raw mut earlier);
        earlier
    }
}

/// Where the program's own code is: the executable part of the first object that the loader lists.
fn program() -> Range<usize> {
    extern "C" fn look(info: *mut libc::dl_phdr_info, _size: usize, found: *mut c_void) -> c_int {
        // SAFETY: the loader passes a valid description, and `found` is the range below.
        let (info, found) = unsafe { (&*info, &mut *found.cast::<Range<usize>>()) };
        for index in 0..info.dlpi_phnum {
            // SAFETY: there are as many headers as the description says.
            let header = unsafe { &*info.dlpi_phdr.add(index.into()) };
            if header.p_type == libc::PT_LOAD && header.p_flags & libc::PF_X != 0 {
                let start = (info.dlpi_addr + header.p_vaddr) as usize;
                *found = start..start + header.p_memsz as usize;
            }
        }
        1
    }
    let mut found = 0..0;
    // SAFETY: the function above takes this range.
    unsafe { libc::dl_iterate_phdr(Some(look), (&raw mut found).cast()) };
    found
}

/// Handles a signal.
extern "C" fn handle(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    // SAFETY: errno is the thread's own.
    let errno = unsafe { *libc::__errno_location() };
    // SAFETY: the kernel passes both to a handler with `SA_SIGINFO`.
    let (address, mut interrupted) = unsafe { ((*info).si_addr().addr(), Context::of(context)) };
    // SAFETY: it is set for as long as the task runs, by a function that borrows it for as long.
    let running = unsafe { RUNNING.get().as_ref() }.copied();
    let is_handled = match running {
        Some(running) if running.trap.stack_ptr_in_bounds(interrupted.stack_pointer()) => {
            handle_in_task(signal, address, running, &mut interrupted)
        }
        _ => false,
    };
    if !is_handled && signal != INTERRUPTION {
        do_as_before(signal, info, context);
    }
    // SAFETY: as above.
    unsafe { *libc::__errno_location() = errno };
}

/// Handles a signal that came while a task ran. Returns whether the thread may continue as `interrupted` says.
fn handle_in_task(signal: c_int, address: usize, running: Running, interrupted: &mut Context) -> bool {
    if signal == libc::SIGTRAP && LEAVING.get().is_some() {
        return go_on_leaving(running, interrupted);
    }
    // SAFETY: it is the stack of the task that runs, which outlives the signal.
    let stack = unsafe { &*running.stack };
    let is_fault = signal == libc::SIGSEGV || signal == libc::SIGBUS;
    let crash = match stack.region(address) {
        _ if signal == INTERRUPTION => Crash::Interrupted,
        Region::Stack if is_fault && stack.grow_to(address) => return true,
        Region::Overflow if is_fault => Crash::StackOverflow { size: stack.size() },
        Region::Stack | Region::Overflow | Region::Elsewhere => {
            let Some((_, signal)) = SIGNALS.iter().find(|(number, _)| *number == signal) else {
                return false;
            };
            Crash::Signal(*signal)
        }
    };
    if LEAVING.get().is_some() {
        // Also the reserve is used up.
        return false;
    }
    let calls = calls(stack);
    let may_be_in_library = matches!(crash, Crash::StackOverflow { .. } | Crash::Interrupted);
    if runtime_is_busy() || may_be_in_library && !is_program(interrupted) {
        let leaving = Leaving {
            crash,
            calls,
            n_instructions: 0,
        };
        let may_go_on = may_be_in_library && interrupted.step() && stack.open_reserve();
        LEAVING.set(may_go_on.then_some(leaving));
        return may_go_on || crash == Crash::Interrupted;
    }
    leave(crash, calls, running, interrupted);
    true
}

fn is_program(interrupted: &Context) -> bool {
    PROGRAM
        .get()
        .is_some_and(|program| program.contains(&interrupted.instruction()))
}

/// Looks after each instruction whether the thread is back in the program's own code.
fn go_on_leaving(running: Running, interrupted: &mut Context) -> bool {
    let Some(leaving) = LEAVING.take() else { return false };
    if is_program(interrupted) && !runtime_is_busy() {
        leave(leaving.crash, leaving.calls, running, interrupted);
        return true;
    }
    let n_instructions = leaving.n_instructions + 1;
    if leaving.crash == Crash::Interrupted && n_instructions == MAX_INSTRUCTIONS {
        // The library may take its time. Whoever interrupts the execution tries again.
        interrupted.run();
        return true;
    }
    LEAVING.set(Some(Leaving {
        n_instructions,
        ..leaving
    }));
    n_instructions < MAX_INSTRUCTIONS
}

/// Has the thread continue in [`end_execution`], on an empty stack.
fn leave(crash: Crash, calls: Calls, running: Running, interrupted: &mut Context) {
    let stack = running.stack as usize;
    let end = move || {
        // SAFETY: it is the stack of this task, which still runs.
        unsafe { (*(stack as *const Mapping)).close_reserve() };
        end_execution(crash, &calls);
    };
    // SAFETY: the task is on this stack. It may have written to memory of its own execution, which ends here, and whose
    // tasks never run again. The runtime was not in the middle of a change, and neither was a library, except after a
    // signal for which a library or `unsafe` code of the program is to blame.
    let registers = unsafe { running.trap.setup_trap_handler(end) };
    interrupted.continue_with(&registers);
}

/// The return addresses on the stack of the task that runs, the innermost first, without those of the executor.
pub(super) fn calls_of_running() -> Calls {
    // SAFETY: the executor keeps both while the task runs.
    let stack = unsafe {
        let running = RUNNING.get().as_ref().expect("a task runs");
        &*running.stack
    };
    calls(stack)
}

/// The return addresses on the stack of the thread that was interrupted, the innermost first. Only those in the
/// program's own code are kept: others differ from one run to the next.
fn calls(stack: &Mapping) -> Calls {
    let mut calls = Calls::NONE;
    let mut has_begun = false;
    unwinding::walk(|frame| {
        let is_on_stack = !matches!(stack.region(frame.position), Region::Elsewhere);
        match (is_on_stack, has_begun) {
            // The frames of the signal handler come first, and those of the executor last.
            (false, false) => return ControlFlow::Continue(()),
            (false, true) => return ControlFlow::Break(()),
            (true, _) => has_begun = true,
        }
        if PROGRAM.get().is_some_and(|program| program.contains(&frame.address)) {
            let Some(slot) = calls.addresses.get_mut(calls.len) else {
                return ControlFlow::Break(());
            };
            *slot = frame.address;
            calls.len += 1;
        }
        ControlFlow::Continue(())
    });
    calls
}

/// Does what was done at this signal before.
fn do_as_before(signal: c_int, info: *mut libc::siginfo_t, context: *mut c_void) {
    let index = SIGNALS.iter().position(|(number, _)| *number == signal);
    let Some(earlier) = index.and_then(|index| EARLIER.get()?.get(index)) else {
        return;
    };
    if earlier.sa_flags & libc::SA_SIGINFO != 0 {
        // SAFETY: with this flag, the action is a handler of this type.
        let earlier: extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) =
            unsafe { mem::transmute(earlier.sa_sigaction) };
        return earlier(signal, info, context);
    }
    // The instruction is executed again, or `abort` goes on, and the process ends.
    // SAFETY: the action is what the kernel returned before.
    unsafe { libc::sigaction(signal, earlier, ptr::null_mut()) };
}
