//! What is said of orderings weaker than `SeqCst`: which were explored, and a note on those that the explorations do
//! not decide, because there were too many interleavings.
//!
//! It says where they are and what was not explored, never that one of them is wrong.

use protocol::trace::AtomicAccess;
use protocol::verdict::Report;

use crate::names::file_name;

/// How many operations are named: as many as fit on two or three lines.
const NAMED: usize = 5;

/// The note as a sentence; `None` where every ordering of the submission is decided.
pub(super) fn undecided(report: &Report) -> Option<String> {
    let undecided = |(access, decided): (_, bool)| (!decided).then_some(access);
    let accesses: Vec<&AtomicAccess> = report.weak_orderings().into_iter().filter_map(undecided).collect();
    // A compare-exchange has an ordering for each of its outcomes.
    let operations: Vec<&[&AtomicAccess]> = accesses.chunk_by(|one, next| is_same(one, next)).collect();
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
        "note: orderings weaker than `SeqCst` at {}{further}: not explored in every interleaving in which they let a \
         load return an older value",
        named.join(", ")
    ))
}

/// A sentence on the orderings that were explored; `None` where there is none, or one that is undecided.
pub(super) fn decided(report: &Report) -> Option<String> {
    let orderings = report.weak_orderings();
    let (first, _) = orderings.first()?;
    orderings.iter().all(|(_, is_decided)| *is_decided).then(|| {
        let further = if orderings.len() > 1 { " and elsewhere" } else { "" };
        format!(
            "worth knowing: `{}` at {}:{}{further} did no harm in any interleaving that was run, also with the older \
             values that it lets a load return",
            first.order.as_str(),
            file_name(&first.place.file, &report.sources),
            first.place.line
        )
    })
}

fn is_same(one: &AtomicAccess, other: &AtomicAccess) -> bool {
    let key = |access: &AtomicAccess| (access.place.file.clone(), access.place.line, access.function);
    key(one) == key(other)
}

/// `lib.rs:12 (store, Release)`
fn named(operation: &[&AtomicAccess], report: &Report) -> String {
    let access = operation[0];
    // The stronger one comes first: mostly it is the ordering for success.
    let orders: Vec<&str> = operation.iter().rev().map(|access| access.order.as_str()).collect();
    format!(
        "{}:{} ({}, {})",
        file_name(&access.place.file, &report.sources),
        access.place.line,
        access.function.as_str(),
        orders.join("/")
    )
}
