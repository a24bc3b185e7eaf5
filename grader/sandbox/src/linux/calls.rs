//! Which system calls each kind of program may make.
//!
//! Submissions get a list of allowed calls; every other call fails with "operation not permitted". A compiler gets a
//! list of forbidden calls.

mod compiling;

use libc::c_long;

use super::filter::{Action, Decision, Rules, Test, is};
use crate::profile::Profile;

/// The flags of `clone` with which glibc and musl make a thread. Only exactly these are allowed, which excludes `fork`.
const THREAD_FLAGS: [u32; 2] = [0x003d_0f00, 0x007d_0f00];

/// `PR_SET_VMA`: gives a name to a piece of memory, as allocators do.
const PR_SET_VMA: u32 = 0x5356_4d41;

/// All flags that give a new process a namespace of its own.
const NEW_NAMESPACES: u32 = (libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWCGROUP) as u32;

/// Which processes a child may send signals to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Signals {
    /// Only itself.
    ToItself,
    /// Any, as far as this filter is concerned: another mechanism restricts them to the child's own processes.
    ToItsOwn,
}

/// The network of a child that may use one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Network {
    /// A network of its own: nothing that it sends leaves it.
    Own,
    /// The machine's network. Datagrams would reach any other program, without a connection.
    Shared,
}

/// The rules for programs with this profile.
pub(super) fn rules(profile: Profile, signals: Signals, network: Network) -> Rules {
    if profile == Profile::Compile {
        return compiling::rules();
    }
    let mut rules = Vec::new();
    if profile.has_network() {
        allow_network(&mut rules, network);
    }
    if profile.has_children() {
        allow_children(&mut rules, signals);
    }
    allow_always(&mut rules, ALWAYS_ALLOWED);
    #[cfg(target_arch = "x86_64")]
    allow_always(&mut rules, ALWAYS_ALLOWED_X86);
    allow_with_some_arguments(&mut rules);
    Rules {
        rules,
        default: Action::Refuse(libc::EPERM),
    }
}

fn allow_always(rules: &mut Vec<(c_long, Decision)>, numbers: &[c_long]) {
    rules.extend(numbers.iter().map(|&number| (number, Decision::Always(Action::Allow))));
}

fn allow_if(alternatives: Vec<Vec<Test>>) -> Decision {
    Decision::If(alternatives, Action::Allow, Action::Refuse(libc::EPERM))
}

fn refuse_if(alternatives: Vec<Vec<Test>>) -> Decision {
    Decision::If(alternatives, Action::Refuse(libc::EPERM), Action::Allow)
}

/// Allows the call if the argument is one of these values.
fn one_of(argument: u32, values: &[u32]) -> Decision {
    allow_if(values.iter().map(|&value| vec![is(argument, value)]).collect())
}

/// Allows a call whose first argument is this process, by its number or by 0.
fn of_itself() -> Decision {
    allow_if(vec![vec![is(0, 0)], vec![Test::IsSelf { argument: 0 }]])
}

/// Allows `clone` unless it makes a namespace.
fn in_the_same_namespaces() -> Decision {
    allow_if(vec![vec![Test::Masked {
        argument: 0,
        mask: NEW_NAMESPACES,
        value: 0,
    }]])
}

/// Whether a socket of this kind is asked for, with any flags.
fn is_of_kind(kind: i32) -> Test {
    Test::Masked {
        argument: 1,
        mask: !(libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK) as u32,
        value: kind as u32,
    }
}

