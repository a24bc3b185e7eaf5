//! A filter of system calls in the form that the kernel takes: a short program over the number and the arguments of a
//! call.
//!
//! Rules are tried in order, and the first rule for a number decides. A call without a rule gets the filter's default.
//! A call with the numbers of another architecture ends the process, because they mean other calls. Only the lower
//! halves of arguments are compared: the kernel takes every argument that is compared here as 32 bits.

use std::mem;

/// Offsets in the kernel's `struct seccomp_data`.
const NUMBER: u32 = 0;
const ARCHITECTURE: u32 = 4;
const ARGUMENTS: u32 = 16;

/// The bit that marks calls with 32-bit pointers on x86-64.
const X32_BIT: u32 = 0x4000_0000;

/// The highest number that was known when the lists were made (Linux 6.18: `file_setattr`). Later calls fail as if the
/// kernel did not have them, so that a C library falls back to earlier ones.
pub(super) const LAST_KNOWN: u32 = 469;

/// `AUDIT_ARCH_X86_64` and `AUDIT_ARCH_AARCH64` of the kernel's `audit.h`.
#[cfg(target_arch = "x86_64")]
pub(super) const NATIVE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
pub(super) const NATIVE: u32 = 0xc000_00b7;

const LOAD: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
const AND: u16 = (libc::BPF_ALU | libc::BPF_AND | libc::BPF_K) as u16;
const JUMP_IF_EQUAL: u16 = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
const JUMP_IF_AT_LEAST: u16 = (libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K) as u16;
const RETURN: u16 = (libc::BPF_RET | libc::BPF_K) as u16;

/// What happens at a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Allow,
    /// It has no effect and fails with this error.
    Refuse(i32),
    EndProcess,
}

/// A condition on one argument.
#[derive(Debug, Clone, Copy)]
pub(super) enum Test {
    /// The argument, under a mask, is this value.
    Masked { argument: u32, mask: u32, value: u32 },
    /// The argument is the id of the process in which the filter is installed.
    IsSelf { argument: u32 },
}

/// What happens at calls with one number.
#[derive(Debug, Clone)]
pub(super) enum Decision {
    Always(Action),
    /// The first action if all tests of one of these lists succeed, the second action otherwise.
    If(Vec<Vec<Test>>, Action, Action),
}

/// What happens at which calls.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    pub(super) rules: Vec<(libc::c_long, Decision)>,
    /// At all other calls up to the last known one.
    pub(super) default: Action,
}

/// A filter that is complete except for the id of the process.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    program: Vec<libc::sock_filter>,
    /// The indices of instructions that compare with the process's own id.
    own: Vec<usize>,
}

/// The argument is this value.
pub(super) fn is(argument: u32, value: u32) -> Test {
    let mask = u32::MAX;
    Test::Masked { argument, mask, value }
}

impl Rules {
    pub(super) fn assemble(&self) -> Filter {
        let mut filter = Filter {
            program: Vec::new(),
            own: Vec::new(),
        };
        filter.push(LOAD, ARCHITECTURE);
        filter.skip_if(JUMP_IF_EQUAL, NATIVE, 1);
        filter.give(Action::EndProcess);
        filter.push(LOAD, NUMBER);
        filter.skip_unless(JUMP_IF_AT_LEAST, X32_BIT, 1);
        filter.give(Action::EndProcess);
        filter.skip_unless(JUMP_IF_AT_LEAST, LAST_KNOWN + 1, 1);
        filter.give(Action::Refuse(libc::ENOSYS));
        for (number, decision) in &self.rules {
            let mut body = Filter {
                program: Vec::new(),
                own: Vec::new(),
            };
            body.decide(decision);
            let number = u32::try_from(*number).expect("the numbers of calls are small");
            filter.skip_unless(JUMP_IF_EQUAL, number, body.program.len());
            filter.append(body);
        }
        filter.give(self.default);
        filter
    }
}

impl Filter {
    fn push(&mut self, code: u16, k: u32) {
        let (jt, jf) = (0, 0);
        self.program.push(libc::sock_filter { code, jt, jf, k });
    }

