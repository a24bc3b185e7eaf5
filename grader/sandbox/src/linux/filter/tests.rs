//! Runs the filter's program in an interpreter, with every number and many arguments, and compares with the lists.

use super::*;
use crate::linux::calls::{Network, Signals, rules};
use crate::profile::Profile;

const ALLOW: u32 = libc::SECCOMP_RET_ALLOW;
const KILL: u32 = libc::SECCOMP_RET_KILL_PROCESS;
const EPERM: u32 = libc::SECCOMP_RET_ERRNO | libc::EPERM as u32;
const ENOSYS: u32 = libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32;

/// The process id in all filters below.
const OWN: u32 = 4321;

/// What the kernel would return. It refuses programs that jump past their end or load from outside of the data.
fn interpret(filter: &Filter, architecture: u32, number: u32, args: [u64; 6]) -> u32 {
    let mut data = [0; 64];
    data[NUMBER as usize..][..4].copy_from_slice(&number.to_ne_bytes());
    data[ARCHITECTURE as usize..][..4].copy_from_slice(&architecture.to_ne_bytes());
    for (index, arg) in args.iter().enumerate() {
        data[ARGUMENTS as usize + 8 * index..][..8].copy_from_slice(&arg.to_ne_bytes());
    }
    let (mut accumulator, mut at) = (0, 0);
    loop {
        let instruction = filter.program[at];
        let jump = |holds| usize::from(if holds { instruction.jt } else { instruction.jf });
        at += 1;
        match instruction.code {
            LOAD => {
                assert!(
                    instruction.k.is_multiple_of(4) && instruction.k < 64,
                    "a load that the kernel refuses"
                );
                accumulator = u32::from_ne_bytes(data[instruction.k as usize..][..4].try_into().expect("four bytes"));
            }
            AND => accumulator &= instruction.k,
            JUMP_IF_EQUAL => at += jump(accumulator == instruction.k),
            JUMP_IF_AT_LEAST => at += jump(accumulator >= instruction.k),
            RETURN => return instruction.k,
            other => panic!("an instruction that is not used: {other}"),
        }
    }
}

fn filter(profile: Profile, signals: Signals, network: Network) -> Filter {
    let mut filter = rules(profile, signals, network).assemble();
    for &index in &filter.own {
        filter.program[index].k = OWN;
    }
    filter
}

/// The filter for one process.
fn plain() -> Filter {
    filter(Profile::Run, Signals::ToItself, Network::Own)
}

#[track_caller]
fn answers(filter: &Filter, number: libc::c_long, args: &[u64], expected: u32) {
    let mut all = [0; 6];
    all[..args.len()].copy_from_slice(args);
    let number = u32::try_from(number).expect("numbers are small");
    assert_eq!(
        interpret(filter, NATIVE, number, all),
        expected,
        "call {number} with {args:?}"
    );
}

fn every_filter() -> Vec<Filter> {
    let mut filters = Vec::new();
    for profile in [
        Profile::Compile,
        Profile::Run,
        Profile::RunWithLoopback,
        Profile::RunWithChildren,
    ] {
        for signals in [Signals::ToItself, Signals::ToItsOwn] {
            for network in [Network::Own, Network::Shared] {
                filters.push(filter(profile, signals, network));
            }
        }
    }
    filters
}

#[test]
fn every_number_of_another_architecture_ends_the_process() {
    const I386: u32 = 0x4000_0003;
    for filter in every_filter() {
        for number in 0..=600 {
            assert_eq!(interpret(&filter, I386, number, [0; 6]), KILL);
            assert_eq!(interpret(&filter, NATIVE ^ 1, number, [0; 6]), KILL);
        }
    }
}

#[test]
fn every_number_with_the_bit_of_32_bit_pointers_ends_the_process() {
    for filter in every_filter() {
        for number in (0..=600).chain([0xffff_ffff - X32_BIT, 0x8000_0000]) {
            assert_eq!(interpret(&filter, NATIVE, number | X32_BIT, [0; 6]), KILL);
        }
    }
}

#[test]
fn every_unknown_number_fails_as_if_the_kernel_did_not_have_it() {
    for filter in every_filter() {
        for number in (LAST_KNOWN + 1..=600).chain([X32_BIT - 1]) {
            assert_eq!(interpret(&filter, NATIVE, number, [0; 6]), ENOSYS);
        }
    }
}

/// The numbers that the filter allows with any arguments.
fn allowed(filter: &Filter) -> Vec<u32> {
    let patterns = [[0; 6], [u64::MAX; 6], [1 << 40; 6], [0x5a5a_5a5a_5a5a_5a5a; 6]];
    let is_allowed = |number: &u32| {
        let mut answers = patterns.iter().map(|args| interpret(filter, NATIVE, *number, *args));
        answers.all(|answer| answer == ALLOW)
    };
    (0..=LAST_KNOWN).filter(is_allowed).collect()
}

