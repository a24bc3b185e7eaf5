//! Finds the lines that a check program knows as addresses only: of the endless loop, the stack overflow or the crash
//! that it ran into, and of accesses to reference counts.
//!
//! The check program sends return addresses, since the sandbox does not let it read its own line tables. Nothing is
//! read where no check program has sent any.

use std::cell::{Cell, OnceCell};
use std::collections::BTreeSet;
use std::path::Path;

use addr2line::Context;
use addr2line::gimli::{Dwarf, EndianSlice, LittleEndian, SectionId};
use object::{Object as _, ObjectSection as _, ObjectSymbol as _, SymbolMap, SymbolMapName};
use protocol::backtrace::{Backtrace, COUNTER, Sought};
use protocol::{CheckObservation, Place};

/// The most backtraces, the most calls of each, and the most events that are looked at. A check program sends fewer.
const LIMIT: usize = 1_000;

/// Puts places for addresses in what `program` has observed; `sources` are the submission's files, with their paths.
pub(super) fn locate(observation: &mut CheckObservation, program: &Path, sources: &[(String, String)]) {
    let (bytes, parsed) = (OnceCell::new(), OnceCell::new());
    // The verdict is the same without the lines.
    let tables = || {
        let bytes: &Option<Vec<u8>> = bytes.get_or_init(|| std::fs::read(program).ok());
        let parsed: &Option<Program<'_>> = parsed.get_or_init(|| Program::parse(bytes.as_ref()?, sources));
        parsed.as_ref()
    };
    let locate = |sought: Sought, backtraces: &[Backtrace]| {
        let program = tables()?;
        let backtraces = backtraces.iter().take(LIMIT);
        let stacks: Vec<Vec<Call>> = backtraces.map(|backtrace| program.calls(backtrace)).collect();
        match sought {
            Sought::Loop => innermost_loop(&stacks),
            Sought::Recursion => stacks.first().and_then(|stack| recursion(stack)),
            Sought::Call => stacks.first().and_then(|stack| innermost(stack)),
        }
    };
    observation.locate_ends(&locate);
    let n_located = Cell::new(0);
    observation.locate_events(&|sought, backtraces| {
        n_located.set(n_located.get() + 1);
        if n_located.get() > LIMIT {
            return None;
        }
        locate(sought, backtraces)
    });
}

/// The tables of a check program.
struct Program<'a> {
    lines: Context<EndianSlice<'a, LittleEndian>>,
    functions: SymbolMap<SymbolMapName<'a>>,
    /// The address of the function that addresses are relative to.
    counter: u64,
    /// The paths of the submission's files.
    files: BTreeSet<&'a str>,
}

/// A function call on a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Call {
    /// The address to which it returns.
    address: u64,
    /// The address of the function that calls.
    function: Option<u64>,
    /// The line that calls, if it is one of the submission's.
    place: Option<Place>,
}

impl<'a> Program<'a> {
    fn parse(bytes: &'a [u8], sources: &'a [(String, String)]) -> Option<Self> {
        let file = object::File::parse(bytes).ok()?;
        let section = |id: SectionId| {
            let section = file.section_by_name(id.name());
            let bytes = section.and_then(|section| section.data().ok()).unwrap_or_default();
            Ok::<_, addr2line::gimli::Error>(EndianSlice::new(bytes, LittleEndian))
        };
        let counter = file.symbols().find(|symbol| symbol.name() == Ok(COUNTER))?;
        Some(Self {
            lines: Context::from_dwarf(Dwarf::load(section).ok()?).ok()?,
            functions: file.symbol_map(),
            counter: counter.address(),
            files: sources.iter().map(|(path, _)| path.as_str()).collect(),
        })
    }

    /// The calls on the stack, the outermost first, up to that of the counter.
    fn calls(&self, backtrace: &Backtrace) -> Vec<Call> {
        let mut calls = Vec::new();
        for relative in backtrace.iter().rev().take(LIMIT) {
            let address = self.counter.wrapping_add_signed(*relative);
            // The call itself ends just before the address that it returns to.
            let call = address.wrapping_sub(1);
            let function = self.functions.before(call).map(SymbolMapName::address);
            if function == Some(self.counter) {
                break;
            }
            calls.push(Call {
                address,
                function,
                place: self.place(call),
            });
        }
        calls
    }

    fn place(&self, address: u64) -> Option<Place> {
        let location = self.lines.find_location(address).ok()??;
        let (file, line) = (location.file?, location.line?);
        self.files.contains(file).then_some(Place {
            file: file.to_owned(),
            line,
            column: location.column.unwrap_or(0),
        })
    }
}

