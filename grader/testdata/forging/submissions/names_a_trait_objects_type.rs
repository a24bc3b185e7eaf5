//! Makes a value of another type without `unsafe`, since a trait object may say what its associated type is.

/// A number that is taken for a reference.
trait Same<U> {
    type Type;
}

impl<T: ?Sized, U> Same<U> for T {
    type Type = U;
}

/// Harmless, as long as each type has one associated type.
fn same<T: ?Sized, U>(value: <T as Same<U>>::Type) -> U {
    value
}

fn transmute<T, U>(value: T) -> U {
    same::<dyn Same<U, Type = T>, U>(value)
}

/// Reads memory at an address of its own choice.
pub fn answer(question: u64) -> u64 {
    let theirs = Box::new(7 * question);
    let address = &raw const *theirs as usize;
    *transmute::<usize, &'static u64>(address)
}
