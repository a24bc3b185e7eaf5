//! The portable programs of `model-std-demo` over `loom`.

#[path = "../../demo/src/portable/programs.rs"]
pub(crate) mod portable;

use loom::{sync, thread};
use model_std_demo::{Demo, EVERY};
