//! The modelled `Once`.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};

use crate::model::trace::{ObjectKind, OnceFunction};
use crate::runtime::objects::once::{self, Attempt, Claim};
use crate::runtime::objects::{Memory, ObjectId, Tag};
use crate::runtime::task::Site;

/// As [`std::sync::Once`].
pub struct Once {
    tag: Tag,
    /// Whether it was called outside an execution.
    outside: Cell<bool>,
}

// SAFETY: the flag is used only outside an execution, where the program has one thread.
unsafe impl Sync for Once {}
impl UnwindSafe for Once {}
impl RefUnwindSafe for Once {}

/// As [`std::sync::ONCE_INIT`].
#[deprecated(since = "1.38.0", note = "the `Once::new()` function is now preferred")]
#[expect(clippy::declare_interior_mutable_const, reason = "`std` has it so")]
pub const ONCE_INIT: Once = Once::new();

/// As [`std::sync::OnceState`].
pub struct OnceState {
    poisoned: bool,
    /// Makes the type not `Sync`, as in `std`.
    not_sync: PhantomData<Cell<()>>,
}

impl Once {
    /// As [`std::sync::Once::new`].
    #[track_caller]
    #[must_use]
    #[expect(clippy::new_without_default, reason = "`std` has no default")]
    pub const fn new() -> Once {
        Once {
            tag: Tag::new(),
            outside: Cell::new(false),
        }
    }

    /// As [`std::sync::Once::call_once`].
    ///
    /// # Panics
    ///
    /// If an earlier call panicked.
    #[track_caller]
    pub fn call_once<F: FnOnce()>(&self, f: F) {
        self.call(OnceFunction::CallOnce, Location::caller(), |poisoned| {
            assert!(!poisoned, "Once instance has previously been poisoned");
            f();
        });
    }

    /// As [`std::sync::Once::call_once_force`].
    #[track_caller]
    pub fn call_once_force<F: FnOnce(&OnceState)>(&self, f: F) {
        self.call(OnceFunction::CallOnceForce, Location::caller(), |poisoned| {
            f(&OnceState {
                poisoned,
                not_sync: PhantomData,
            })
        });
    }

    /// As [`std::sync::Once::is_completed`].
    #[track_caller]
    pub fn is_completed(&self) -> bool {
        match self.id() {
            Some(id) => once::peek(id, OnceFunction::IsCompleted, Location::caller()) == once::Once::Complete,
            None => self.outside.get(),
        }
    }

    /// As [`std::sync::Once::wait`].
    ///
    /// # Panics
    ///
    /// If a call panicked.
    #[track_caller]
    pub fn wait(&self) {
        let once = self
            .id()
            .map(|id| once::wait(id, OnceFunction::Wait, Location::caller()));
        assert!(
            once != Some(once::Once::Poisoned),
            "Once instance has previously been poisoned"
        );
    }

    /// As [`std::sync::Once::wait_force`].
    #[track_caller]
    pub fn wait_force(&self) {
        if let Some(id) = self.id() {
            once::wait_force(id, OnceFunction::WaitForce, Location::caller());
        }
    }

    fn call(&self, function: OnceFunction, site: Site, f: impl FnOnce(bool)) {
        match self.id() {
            Some(id) => call_once(id, function, site, f),
            None if !self.outside.replace(true) => f(false),
            None => {}
        }
    }

    fn id(&self) -> Option<ObjectId> {
        once::id(&self.tag, ObjectKind::Once, &Memory::none())
    }
}

/// Runs `f` unless the initialisation is complete. The argument of `f` says whether an earlier attempt panicked.
pub(super) fn call_once(id: ObjectId, function: OnceFunction, site: Site, f: impl FnOnce(bool)) {
    let poisoned = match once::begin(id, function, site) {
        Claim::Complete => return,
        Claim::Claimed => false,
        Claim::ClaimedPoisoned => true,
    };
    let mut attempt = Attempt::new(id, site);
    f(poisoned);
    attempt.outcome = once::Once::Complete;
}

impl OnceState {
    /// As [`std::sync::OnceState::is_poisoned`].
    pub fn is_poisoned(&self) -> bool {
        self.poisoned
    }
}

impl fmt::Debug for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Once").finish_non_exhaustive()
    }
}

impl fmt::Debug for OnceState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnceState")
            .field("poisoned", &self.is_poisoned())
            .finish()
    }
}
