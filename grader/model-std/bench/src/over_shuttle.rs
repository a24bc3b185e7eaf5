//! The portable programs of `model-std-demo` over `shuttle`.

#[path = "../../demo/src/portable/programs.rs"]
pub(crate) mod portable;

use model_std_demo::{Demo, EVERY};
use shuttle::{sync, thread};
