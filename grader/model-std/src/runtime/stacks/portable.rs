//! Stacks as `corosensei` maps them, for systems on which nothing tells why a thread crashed.

use std::io;

use corosensei::stack::{DefaultStack, Stack as _, StackPointer};

/// Nothing needs the place of a stack.
pub(in crate::runtime) type Mapping = ();

/// It is not known where stacks are.
pub(in crate::runtime) fn holds(_address: usize) -> bool {
    false
}

/// The stack of a task.
pub(in crate::runtime) struct Stack {
    /// How many stacks were mapped before.
    number: usize,
    size: usize,
    mapped: DefaultStack,
}

impl Stack {
    pub(super) fn map(size: usize, number: usize) -> io::Result<Self> {
        let mapped = DefaultStack::new(size)?;
        Ok(Self { number, size, mapped })
    }

    pub(super) fn number(&self) -> usize {
        self.number
    }

    pub(in crate::runtime) fn mapping(&self) -> *const Mapping {
        std::ptr::null()
    }

    /// The lowest address that the program may use.
    pub(in crate::runtime) fn lowest(&self) -> usize {
        self.mapped.base().get() - self.size
    }

    /// How many bytes the program may use.
    pub(in crate::runtime) fn size(&self) -> usize {
        self.size
    }
}

// SAFETY: both are those of a stack that is one already.
unsafe impl corosensei::stack::Stack for Stack {
    fn base(&self) -> StackPointer {
        self.mapped.base()
    }

    fn limit(&self) -> StackPointer {
        self.mapped.limit()
    }
}
