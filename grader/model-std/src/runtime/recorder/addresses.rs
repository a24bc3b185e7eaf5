//! Finds the addresses among the integers that atomics hold, such as the tagged pointers of lock-free code.
//!
//! An address may differ from run to run, which a trace must not. Where the heap of the program and the stacks of tasks
//! are is known. Other memory is in a few places, and a number near to one of them is taken for an address. The list of
//! what is mapped would be exact, but it is a file in `/proc`, which a sandbox hides.

use std::cell::OnceCell;
use std::hint::black_box;

use crate::model::trace::{Event, Value};
use crate::runtime::{heap, stacks};

/// Programs count and compute with numbers below this one. Only an executable that is not position-independent has
/// memory there.
const LOWEST: u64 = 1 << 32;

/// How near to a landmark an address may be: more memory than the programs of an exploration use. Of hundreds of
/// millions of random numbers of 64 bits, one is that near.
const NEAR: u64 = 1 << 32;

/// Larger than any allocation that `malloc` puts on its heap (see `mallopt(3)`, `M_MMAP_THRESHOLD`). None of it is
/// touched, so it costs no memory.
const LARGE: usize = (32 << 20) + 1;

/// An address in each place where a process has its memory, looked up when a large number is first met.
#[derive(Default)]
pub(super) struct Addresses(OnceCell<[u64; 4]>);

impl Addresses {
    /// Makes a pointer of each address in `event`.
    pub(super) fn hide_in(&self, event: &mut Event) {
        event.values_mut().for_each(|value| self.hide(value));
    }

    fn hide(&self, value: &mut Value) {
        let bits = match *value {
            Value::Signed(number) => number.cast_unsigned(),
            Value::Unsigned(number) => number,
            Value::Bool(_) | Value::Pointer { .. } => return,
        };
        if bits >= LOWEST && self.is_address(bits) {
            *value = Value::Pointer { is_null: false };
        }
    }

    fn is_address(&self, bits: u64) -> bool {
        let is_near = |landmark: &u64| bits.abs_diff(*landmark) < NEAR;
        let is_in = |holds: fn(usize) -> bool| usize::try_from(bits).is_ok_and(holds);
        is_in(heap::holds) || is_in(stacks::holds) || self.0.get_or_init(landmarks).iter().any(is_near)
    }
}

/// A static, the stack of this thread, the heap of the system, and where the system maps memory.
fn landmarks() -> [u64; 4] {
    static STATIC: u8 = 0;
    let (on_the_stack, on_the_heap) = (0_u8, Box::new(0_u8));
    let mapped: Vec<u8> = Vec::with_capacity(LARGE);
    let pointers: [*const u8; 4] = [
        &raw const STATIC,
        &raw const on_the_stack,
        &raw const *on_the_heap,
        mapped.as_ptr(),
    ];
    pointers.map(|pointer| black_box(pointer).addr() as u64)
}
