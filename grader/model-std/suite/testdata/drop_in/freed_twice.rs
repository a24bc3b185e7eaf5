//! A program that frees a block twice, which ends the execution as with the C library.
//!
//! Compiled by the test `drop_in` against the modelled `std`.

use std::model::trace::{CrashSignal, End};
use std::model::{Schedule, Settings, replay};
use std::rc::Rc;

fn main() {
    let body: Rc<dyn Fn()> = Rc::new(|| {
        let block = Box::into_raw(Box::new([1_u64; 4]));
        let kept = Box::new([2_u64; 4]);
        // SAFETY: none for the second: that is what the test is about.
        unsafe {
            drop(Box::from_raw(block));
            drop(Box::from_raw(block));
        }
        drop(kept);
    });
    for _ in 0..3 {
        let end = replay(&Settings::default(), &body, &Schedule::default()).trace.end;
        let End::Crashed { thread: 0, signal: CrashSignal::Abort, .. } = end else {
            panic!("{end:?}");
        };
    }
    println!("done");
}