#[test]
#[cfg(target_arch = "x86_64")]
fn one_process_may_make_exactly_these_calls_with_any_arguments() {
    let expected: Vec<u32> = vec![
        0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 22, 23, 24, 25, 28, 32, 33, 34, 35, 39,
        44, 45, 46, 47, 48, 51, 52, 55, 59, 60, 61, 63, 74, 75, 79, 89, 95, 96, 97, 98, 99, 100, 102, 104, 107, 108,
        110, 111, 115, 121, 124, 127, 128, 130, 131, 137, 138, 158, 186, 201, 202, 204, 213, 217, 218, 219, 221, 228,
        229, 230, 231, 232, 233, 247, 257, 262, 267, 269, 270, 271, 273, 281, 284, 290, 291, 292, 293, 309, 318, 322,
        324, 332, 334, 436, 439, 441, 449,
    ];
    assert_eq!(allowed(&plain()), expected);
}

#[test]
fn threads_can_be_started_and_processes_cannot() {
    let filter = plain();
    for flags in [0x3d_0f00, 0x7d_0f00] {
        answers(&filter, libc::SYS_clone, &[flags], ALLOW);
        for bit in 0..32 {
            let other = flags ^ (1 << bit);
            if other != 0x3d_0f00 && other != 0x7d_0f00 {
                answers(&filter, libc::SYS_clone, &[other], EPERM);
            }
        }
    }
    answers(&filter, libc::SYS_clone, &[17], EPERM);
    answers(&filter, libc::SYS_clone3, &[], ENOSYS);
    answers(&filter, libc::SYS_unshare, &[0], EPERM);
    #[cfg(target_arch = "x86_64")]
    for number in [libc::SYS_fork, libc::SYS_vfork] {
        answers(&filter, number, &[], EPERM);
    }
}

#[test]
fn memory_is_private_and_does_not_grow_by_itself() {
    let filter = plain();
    let map = |flags: i32, expected| answers(&filter, libc::SYS_mmap, &[0, 4096, 3, flags as u64], expected);
    map(
        libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_STACK | libc::MAP_NORESERVE,
        ALLOW,
    );
    map(libc::MAP_PRIVATE | libc::MAP_FIXED, ALLOW);
    map(libc::MAP_SHARED | libc::MAP_ANONYMOUS, EPERM);
    map(libc::MAP_SHARED_VALIDATE, EPERM);
    map(libc::MAP_PRIVATE | libc::MAP_GROWSDOWN, EPERM);
    map(0, EPERM);
}

#[test]
fn signals_limits_and_cpu_affinity_are_for_the_process_itself() {
    let filter = plain();
    let own = u64::from(OWN);
    for number in [libc::SYS_kill, libc::SYS_tgkill] {
        answers(&filter, number, &[own, 0, 0], ALLOW);
        for other in [own + 1, 0, u64::MAX, 1] {
            answers(&filter, number, &[other, 0, 0], EPERM);
        }
    }
    for number in [libc::SYS_prlimit64, libc::SYS_sched_setaffinity] {
        answers(&filter, number, &[0], ALLOW);
        answers(&filter, number, &[own], ALLOW);
        answers(&filter, number, &[own + 1], EPERM);
    }
}

#[test]
fn a_pair_of_sockets_has_to_be_connected() {
    let filter = plain();
    let pair = |kind: i32, expected| answers(&filter, libc::SYS_socketpair, &[1, kind as u64, 0], expected);
    pair(libc::SOCK_STREAM, ALLOW);
    pair(libc::SOCK_STREAM | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK, ALLOW);
    pair(libc::SOCK_SEQPACKET, ALLOW);
    pair(libc::SOCK_SEQPACKET | libc::SOCK_CLOEXEC, ALLOW);
    pair(libc::SOCK_DGRAM, EPERM);
    pair(libc::SOCK_DGRAM | libc::SOCK_CLOEXEC, EPERM);
    pair(libc::SOCK_RAW, EPERM);
    answers(&filter, libc::SYS_socketpair, &[2, 1, 0], EPERM);
    answers(&filter, libc::SYS_socketpair, &[2, 5, 0], EPERM);
    answers(&filter, libc::SYS_socket, &[2, 1, 0], EPERM);
}

#[test]
fn a_socket_of_a_pair_may_have_time_limits() {
    let set = |profile, level: i32, option: i32, expected| {
        let filter = filter(profile, Signals::ToItself, Network::Own);
        let arguments = [0, level as u64, option as u64];
        answers(&filter, libc::SYS_setsockopt, &arguments, expected);
    };
    set(Profile::Run, libc::SOL_SOCKET, libc::SO_RCVTIMEO, ALLOW);
    set(Profile::Run, libc::SOL_SOCKET, libc::SO_SNDTIMEO, ALLOW);
    set(Profile::Run, libc::SOL_SOCKET, libc::SO_SNDBUFFORCE, EPERM);
    set(Profile::Run, libc::IPPROTO_TCP, libc::SO_RCVTIMEO, EPERM);
    set(Profile::RunWithLoopback, libc::IPPROTO_TCP, libc::TCP_NODELAY, ALLOW);
}

