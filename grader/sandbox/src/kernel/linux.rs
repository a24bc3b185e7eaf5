//! What Linux shows under `/proc`. A process or thread that ends while it is being read is left out.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::Duration;

use protocol::BlockingCall;
use rustix::param::clock_ticks_per_second;

use super::network::{self, Connection, Network};
use super::{Descriptor, Process, Target, Task, call, own_process};
use crate::linux::{ProcStat, processes};

pub(super) fn own_thread() -> i32 {
    rustix::thread::gettid().as_raw_nonzero().get()
}

pub(super) fn tasks() -> Vec<Task> {
    tree().into_iter().flat_map(tasks_of).collect()
}

pub(super) fn is_running(thread: i32) -> bool {
    ProcStat::read(format!("/proc/self/task/{thread}")).is_some_and(|stat| stat.state == 'R')
}

pub(super) fn children() -> Vec<Process> {
    let own = own_process();
    let own_children = processes::all().into_iter().filter(|(_, stat)| stat.parent == own);
    let mut children: Vec<Process> = own_children
        .map(|(id, ProcStat { name, state, .. })| Process { id, name, state })
        .collect();
    children.sort_by_key(|child| child.id);
    children
}

pub(super) fn descriptors() -> Vec<(i32, String)> {
    let folder = Path::new("/proc/self/fd");
    let mut descriptors: Vec<(i32, String)> = names(folder)
        .into_iter()
        // The descriptor of the folder itself leads nowhere by now.
        .filter_map(|name| Some((name.parse().ok()?, fs::read_link(folder.join(&name)).ok()?)))
        .map(|(id, target)| (id, target.to_string_lossy().into_owned()))
        .collect();
    descriptors.retain(|(_, target)| !target.ends_with("/fd"));
    descriptors.sort();
    descriptors
}

/// This process and its descendants.
fn tree() -> BTreeSet<i32> {
    listed_tree().unwrap_or_else(searched_tree)
}

/// From the lists of children. `None` if this kernel has no such lists. What a list lacks, the next poll shows.
fn listed_tree() -> Option<BTreeSet<i32>> {
    let own = own_process();
    let (mut tree, mut to_do) = (BTreeSet::from([own]), vec![own]);
    while let Some(process) = to_do.pop() {
        let children = processes::listed_children(process)?.into_iter();
        to_do.extend(children.filter(|&child| tree.insert(child)));
    }
    Some(tree)
}

/// From all processes of the machine.
fn searched_tree() -> BTreeSet<i32> {
    let processes = processes::all();
    let mut tree = BTreeSet::from([own_process()]);
    loop {
        let below: Vec<i32> = processes
            .iter()
            .filter(|(id, stat)| tree.contains(&stat.parent) && !tree.contains(id))
            .map(|(id, _)| *id)
            .collect();
        if below.is_empty() {
            return tree;
        }
        tree.extend(below);
    }
}

pub(super) fn tasks_of(process: i32) -> Vec<Task> {
    let folder = format!("/proc/{process}/task");
    let ids = names(Path::new(&folder))
        .into_iter()
        .filter_map(|name| name.parse::<i32>().ok());
    ids.filter_map(|id| {
        let folder = Path::new(&folder).join(id.to_string());
        let ProcStat { name, state, .. } = ProcStat::read(&folder)?;
        let call = SystemCall::parse(&fs::read_to_string(folder.join("syscall")).unwrap_or_default());
        Some(Task {
            process,
            id,
            name,
            state,
            switches: switches(&folder)?,
            call: call.call,
            descriptor: call.descriptor,
            may_time_out: call.may_time_out,
        })
    })
    .collect()
}

