//! What Linux shows under `/proc`. A process or thread that ends while it is looked at is left out.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::{Process, Task};

pub(super) fn tasks() -> Vec<Task> {
    tree().into_iter().flat_map(tasks_of).collect()
}

pub(super) fn is_running(thread: i32) -> bool {
    stat(Path::new(&format!("/proc/self/task/{thread}/stat"))).is_some_and(|(_, state, _)| state == 'R')
}

pub(super) fn children() -> Vec<Process> {
    let own = own_id();
    let mut children: Vec<Process> = processes()
        .into_iter()
        .filter(|(_, parent)| *parent == own)
        .map(|(process, _)| process)
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

fn own_id() -> i32 {
    std::process::id().cast_signed()
}

/// This process and all below it.
fn tree() -> BTreeSet<i32> {
    listed_tree().unwrap_or_else(searched_tree)
}

/// From the lists that each thread has of its children, as far as this kernel has such lists. One that is read while a child
/// ends may lack another: the next look shows that one again.
fn listed_tree() -> Option<BTreeSet<i32>> {
    let own = own_id();
    fs::metadata(format!("/proc/{own}/task/{own}/children")).ok()?;
    let (mut tree, mut to_do) = (BTreeSet::from([own]), vec![own]);
    while let Some(process) = to_do.pop() {
        let threads = format!("/proc/{process}/task");
        for thread in names(Path::new(&threads)) {
            let children = fs::read_to_string(format!("{threads}/{thread}/children")).unwrap_or_default();
            let children = children.split_ascii_whitespace().filter_map(|id| id.parse().ok());
            to_do.extend(children.filter(|&child| tree.insert(child)));
        }
    }
    Some(tree)
}

/// From all processes of the machine.
fn searched_tree() -> BTreeSet<i32> {
    let processes = processes();
    let mut tree = BTreeSet::from([own_id()]);
    loop {
        let below: Vec<i32> = processes
            .iter()
            .filter(|(process, parent)| tree.contains(parent) && !tree.contains(&process.id))
            .map(|(process, _)| process.id)
            .collect();
        if below.is_empty() {
            return tree;
        }
        tree.extend(below);
    }
}

/// Every process and its parent.
fn processes() -> Vec<(Process, i32)> {
    let ids = names(Path::new("/proc"))
        .into_iter()
        .filter_map(|name| name.parse::<i32>().ok());
    ids.filter_map(|id| {
        let (name, state, parent) = stat(Path::new(&format!("/proc/{id}/stat")))?;
        Some((Process { id, name, state }, parent))
    })
    .collect()
}

fn tasks_of(process: i32) -> Vec<Task> {
    let folder = format!("/proc/{process}/task");
    let ids = names(Path::new(&folder))
        .into_iter()
        .filter_map(|name| name.parse::<i32>().ok());
    ids.filter_map(|id| {
        let folder = Path::new(&folder).join(id.to_string());
        let (name, state, _) = stat(&folder.join("stat"))?;
        let call = fs::read_to_string(folder.join("syscall")).unwrap_or_default();
        Some(Task {
            process,
            id,
            name,
            state,
            switches: switches(&folder)?,
            call: call
                .split_ascii_whitespace()
                .next()
                .and_then(|number| number.parse().ok()),
            is_left_to_others: state == 'Z' || (state == 'S' && waits_for_others(&call)),
        })
    })
    .collect()
}

/// Name, state and parent. The name stands in parentheses and may hold anything.
fn stat(file: &Path) -> Option<(String, char, i32)> {
    let text = fs::read_to_string(file).ok()?;
    let (before, after) = text.rsplit_once(')')?;
    let name = before.split_once('(')?.1.to_owned();
    let mut fields = after.split_ascii_whitespace();
    let state = fields.next()?.chars().next()?;
    let parent = fields.next()?.parse().ok()?;
    Some((name, state, parent))
}

/// How often the thread was given a processor: how often it left one.
fn switches(folder: &Path) -> Option<u64> {
    let status = fs::read_to_string(folder.join("status")).ok()?;
    let counts = status.lines().filter(|line| line.contains("ctxt_switches:"));
    counts
        .map(|line| line.rsplit_once(':')?.1.trim().parse::<u64>().ok())
        .sum()
}

/// Whether a line of `/proc/<pid>/task/<tid>/syscall` tells of a wait for another thread, a child or a pipe without a limit of time:
/// the number of the call, then its arguments, of which the fourth is where the limit of a futex stands.
fn waits_for_others(call: &str) -> bool {
    let mut fields = call.split_ascii_whitespace();
    let number = fields.next().unwrap_or_default();
    ENDLESS.contains(&number) || (number == FUTEX && fields.nth(3) == Some("0x0"))
}

/// The number of the call in which a thread waits for another.
#[cfg(target_arch = "x86_64")]
const FUTEX: &str = "202";
/// Those that end when there is something to read, or a child has ended.
#[cfg(target_arch = "x86_64")]
const ENDLESS: [&str; 3] = ["0", "61", "247"];

#[cfg(not(target_arch = "x86_64"))]
const FUTEX: &str = "98";
#[cfg(not(target_arch = "x86_64"))]
const ENDLESS: [&str; 3] = ["63", "260", "95"];

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_wait_without_a_limit_of_time_is_told_from_one_with_and_from_other_calls() {
        let line = |call: &str, limit: &str| format!("{call} 0x55d0 0x80 0x2 {limit} 0x0 0xffffffff 0x7ffc 0x7f12\n");
        assert!(waits_for_others(&line(FUTEX, "0x0")));
        assert!(!waits_for_others(&line(FUTEX, "0x7f00")));
        assert!(waits_for_others(&line(ENDLESS[0], "0x7f00")));
        assert!(!waits_for_others(&line("9999", "0x0")));
        assert!(!waits_for_others("running\n") && !waits_for_others("-1 0x7ffc 0x7f12\n") && !waits_for_others(""));
    }

    /// One child that has a child of its own; both wait until their input ends.
    #[test]
    fn both_ways_to_the_processes_below_come_to_the_same() {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "cat; true"]).stdin(Stdio::piped());
        let mut child = command.spawn().expect("there is a shell");
        let id = child.id().cast_signed();
        let grandchild = |tree: &BTreeSet<i32>| {
            let mut below = processes().into_iter().filter(|(_, parent)| *parent == id);
            below.any(|(process, _)| tree.contains(&process.id))
        };
        loop {
            let searched = searched_tree();
            if !grandchild(&searched) {
                std::thread::yield_now();
                continue;
            }
            // Other tests of this process may have children, too.
            let listed = listed_tree().unwrap_or_else(searched_tree);
            assert!(listed.contains(&own_id()) && listed.contains(&id), "{listed:?}");
            assert!(grandchild(&listed), "{listed:?}, not all of {searched:?}");
            break;
        }
        drop(child.stdin.take());
        child.wait().expect("it ends with its input");
    }
}