#[test]
fn fcntl_ioctl_and_prctl_have_harmless_commands_only() {
    let filter = plain();
    answers(&filter, libc::SYS_fcntl, &[0, libc::F_GETFD as u64], ALLOW);
    answers(&filter, libc::SYS_fcntl, &[0, libc::F_SETOWN as u64], EPERM);
    answers(&filter, libc::SYS_ioctl, &[0, libc::FIONBIO], ALLOW);
    answers(&filter, libc::SYS_ioctl, &[0, libc::TIOCSTI], EPERM);
    answers(&filter, libc::SYS_prctl, &[libc::PR_SET_NAME as u64], ALLOW);
    answers(&filter, libc::SYS_prctl, &[libc::PR_SET_PDEATHSIG as u64], EPERM);
    answers(&filter, libc::SYS_prctl, &[libc::PR_SET_DUMPABLE as u64], EPERM);
}

#[test]
fn sockets_are_for_the_internet_and_datagrams_need_a_network_of_their_own() {
    let socket = |network, args: [i32; 3], expected| {
        let filter = filter(Profile::RunWithLoopback, Signals::ToItself, network);
        answers(&filter, libc::SYS_socket, &args.map(|arg| arg as u64), expected);
    };
    for network in [Network::Own, Network::Shared] {
        socket(
            network,
            [libc::AF_INET, libc::SOCK_STREAM | libc::SOCK_CLOEXEC, 0],
            ALLOW,
        );
        socket(network, [libc::AF_INET6, libc::SOCK_STREAM, libc::IPPROTO_TCP], ALLOW);
        socket(network, [libc::AF_INET, libc::SOCK_STREAM, libc::IPPROTO_MPTCP], EPERM);
        socket(network, [libc::AF_INET, libc::SOCK_RAW, libc::IPPROTO_ICMP], EPERM);
        socket(network, [libc::AF_UNIX, libc::SOCK_STREAM, 0], EPERM);
        socket(network, [libc::AF_NETLINK, libc::SOCK_RAW, 0], EPERM);
    }
    socket(Network::Own, [libc::AF_INET, libc::SOCK_DGRAM, 0], ALLOW);
    socket(Network::Shared, [libc::AF_INET, libc::SOCK_DGRAM, 0], EPERM);
}

#[test]
fn children_stay_in_the_same_namespaces() {
    for signals in [Signals::ToItself, Signals::ToItsOwn] {
        let filter = filter(Profile::RunWithChildren, signals, Network::Own);
        answers(&filter, libc::SYS_clone, &[17], ALLOW);
        answers(&filter, libc::SYS_clone, &[0x4111], ALLOW);
        answers(&filter, libc::SYS_clone, &[libc::CLONE_NEWUSER as u64 | 17], EPERM);
        answers(&filter, libc::SYS_clone, &[libc::CLONE_NEWPID as u64 | 17], EPERM);
        answers(&filter, libc::SYS_clone3, &[], ENOSYS);
        let expected = if signals == Signals::ToItsOwn { ALLOW } else { EPERM };
        answers(&filter, libc::SYS_kill, &[1], expected);
        answers(&filter, libc::SYS_socket, &[2, 1, 0], EPERM);
    }
}

#[test]
fn a_compiler_may_start_programs_and_use_files_only() {
    let filter = filter(Profile::Compile, Signals::ToItself, Network::Own);
    for number in [
        libc::SYS_openat,
        libc::SYS_execve,
        libc::SYS_renameat2,
        libc::SYS_mkdirat,
    ] {
        answers(&filter, number, &[], ALLOW);
    }
    answers(&filter, libc::SYS_clone, &[17], ALLOW);
    for number in [
        libc::SYS_socket,
        libc::SYS_kill,
        libc::SYS_ptrace,
        libc::SYS_io_uring_setup,
        libc::SYS_keyctl,
        libc::SYS_unshare,
        libc::SYS_mount,
        libc::SYS_chroot,
        libc::SYS_setuid,
        libc::SYS_process_vm_writev,
    ] {
        answers(&filter, number, &[], EPERM);
    }
    answers(&filter, libc::SYS_clone, &[libc::CLONE_NEWNET as u64], EPERM);
    answers(&filter, libc::SYS_ioctl, &[0, libc::TIOCSTI], EPERM);
    answers(&filter, libc::SYS_ioctl, &[0, libc::TCGETS], ALLOW);
}
