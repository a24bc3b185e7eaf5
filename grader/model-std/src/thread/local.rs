//! Thread-local keys: each thread of the program has its own value.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::error::Error;
use std::fmt;

use crate::runtime::locals::{self, Found};

/// As [`std::thread::LocalKey`].
pub struct LocalKey<T: 'static> {
    marker: &'static u8,
    init: fn() -> T,
}

impl<T: 'static> LocalKey<T> {
    #[doc(hidden)]
    pub const fn _new(marker: &'static u8, init: fn() -> T) -> Self {
        Self { marker, init }
    }

    /// As [`std::thread::LocalKey::with`].
    ///
    /// # Panics
    ///
    /// If the value is being destroyed or was destroyed.
    pub fn with<F, R>(&'static self, f: F) -> R
    where
        F: FnOnce(&T) -> R,
    {
        self.try_with(f)
            .expect("cannot access a Thread Local Storage value during or after destruction")
    }

    /// As [`std::thread::LocalKey::try_with`].
    ///
    /// # Errors
    ///
    /// If the value is being destroyed or was destroyed.
    pub fn try_with<F, R>(&'static self, f: F) -> Result<R, AccessError>
    where
        F: FnOnce(&T) -> R,
    {
        let value = self.value_or(self.init)?;
        Ok(f(value))
    }

    fn key(&self) -> usize {
        std::ptr::from_ref(self.marker).addr()
    }

    fn value_or(&self, init: impl FnOnce() -> T) -> Result<&T, AccessError> {
        let address = match locals::find(self.key(), address_of::<T>) {
            Found::Value(address) => address,
            Found::Gone => return Err(AccessError(())),
            Found::Uninitialised => locals::store(self.key(), Box::new(init()), address_of::<T>),
        };
        // SAFETY: the value is in a box of the running thread until that thread ends, after its function. The reference
        // given to `f` does not leave that thread.
        Ok(unsafe { &*address.cast::<T>() })
    }
}

fn address_of<T: 'static>(value: &dyn Any) -> *const () {
    let value = value.downcast_ref::<T>().expect("a key holds values of its own type");
    std::ptr::from_ref(value).cast()
}

impl<T: 'static> LocalKey<Cell<T>> {
    /// As `set` of a thread-local `Cell` in `std`.
    ///
    /// # Panics
    ///
    /// If the value is being destroyed or was destroyed.
    pub fn set(&'static self, value: T) {
        let mut value = Some(value);
        let cell = self.value_or(|| Cell::new(value.take().expect("the key is initialised at most once")));
        let cell = cell.expect("cannot access a Thread Local Storage value during or after destruction");
        if let Some(value) = value {
            cell.set(value);
        }
    }

    /// As `get` of a thread-local `Cell` in `std`.
    pub fn get(&'static self) -> T
    where
        T: Copy,
    {
        self.with(Cell::get)
    }

    /// As `take` of a thread-local `Cell` in `std`.
    pub fn take(&'static self) -> T
    where
        T: Default,
    {
        self.with(Cell::take)
    }

    /// As `replace` of a thread-local `Cell` in `std`.
    pub fn replace(&'static self, value: T) -> T {
        self.with(|cell| cell.replace(value))
    }
}

impl<T: 'static> LocalKey<RefCell<T>> {
    /// As `with_borrow` of a thread-local `RefCell` in `std`.
    pub fn with_borrow<F, R>(&'static self, f: F) -> R
    where
        F: FnOnce(&T) -> R,
    {
        self.with(|cell| f(&cell.borrow()))
    }

    /// As `with_borrow_mut` of a thread-local `RefCell` in `std`.
    pub fn with_borrow_mut<F, R>(&'static self, f: F) -> R
    where
        F: FnOnce(&mut T) -> R,
    {
        self.with(|cell| f(&mut cell.borrow_mut()))
    }

    /// As `set` of a thread-local `RefCell` in `std`.
    ///
    /// # Panics
    ///
    /// If the value is borrowed, is being destroyed or was destroyed.
    pub fn set(&'static self, value: T) {
        let mut value = Some(value);
        let cell = self.value_or(|| RefCell::new(value.take().expect("the key is initialised at most once")));
        let cell = cell.expect("cannot access a Thread Local Storage value during or after destruction");
        if let Some(value) = value {
            *cell.borrow_mut() = value;
        }
    }

    /// As `take` of a thread-local `RefCell` in `std`.
    pub fn take(&'static self) -> T
    where
        T: Default,
    {
        self.with(RefCell::take)
    }

    /// As `replace` of a thread-local `RefCell` in `std`.
    pub fn replace(&'static self, value: T) -> T {
        self.with(|cell| cell.replace(value))
    }
}

impl<T: 'static> fmt::Debug for LocalKey<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalKey").finish_non_exhaustive()
    }
}

/// As [`std::thread::AccessError`].
#[non_exhaustive]
#[derive(Clone, Copy, Eq, PartialEq)]
pub struct AccessError(());

impl fmt::Debug for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessError").finish()
    }
}

impl fmt::Display for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("already destroyed")
    }
}

impl Error for AccessError {}
