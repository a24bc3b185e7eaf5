//! The registers of a thread that a signal has interrupted.

use std::ffi::c_void;

use corosensei::trap::TrapHandlerRegs;

/// The registers, which the thread has again when the handler returns.
pub(super) struct Context<'a>(&'a mut libc::mcontext_t);

impl Context<'_> {
    /// The registers in what the kernel passes to a handler.
    ///
    /// # Safety
    ///
    /// The pointer is the third argument of a signal handler, which does not use it otherwise for as long.
    pub(super) unsafe fn of<'a>(context: *mut c_void) -> Context<'a> {
        // SAFETY: promised by the caller.
        Context(unsafe { &mut (*context.cast::<libc::ucontext_t>()).uc_mcontext })
    }
}

#[cfg(target_arch = "x86_64")]
impl Context<'_> {
    /// The bit of the flags after which the processor traps after one instruction.
    const TRAP_FLAG: i64 = 1 << 8;

    fn register(&mut self, index: libc::c_int) -> &mut i64 {
        &mut self.0.gregs[index as usize]
    }

    pub(super) fn stack_pointer(&self) -> usize {
        self.0.gregs[libc::REG_RSP as usize] as usize
    }

    pub(super) fn instruction(&self) -> usize {
        self.0.gregs[libc::REG_RIP as usize] as usize
    }

    /// From now on, a signal comes after each instruction. Returns whether this processor can do that.
    pub(super) fn step(&mut self) -> bool {
        *self.register(libc::REG_EFL) |= Self::TRAP_FLAG;
        true
    }

    /// Takes [`Context::step`] back.
    pub(super) fn run(&mut self) {
        *self.register(libc::REG_EFL) &= !Self::TRAP_FLAG;
    }

    pub(super) fn continue_with(&mut self, registers: &TrapHandlerRegs) {
        let TrapHandlerRegs {
            rip,
            rsp,
            rdi,
            rsi,
            rbp,
        } = *registers;
        self.run();
        let of = [
            (libc::REG_RIP, rip),
            (libc::REG_RSP, rsp),
            (libc::REG_RDI, rdi),
            (libc::REG_RSI, rsi),
            (libc::REG_RBP, rbp),
        ];
        for (index, value) in of {
            *self.register(index) = value.cast_signed();
        }
    }
}

#[cfg(target_arch = "aarch64")]
impl Context<'_> {
    pub(super) fn stack_pointer(&self) -> usize {
        self.0.sp as usize
    }

    pub(super) fn instruction(&self) -> usize {
        self.0.pc as usize
    }

    /// From now on, a signal comes after each instruction. Returns whether this processor can do that.
    pub(super) fn step(&mut self) -> bool {
        false
    }

    /// Takes [`Context::step`] back.
    pub(super) fn run(&mut self) {}

    pub(super) fn continue_with(&mut self, registers: &TrapHandlerRegs) {
        let TrapHandlerRegs {
            pc,
            sp,
            x0,
            x1,
            x29,
            lr,
        } = *registers;
        (self.0.pc, self.0.sp) = (pc, sp);
        for (index, value) in [(0, x0), (1, x1), (29, x29), (30, lr)] {
            self.0.regs[index] = value;
        }
    }
}