/// Where the innermost loop is that runs in all of `stacks`: the first line, in the file's order, on which the function
/// with the loop was seen. If that function is not one of the submission's, the line that calls it.
fn innermost_loop(stacks: &[Vec<Call>]) -> Option<Place> {
    let (first, others) = stacks.split_first()?;
    let is_shared = |depth: &usize| others.iter().all(|stack| stack.get(*depth) == first.get(*depth));
    let n_shared = (0..first.len()).take_while(is_shared).count();
    // The function with the loop is on all stacks, on one line or on several.
    let function = |stack: &Vec<Call>| stack.get(n_shared).and_then(|call| call.function);
    let with_loop = function(first).filter(|it| others.iter().all(|stack| function(stack) == Some(*it)));
    let on_several_lines =
        with_loop.and_then(|_| stacks.iter().filter_map(|stack| stack[n_shared].place.as_ref()).min());
    let callers = first[..n_shared].iter().rev().filter_map(|call| call.place.as_ref());
    on_several_lines.into_iter().chain(callers).next().cloned()
}

/// Where the calls on `stack` repeat: the innermost call of the submission that is made from the same address as
/// another one. If there is none, the innermost call.
fn recursion(stack: &[Call]) -> Option<Place> {
    let is_repeated = |call: &&Call| stack.iter().filter(|other| other.address == call.address).count() > 1;
    let mut repeated = stack.iter().rev().filter(is_repeated);
    repeated
        .find_map(|call| call.place.clone())
        .or_else(|| innermost(stack))
}

/// The innermost line of the submission on `stack`.
fn innermost(stack: &[Call]) -> Option<Place> {
    stack.iter().rev().find_map(|call| call.place.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The calls of a stack, from a list of functions, which have numbers, and lines. Function 9 is one of the standard
    /// library.
    fn calls(stack: &[(u64, u32)]) -> Vec<Call> {
        let call = |(function, line): &(u64, u32)| Call {
            address: 1000 * function + u64::from(*line),
            function: Some(*function),
            place: (*function != 9).then(|| Place {
                file: "src/lib.rs".to_owned(),
                line: *line,
                column: 5,
            }),
        };
        stack.iter().map(call).collect()
    }

    /// The line at which the loop is found on these stacks.
    fn line(stacks: &[&[(u64, u32)]]) -> Option<u32> {
        let stacks: Vec<Vec<Call>> = stacks.iter().map(|stack| calls(stack)).collect();
        innermost_loop(&stacks).map(|place| place.line)
    }

    #[test]
    fn a_recursion_is_where_the_innermost_repeated_call_is_made() {
        let line = |stack| recursion(&calls(stack)).map(|place| place.line);
        assert_eq!(line(&[(1, 3), (2, 8), (2, 8), (2, 8), (9, 70), (9, 70)]), Some(8));
        assert_eq!(line(&[(2, 8), (4, 9), (2, 8), (4, 9), (5, 10)]), Some(9));
        assert_eq!(line(&[(1, 3), (2, 8), (9, 70), (9, 70)]), Some(8));
        assert_eq!(line(&[(9, 70), (9, 70)]), None);
    }

    #[test]
    fn a_loop_is_where_the_innermost_function_on_all_stacks_was_seen_first() {
        assert_eq!(
            line(&[&[(1, 3), (2, 8)], &[(1, 3), (2, 7)], &[(1, 3), (2, 9)]]),
            Some(7)
        );
        assert_eq!(line(&[&[(1, 3), (2, 8)], &[(1, 3), (2, 8)]]), Some(8));
        assert_eq!(line(&[&[(1, 3), (2, 8)], &[(1, 3)]]), Some(3));
    }

    #[test]
    fn a_function_that_the_loop_calls_does_not_hide_it() {
        let stacks = [
            &[(1, 3), (2, 9)][..],
            &[(1, 3), (2, 8), (4, 20)],
            &[(1, 3), (2, 8), (4, 21), (5, 30)],
        ];
        assert_eq!(line(&stacks), Some(8));
        assert_eq!(line(&stacks[1..]), Some(20));
        assert_eq!(line(&[&[(1, 3), (4, 20)], &[(1, 3), (5, 30)]]), Some(3));
    }

    #[test]
    fn a_loop_of_the_standard_library_is_where_the_submission_calls_it() {
        assert_eq!(line(&[&[(1, 3), (9, 70)], &[(1, 3), (9, 71), (2, 4)]]), Some(3));
        assert_eq!(line(&[&[(9, 70)], &[(9, 71)]]), None);
        assert_eq!(line(&[]), None);
    }

    #[test]
    fn what_is_no_program_has_no_lines() {
        assert!(Program::parse(b"text", &[]).is_none());
        assert!(Program::parse(b"", &[]).is_none());
    }
}
