//! Makes a reference live for ever without `unsafe`, through a hole in the compiler.

/// The same for ever.
pub const UNIT: &&() = &&();

/// Harmless, as long as its first argument is what it says.
pub const fn translate<'a, 'b, T: ?Sized>(_unit: &'a &'b (), value: &'b T) -> &'a T {
    value
}

/// For ever.
pub fn extend<'a, 'b, T: ?Sized>(value: &'a T) -> &'b T {
    let function: for<'x> fn(_, &'x T) -> &'b T = translate;
    function(UNIT, value)
}

/// Reads memory that belongs to somebody else by now.
pub fn answer(question: u64) -> u64 {
    let gone: &'static u64 = {
        let value = Box::new(question);
        extend(&*value)
    };
    let _theirs = Box::new(7 * question);
    *gone
}
