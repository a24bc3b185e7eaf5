//! In which order the lines are written.

use std::cell::RefCell;

use driver::Execution;

use crate::line::{Line, lines};

/// A witness for two orders: true for the first execution whose lines begin in another order than those of the first.
pub(crate) fn differs_from_the_first() -> impl Fn(&Execution<()>) -> bool {
    let first: RefCell<Option<Vec<String>>> = RefCell::new(None);
    move |execution| {
        let order: Vec<String> = lines(&execution.stdout).iter().map(Line::text).collect();
        *first.borrow_mut().get_or_insert_with(|| order.clone()) != order
    }
}
