//! The programs over `model_std`.

use model_std::{sync, thread};

#[path = "programs/buggy.rs"]
pub(crate) mod buggy;
#[path = "programs/correct.rs"]
pub(crate) mod correct;