/// Calls that affect only the process itself, its descriptors, and the files that Landlock or the root folder leaves to
/// it.
const ALWAYS_ALLOWED: &[c_long] = &[
    // Open descriptors.
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_readv,
    libc::SYS_writev,
    libc::SYS_pread64,
    libc::SYS_pwrite64,
    libc::SYS_lseek,
    libc::SYS_close,
    libc::SYS_close_range,
    libc::SYS_dup,
    libc::SYS_dup3,
    libc::SYS_pipe2,
    libc::SYS_eventfd2,
    libc::SYS_epoll_create1,
    libc::SYS_epoll_ctl,
    libc::SYS_epoll_pwait,
    libc::SYS_epoll_pwait2,
    libc::SYS_ppoll,
    libc::SYS_pselect6,
    libc::SYS_recvfrom,
    libc::SYS_recvmsg,
    libc::SYS_sendto,
    libc::SYS_sendmsg,
    libc::SYS_shutdown,
    libc::SYS_getsockopt,
    libc::SYS_getsockname,
    libc::SYS_getpeername,
    libc::SYS_fsync,
    libc::SYS_fdatasync,
    // Files, if there are any.
    libc::SYS_openat,
    libc::SYS_fstat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_fstatfs,
    libc::SYS_statfs,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_readlinkat,
    libc::SYS_getdents64,
    libc::SYS_getcwd,
    libc::SYS_fadvise64,
    // The program itself is started with these, after the filter is installed.
    libc::SYS_execve,
    libc::SYS_execveat,
    // Memory.
    libc::SYS_brk,
    libc::SYS_munmap,
    libc::SYS_mprotect,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_membarrier,
    // Threads and time.
    libc::SYS_futex,
    libc::SYS_futex_waitv,
    libc::SYS_set_robust_list,
    libc::SYS_set_tid_address,
    libc::SYS_rseq,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_getcpu,
    libc::SYS_nanosleep,
    libc::SYS_clock_nanosleep,
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_gettimeofday,
    libc::SYS_times,
    libc::SYS_getrusage,
    libc::SYS_getrandom,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_restart_syscall,
    // Signals that it receives.
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_rt_sigsuspend,
    libc::SYS_rt_sigtimedwait,
    libc::SYS_rt_sigpending,
    libc::SYS_sigaltstack,
    libc::SYS_wait4,
    libc::SYS_waitid,
    // Identity.
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_getppid,
    libc::SYS_getpgid,
    libc::SYS_getsid,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    libc::SYS_getgroups,
    libc::SYS_uname,
    libc::SYS_sysinfo,
    libc::SYS_umask,
];

/// The same under older names that only x86-64 has.
#[cfg(target_arch = "x86_64")]
const ALWAYS_ALLOWED_X86: &[c_long] = &[
    libc::SYS_open,
    libc::SYS_stat,
    libc::SYS_lstat,
    libc::SYS_access,
    libc::SYS_readlink,
    libc::SYS_pipe,
    libc::SYS_dup2,
    libc::SYS_poll,
    libc::SYS_select,
    libc::SYS_epoll_create,
    libc::SYS_epoll_wait,
    libc::SYS_eventfd,
    libc::SYS_arch_prctl,
    libc::SYS_time,
    libc::SYS_pause,
    libc::SYS_getpgrp,
];

