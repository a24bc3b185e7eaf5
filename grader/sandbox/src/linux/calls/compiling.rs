//! The calls that are forbidden to a compiler. It starts other programs, such as linkers, whose calls cannot all be
//! listed.

use libc::c_long;

use super::{allow_if, in_the_same_namespaces, of_itself, refuse_if};
use crate::linux::filter::{Action, Decision, Rules, Test, is};

/// Calls that no compiler and no linker makes, and that affect more than files.
const NOT_FOR_COMPILERS: &[c_long] = &[
    // Networks and inter-process communication.
    libc::SYS_socket,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_shmget,
    libc::SYS_shmat,
    libc::SYS_msgget,
    libc::SYS_semget,
    libc::SYS_mq_open,
    // Other processes.
    libc::SYS_kill,
    libc::SYS_tkill,
    libc::SYS_rt_sigqueueinfo,
    libc::SYS_rt_tgsigqueueinfo,
    libc::SYS_pidfd_send_signal,
    libc::SYS_pidfd_getfd,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_kcmp,
    libc::SYS_setpriority,
    libc::SYS_ioprio_set,
    libc::SYS_sched_setscheduler,
    libc::SYS_sched_setparam,
    libc::SYS_sched_setattr,
    libc::SYS_setsid,
    // Parts of the kernel that had many vulnerabilities.
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_fanotify_init,
    libc::SYS_open_by_handle_at,
    libc::SYS_name_to_handle_at,
    // Administration.
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_chroot,
    libc::SYS_pivot_root,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_fsopen,
    libc::SYS_fsmount,
    libc::SYS_mount_setattr,
    libc::SYS_setuid,
    libc::SYS_setgid,
    libc::SYS_setreuid,
    libc::SYS_setregid,
    libc::SYS_setresuid,
    libc::SYS_setresgid,
    libc::SYS_setfsuid,
    libc::SYS_setfsgid,
    libc::SYS_setgroups,
    libc::SYS_capset,
    libc::SYS_fchownat,
    libc::SYS_fchown,
    libc::SYS_mknodat,
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_fsetxattr,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_reboot,
    libc::SYS_kexec_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_adjtimex,
    libc::SYS_acct,
    libc::SYS_quotactl,
    libc::SYS_syslog,
    libc::SYS_vhangup,
    libc::SYS_personality,
];

/// As above, under older names that only x86-64 has.
#[cfg(target_arch = "x86_64")]
const NOT_FOR_COMPILERS_X86: &[c_long] = &[
    libc::SYS_mknod,
    libc::SYS_chown,
    libc::SYS_lchown,
    libc::SYS_iopl,
    libc::SYS_ioperm,
    libc::SYS_modify_ldt,
];

pub(super) fn rules() -> Rules {
    let refused = |&number: &c_long| (number, Decision::Always(Action::Refuse(libc::EPERM)));
    let mut rules: Vec<(c_long, Decision)> = NOT_FOR_COMPILERS.iter().map(refused).collect();
    #[cfg(target_arch = "x86_64")]
    rules.extend(NOT_FOR_COMPILERS_X86.iter().map(refused));
    let types_into_terminal = [libc::TIOCSTI, libc::TIOCLINUX].map(|request| vec![is(1, request as u32)]);
    rules.extend([
        (libc::SYS_clone, in_the_same_namespaces()),
        (libc::SYS_clone3, Decision::Always(Action::Refuse(libc::ENOSYS))),
        (libc::SYS_tgkill, allow_if(vec![vec![Test::IsSelf { argument: 0 }]])),
        (libc::SYS_prlimit64, of_itself()),
        (libc::SYS_sched_setaffinity, of_itself()),
        (
            libc::SYS_prctl,
            refuse_if(vec![vec![is(0, libc::PR_SET_PDEATHSIG as u32)]]),
        ),
        (libc::SYS_ioctl, refuse_if(types_into_terminal.into())),
    ]);
    Rules {
        rules,
        default: Action::Allow,
    }
}