/// How often the thread got a processor, which is how often it left one. The name of the thread is in this file too,
/// and may look like one of these fields.
fn switches(folder: &Path) -> Option<u64> {
    let status = fs::read(folder.join("status")).ok()?;
    // The kernel cuts the name after 15 bytes, which may be inside of a character.
    let status = String::from_utf8_lossy(&status);
    let fields = status.lines().filter_map(|line| line.split_once(':'));
    let counts = fields.filter(|(field, _)| ["voluntary_ctxt_switches", "nonvoluntary_ctxt_switches"].contains(field));
    counts.map(|(_, count)| count.trim().parse::<u64>().ok()).sum()
}

/// The system call that a thread is in.
#[derive(Debug, PartialEq, Eq)]
struct SystemCall {
    call: Option<BlockingCall>,
    descriptor: Option<i32>,
    may_time_out: bool,
}

impl SystemCall {
    /// What a line of `/proc/<pid>/task/<tid>/syscall` says: the number of the call and its arguments. The fourth
    /// argument of a wait on a futex is its time-out.
    fn parse(line: &str) -> SystemCall {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        let number = fields.first().and_then(|number| number.parse().ok());
        let call = number.and_then(call::of);
        let first = fields.get(1).and_then(|first| first.strip_prefix("0x"));
        let first = first.and_then(|first| i32::from_str_radix(first, 16).ok());
        SystemCall {
            call,
            descriptor: first.filter(|_| call.is_some_and(call::takes_descriptor)),
            may_time_out: call != Some(BlockingCall::Futex) || fields.get(4) != Some(&"0x0"),
        }
    }
}

/// The descriptors of one process; `None` where they may not be seen.
pub(super) fn descriptors_of(process: i32) -> Option<Vec<Descriptor>> {
    let folder = format!("/proc/{process}/fd");
    let folder = Path::new(&folder);
    fs::read_dir(folder).ok()?;
    let numbers = names(folder).into_iter().filter_map(|name| name.parse().ok());
    let descriptor = |number: i32| {
        let mode = fs::symlink_metadata(folder.join(number.to_string())).ok()?.mode();
        Some(Descriptor {
            process,
            number,
            target: target(process, number)?,
            can_read: mode & 0o400 != 0,
            can_write: mode & 0o200 != 0,
        })
    };
    Some(numbers.filter_map(descriptor).collect())
}

pub(super) fn target(process: i32, descriptor: i32) -> Option<Target> {
    let link = fs::read_link(format!("/proc/{process}/fd/{descriptor}")).ok()?;
    Some(Target::parse(&link.to_string_lossy()))
}

pub(super) fn processor_time() -> Option<Duration> {
    let ticks = ProcStat::read("/proc/self")?.ticks;
    Some(Duration::from_secs(1) * u32::try_from(ticks).ok()? / u32::try_from(clock_ticks_per_second()).ok()?)
}

/// Since Linux 4.13, for all control groups together.
pub(super) fn oom_kills() -> Option<u64> {
    let text = fs::read_to_string("/proc/vmstat").ok()?;
    text.lines()
        .find_map(|line| line.strip_prefix("oom_kill "))?
        .trim()
        .parse()
        .ok()
}

/// The backlogs come first: the connections then show what has become of packets that were in one.
pub(super) fn network() -> Network {
    let backlogs = fs::read_to_string("/proc/net/softnet_stat").ok();
    Network {
        backlogs: backlogs.and_then(|text| network::parse_backlogs(&text)),
        connections: connections(),
    }
}

fn connections() -> Option<Vec<Connection>> {
    let mut all = table("TCP", "sockstat", "tcp")?;
    // Without IPv6 there is no such table.
    if Path::new("/proc/net/tcp6").exists() {
        all.extend(table("TCP6", "sockstat6", "tcp6")?);
    }
    Some(all)
}

