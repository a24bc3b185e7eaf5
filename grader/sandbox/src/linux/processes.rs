//! The processes of this machine and the children of one, as `/proc` lists them.

use std::fs;
use std::io;

use super::ProcStat;

/// Every process of this machine with its number. One that ends meanwhile is left out.
pub(crate) fn all() -> Vec<(i32, ProcStat)> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    ids.filter_map(|id| Some((id, ProcStat::read(format!("/proc/{id}"))?)))
        .collect()
}

/// The numbers of the children of `process`, zombies included, from the lists that each of its threads has. A list that
/// is read while a child ends may lack another child. `None` if this kernel has no such lists.
pub(crate) fn listed_children(process: i32) -> Option<Vec<i32>> {
    let mut children = Vec::new();
    for thread in fs::read_dir(format!("/proc/{process}/task"))
        .into_iter()
        .flatten()
        .flatten()
    {
        match fs::read_to_string(thread.path().join("children")) {
            Ok(list) => children.extend(list.split_ascii_whitespace().filter_map(|id| id.parse::<i32>().ok())),
            Err(error) if error.kind() == io::ErrorKind::NotFound && thread.path().exists() => return None,
            // The thread has ended, and its children went to another thread.
            Err(_) => {}
        }
    }
    Some(children)
}
