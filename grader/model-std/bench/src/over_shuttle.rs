//! The programs over `shuttle`.

use shuttle::{sync, thread};

#[path = "programs/buggy.rs"]
pub(crate) mod buggy;
#[path = "programs/correct.rs"]
pub(crate) mod correct;
