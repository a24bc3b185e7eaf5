//! The programs over `loom`.

use loom::{sync, thread};

#[path = "programs/buggy.rs"]
pub(crate) mod buggy;
#[path = "programs/correct.rs"]
pub(crate) mod correct;