    fn append(&mut self, other: Filter) {
        let before = self.program.len();
        self.own.extend(other.own.iter().map(|index| index + before));
        self.program.extend(other.program);
    }

    /// Jumps over `n` instructions when the comparison holds.
    fn skip_if(&mut self, code: u16, k: u32, n: usize) {
        let (jt, jf) = (distance(n), 0);
        self.program.push(libc::sock_filter { code, jt, jf, k });
    }

    /// Jumps over `n` instructions when the comparison does not hold.
    fn skip_unless(&mut self, code: u16, k: u32, n: usize) {
        let (jt, jf) = (0, distance(n));
        self.program.push(libc::sock_filter { code, jt, jf, k });
    }

    fn give(&mut self, action: Action) {
        let value = match action {
            Action::Allow => libc::SECCOMP_RET_ALLOW,
            Action::Refuse(errno) => libc::SECCOMP_RET_ERRNO | (errno.unsigned_abs() & libc::SECCOMP_RET_DATA),
            Action::EndProcess => libc::SECCOMP_RET_KILL_PROCESS,
        };
        self.push(RETURN, value);
    }

    fn decide(&mut self, decision: &Decision) {
        let (alternatives, then, otherwise) = match decision {
            Decision::Always(action) => return self.give(*action),
            Decision::If(alternatives, then, otherwise) => (alternatives, *then, *otherwise),
        };
        for tests in alternatives {
            // A failed test jumps over the rest of this alternative, including its return.
            let lengths: Vec<usize> = tests.iter().map(Test::length).collect();
            for (index, test) in tests.iter().enumerate() {
                self.test(test, lengths[index + 1..].iter().sum::<usize>() + 1);
            }
            self.give(then);
        }
        self.give(otherwise);
    }

    fn test(&mut self, test: &Test, rest: usize) {
        match *test {
            Test::Masked { argument, mask, value } => {
                self.push(LOAD, ARGUMENTS + 8 * argument);
                if mask != u32::MAX {
                    self.push(AND, mask);
                }
                self.skip_unless(JUMP_IF_EQUAL, value, rest);
            }
            Test::IsSelf { argument } => {
                self.push(LOAD, ARGUMENTS + 8 * argument);
                self.own.push(self.program.len());
                self.skip_unless(JUMP_IF_EQUAL, 0, rest);
            }
        }
    }

    /// Installs the filter in the calling process, irrevocably. It is called between `fork` and `execve`, so it makes
    /// system calls only.
    pub(super) fn install(&mut self) -> Result<(), i32> {
        // SAFETY: `getpid` has no preconditions.
        let own = unsafe { libc::getpid() };
        for &index in &self.own {
            if let Some(instruction) = self.program.get_mut(index) {
                instruction.k = own.unsigned_abs();
            }
        }
        let program = libc::sock_fprog {
            // The kernel refuses lengths above 4096, so it also refuses the largest one.
            len: u16::try_from(self.program.len()).unwrap_or(u16::MAX),
            filter: self.program.as_mut_ptr(),
        };
        // SAFETY: `program` points to as many instructions as it says, and the kernel copies them.
        let answer = unsafe { libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, 0, &raw const program) };
        if answer == 0 { Ok(()) } else { Err(super::errno()) }
    }
}

fn distance(n: usize) -> u8 {
    u8::try_from(n).expect("one call has few instructions")
}

impl Test {
    fn length(&self) -> usize {
        match self {
            Test::Masked { mask, .. } if *mask != u32::MAX => 3,
            Test::Masked { .. } | Test::IsSelf { .. } => 2,
        }
    }
}

// The offsets above repeat the kernel's layout.
const _: () = assert!(mem::offset_of!(libc::seccomp_data, nr) == NUMBER as usize);
const _: () = assert!(mem::offset_of!(libc::seccomp_data, arch) == ARCHITECTURE as usize);
const _: () = assert!(mem::offset_of!(libc::seccomp_data, args) == ARGUMENTS as usize);
// The lower half of an argument comes first.
const _: () = assert!(cfg!(target_endian = "little"));

#[cfg(test)]
mod tests;