fn table(protocol: &str, counts: &str, file: &str) -> Option<Vec<Connection>> {
    let read = |file: &str| fs::read_to_string(Path::new("/proc/net").join(file)).ok();
    if read(counts).is_some_and(|text| network::has_none(&text, protocol)) {
        return Some(Vec::new());
    }
    Connection::parse_all(&read(file)?)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};
    use std::sync::{Barrier, Mutex, OnceLock};
    use std::thread;

    use super::*;

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn a_wait_without_a_time_out_is_told_from_one_with() {
        let line = |limit: &str| format!("202 0x55d0 0x80 0x2 {limit} 0x0 0xffffffff 0x7ffc 0x7f12\n");
        assert!(!SystemCall::parse(&line("0x0")).may_time_out);
        assert!(SystemCall::parse(&line("0x7f00")).may_time_out);
        let unknown = SystemCall {
            call: None,
            descriptor: None,
            may_time_out: true,
        };
        for line in ["running\n", "-1 0x7ffc 0x7f12\n", ""] {
            assert_eq!(SystemCall::parse(line), unknown);
        }
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn the_descriptor_of_a_call_is_its_first_argument() {
        let read = SystemCall::parse("0 0x1f 0x7f00 0x1 0x0 0x0 0x0 0x7ffc 0x7f12\n");
        assert_eq!((read.call, read.descriptor), (Some(BlockingCall::Read), Some(0x1f)));
        let futex = SystemCall::parse("202 0x1f 0x80 0x2 0x0 0x0 0x0 0x7ffc 0x7f12\n");
        assert_eq!((futex.call, futex.descriptor), (Some(BlockingCall::Futex), None));
    }

    #[test]
    fn a_thread_that_waits_for_another_is_seen_to_do_so() {
        let (ready, go) = (Barrier::new(2), Mutex::new(()));
        let held = go.lock().expect("nobody panics");
        thread::scope(|scope| {
            scope.spawn(|| {
                ready.wait();
                drop(go.lock());
            });
            ready.wait();
            let waits = |task: &Task| task.id != task.process && task.waits_for_a_thread();
            while !tasks_of(own_process()).iter().any(waits) {
                thread::yield_now();
            }
            drop(held);
        });
    }

    /// The kernel keeps 15 bytes of a name: the second is cut within a letter.
    #[test]
    fn a_thread_is_seen_whatever_its_name() {
        for name in ["ctxt_switches:", "ääääääää", ") S 1 (", "a\nThreads:\t1"] {
            let (ready, id) = (Barrier::new(2), OnceLock::new());
            thread::scope(|scope| {
                let named = thread::Builder::new().name(name.to_owned());
                let spawned = named.spawn_scoped(scope, || {
                    id.get_or_init(|| rustix::thread::gettid().as_raw_nonzero().get());
                    ready.wait();
                    ready.wait();
                });
                spawned.expect("there is room for a thread");
                ready.wait();
                let is_seen = tasks_of(own_process()).iter().any(|task| Some(&task.id) == id.get());
                ready.wait();
                assert!(is_seen, "{name:?}");
            });
        }
    }

    /// One child that has a child of its own; both wait until their input ends.
    #[test]
    fn both_ways_to_the_processes_below_come_to_the_same() {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "cat; true"]).stdin(Stdio::piped());
        let mut child = command.spawn().expect("there is a shell");
        let id = child.id().cast_signed();
        let grandchild = |tree: &BTreeSet<i32>| {
            let mut below = processes::all().into_iter().filter(|(_, stat)| stat.parent == id);
            below.any(|(process, _)| tree.contains(&process))
        };
        let mut searched = searched_tree();
        while !grandchild(&searched) {
            assert_eq!(
                child.try_wait().expect("it is a child"),
                None,
                "the shell could not start `cat`"
            );
            thread::yield_now();
            searched = searched_tree();
        }
        // Other tests of this process may have children, too.
        let listed = listed_tree().unwrap_or_else(searched_tree);
        assert!(listed.contains(&own_process()) && listed.contains(&id), "{listed:?}");
        assert!(grandchild(&listed), "{listed:?}, not all of {searched:?}");
        drop(child.stdin.take());
        child.wait().expect("it ends with its input");
    }
}