/// Calls that are harmless only with some arguments.
fn allow_with_some_arguments(rules: &mut Vec<(c_long, Decision)>) {
    let to_itself = || allow_if(vec![vec![Test::IsSelf { argument: 0 }]]);
    // Shared memory, and stacks that grow, do not count towards the limit of memory.
    let private = Test::Masked {
        argument: 3,
        mask: (libc::MAP_TYPE | libc::MAP_GROWSDOWN) as u32,
        value: libc::MAP_PRIVATE as u32,
    };
    let descriptor = [
        libc::F_DUPFD,
        libc::F_DUPFD_CLOEXEC,
        libc::F_GETFD,
        libc::F_SETFD,
        libc::F_GETFL,
        libc::F_SETFL,
    ];
    let requests = [
        libc::FIONBIO,
        libc::FIONREAD,
        libc::FIOCLEX,
        libc::TCGETS,
        libc::TIOCGWINSZ,
    ];
    let time_limits = [libc::SO_RCVTIMEO, libc::SO_SNDTIMEO];
    let options = [libc::PR_SET_NAME as u32, libc::PR_GET_NAME as u32, PR_SET_VMA];
    rules.extend([
        (libc::SYS_mmap, allow_if(vec![vec![private]])),
        (libc::SYS_clone, one_of(0, &THREAD_FLAGS)),
        // Its flags are in memory, where a filter cannot read them. C libraries fall back to `clone`.
        (libc::SYS_clone3, Decision::Always(Action::Refuse(libc::ENOSYS))),
        (libc::SYS_kill, to_itself()),
        (libc::SYS_tgkill, to_itself()),
        (libc::SYS_prlimit64, of_itself()),
        (libc::SYS_sched_setaffinity, of_itself()),
        // A pair that can send only to each other. A datagram socket could send to any other socket by its name; for
        // the other kinds the kernel ignores the name. `Command` uses a pair of `SOCK_SEQPACKET` where it calls `fork`,
        // as it does if the child gets another `PATH`.
        (
            libc::SYS_socketpair,
            allow_if(
                [libc::SOCK_STREAM, libc::SOCK_SEQPACKET]
                    .map(|kind| vec![is(0, libc::AF_UNIX as u32), is_of_kind(kind)])
                    .into(),
            ),
        ),
        (
            libc::SYS_setsockopt,
            allow_if(
                time_limits
                    .map(|option| vec![is(1, libc::SOL_SOCKET as u32), is(2, option as u32)])
                    .into(),
            ),
        ),
        (libc::SYS_fcntl, one_of(1, &descriptor.map(|command| command as u32))),
        (libc::SYS_ioctl, one_of(1, &requests.map(|request| request as u32))),
        (libc::SYS_prctl, one_of(0, &options)),
    ]);
    #[cfg(target_arch = "x86_64")]
    rules.push((libc::SYS_getrlimit, Decision::Always(Action::Allow)));
}

/// Internet sockets for connections and, in a network of its own, for datagrams. These rules have to come before those
/// for all programs.
fn allow_network(rules: &mut Vec<(c_long, Decision)>, network: Network) {
    let forms: &[_] = match network {
        Network::Own => &[
            (libc::SOCK_STREAM, libc::IPPROTO_TCP),
            (libc::SOCK_DGRAM, libc::IPPROTO_UDP),
        ],
        Network::Shared => &[(libc::SOCK_STREAM, libc::IPPROTO_TCP)],
    };
    let mut sockets = Vec::new();
    for family in [libc::AF_INET, libc::AF_INET6] {
        for &(form, protocol) in forms {
            for protocol in [0, protocol] {
                sockets.push(vec![is(0, family as u32), is_of_kind(form), is(2, protocol as u32)]);
            }
        }
    }
    rules.push((libc::SYS_socket, allow_if(sockets)));
    allow_always(
        rules,
        &[
            libc::SYS_connect,
            libc::SYS_bind,
            libc::SYS_listen,
            libc::SYS_accept,
            libc::SYS_accept4,
            libc::SYS_setsockopt,
        ],
    );
}

/// New processes in the same namespaces, and what shells and small tools use. These rules have to come before those for
/// all programs.
fn allow_children(rules: &mut Vec<(c_long, Decision)>, signals: Signals) {
    rules.push((libc::SYS_clone, in_the_same_namespaces()));
    if signals == Signals::ToItsOwn {
        allow_always(rules, &[libc::SYS_kill, libc::SYS_tgkill]);
    }
    allow_always(
        rules,
        &[
            libc::SYS_setpgid,
            libc::SYS_chdir,
            libc::SYS_fchdir,
            libc::SYS_copy_file_range,
            libc::SYS_splice,
            libc::SYS_sendfile,
            libc::SYS_pidfd_open,
        ],
    );
    #[cfg(target_arch = "x86_64")]
    allow_always(rules, &[libc::SYS_fork, libc::SYS_vfork]);
}
