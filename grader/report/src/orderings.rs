//! The note on what an exploration does not decide: orderings weaker than `SeqCst`.
//!
//! It says where they stand and what was left out, never that one of them is wrong.

use protocol::WeakOrdering;

use super::names::file_name;
use protocol::verdict::Report;

/// How many operations are named: as many as fit on two or three lines.
const NAMED: usize = 5;

/// The note as a sentence; `None` where the submission asks for no ordering weaker than `SeqCst`.
pub(super) fn undecided(report: &Report) -> Option<String> {
    let operations: Vec<&WeakOrdering> = report.weak_orderings().into_iter().collect();
    // A compare-exchange has an ordering for each of its outcomes.
    let operations: Vec<&[&WeakOrdering]> = operations.chunk_by(|one, next| is_same(one, next)).collect();
    if operations.is_empty() {
        return None;
    }
    let named: Vec<String> = operations
        .iter()
        .take(NAMED)
        .map(|operation| named(operation, report))
        .collect();
    let further = match operations.len().saturating_sub(NAMED) {
        0 => String::new(),
        n => format!(" and {n} more"),
    };
    Some(format!(
        "note: orderings weaker than `SeqCst` at {}{further}: explored as if they were `SeqCst`, without the reorderings that they \
         allow",
        named.join(", ")
    ))
}

fn is_same(one: &WeakOrdering, other: &WeakOrdering) -> bool {
    (&one.file, one.line, &one.operation) == (&other.file, other.line, &other.operation)
}

/// `lib.rs:12 (store, Release)`
fn named(operation: &[&WeakOrdering], report: &Report) -> String {
    let WeakOrdering {
        file,
        line,
        operation: name,
        ..
    } = operation[0];
    let orderings: Vec<&str> = operation.iter().map(|one| one.ordering.as_str()).collect();
    let file = file_name(file, &report.sources);
    format!("{file}:{line} ({name}, {})", orderings.join("/"))
}
