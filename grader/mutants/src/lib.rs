//! Makes wrong programs of right ones: each *mutant* is a source with one small change that a programmer could have
//! made.
//!
//! The changes are found on the syntax tree and made in the text, so a mutant keeps the formatting and the comments of
//! its source. The same source gives the same mutants in the same order. Whether a mutant compiles, and whether it is
//! wrong at all, is not known here: types are not looked at.
//!
//! ```
//! let source = "pub fn f(n: u8) { while n > 3 { g(); } }";
//! let mutants = mutants::mutants(source)?;
//! let names: Vec<String> = mutants.iter().map(mutants::Mutant::place).collect();
//! assert!(names.contains(&"1:while_to_if".to_owned()));
//! # Ok::<(), mutants::SyntaxError>(())
//! ```

mod change;
mod idle;
mod operators;
mod source;

pub use self::change::{Change, Hunk};
pub use self::idle::idle;
use self::operators::Found;
use self::source::Source;

/// A source with one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutant {
    /// What kind of change it is: `while_to_if`.
    pub operator: &'static str,
    /// The function that is changed, with the type that it belongs to: `Semaphore::acquire`. Empty outside of
    /// functions.
    pub function: String,
    /// The first line that is changed, counted from 1.
    pub line: usize,
    /// Which one it is of those with the same operator at the same line, counted from 1.
    pub ordinal: usize,
    /// The lines that are changed.
    pub hunk: Hunk,
    /// The whole text.
    pub text: String,
}

/// Why there are no mutants: the source is not Rust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// The line, counted from 1.
    pub line: usize,
    /// What the parser says.
    pub message: String,
}

impl std::fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "failed to parse line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for SyntaxError {}

impl Mutant {
    /// Its place in the source and its operator: `41:while_to_if`, and `41:while_to_if:2` for the second one there.
    pub fn place(&self) -> String {
        let Mutant {
            line,
            operator,
            ordinal,
            ..
        } = self;
        match ordinal {
            1 => format!("{line}:{operator}"),
            _ => format!("{line}:{operator}:{ordinal}"),
        }
    }
}

/// All mutants of a source, in the order of their places. No two have the same text, and none has that of the source.
///
/// # Errors
///
/// When the source is not Rust.
pub fn mutants(text: &str) -> Result<Vec<Mutant>, SyntaxError> {
    let file = parse(text)?;
    let source = Source::new(text, &file);
    let mut found = operators::find(&file, &source);
    found.sort_by_key(|found| (found.change.start(), found.operator));
    let mut mutants: Vec<Mutant> = Vec::new();
    let mut texts = std::collections::BTreeSet::from([text.to_owned()]);
    for Found {
        operator,
        function,
        change,
    } in found
    {
        let changed = change.apply(text);
        if !texts.insert(changed.clone()) {
            continue;
        }
        let hunk = Hunk::between(text, &changed);
        let line = hunk.line;
        let same = |other: &&Mutant| other.line == line && other.operator == operator;
        mutants.push(Mutant {
            operator,
            function,
            line,
            ordinal: mutants.iter().filter(same).count() + 1,
            hunk,
            text: changed,
        });
    }
    mutants.sort_by_key(|mutant| mutant.line);
    Ok(mutants)
}

pub(crate) fn parse(text: &str) -> Result<syn::File, SyntaxError> {
    syn::parse_file(text).map_err(|error| SyntaxError {
        line: error.span().start().line,
        message: error.to_string(),
    })
}

#[cfg(test)]
mod tests;
