//! The statics of the executable that runs, and the crates of its functions.

use std::collections::HashMap;
use std::io;
use std::sync::OnceLock;

use super::elf::{Executable, Symbol};
use super::symbols;

/// Where a static is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    address: usize,
    size: usize,
}

impl Place {
    /// The place of a static, or of a part of one, of `size` bytes at `address`.
    pub(super) fn new(address: usize, size: usize) -> Place {
        Place { address, size }
    }

    pub(super) fn size(self) -> usize {
        self.size
    }

    /// What the static holds.
    pub(super) fn bytes(&self) -> &[u8] {
        // SAFETY: the executable has a static of this size at this address, and statics are never freed. All memory of
        // an executable has been initialised by the system. Nobody writes to it while this slice lives: executions run
        // on this thread, and other threads do not use statics of crates under test meanwhile.
        unsafe { std::slice::from_raw_parts(self.address as *const u8, self.size) }
    }

    /// Whether the address lies in the static.
    pub(super) fn contains(&self, address: usize) -> bool {
        address.wrapping_sub(self.address) < self.size
    }

    /// Lays `bytes` into the static.
    ///
    /// # Safety
    ///
    /// Nobody uses the static meanwhile, and the bytes are ones that it held before.
    pub(super) unsafe fn write(&self, bytes: &[u8]) {
        debug_assert_eq!(bytes.len(), self.size);
        // SAFETY: the executable has a writable static of this size at this address. The caller promises the rest.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), self.address as *mut u8, self.size) };
    }
}

/// What the symbol table says.
pub(super) struct Program {
    /// The statics that can be written to, except for those of the toolchain.
    statics: Vec<(String, Place)>,
    /// The functions, in the order of their addresses.
    functions: Vec<Function>,
    /// The names of crates.
    crates: Vec<String>,
}

struct Function {
    start: usize,
    end: usize,
    /// The number of its crate.
    of_crate: u32,
}

impl Program {
    /// The program of this process. It is read once.
    ///
    /// # Errors
    ///
    /// When the executable cannot be read, or has no symbol table.
    pub(super) fn of_this_process() -> io::Result<&'static Program> {
        static FOUND: OnceLock<Result<Program, (io::ErrorKind, String)>> = OnceLock::new();
        let found = FOUND.get_or_init(|| {
            let symbols = Executable::of_this_process().and_then(|executable| executable.symbols());
            match symbols {
                Ok(symbols) => Ok(Program::new(symbols.statics, symbols.functions)),
                Err(error) => Err((error.kind(), error.to_string())),
            }
        });
        match found {
            Ok(program) => Ok(program),
            Err((kind, why)) => Err(io::Error::new(*kind, why.as_str())),
        }
    }

    fn new(statics: Vec<Symbol>, functions: Vec<Symbol>) -> Program {
        let statics = statics.into_iter().filter(|symbol| {
            let name = symbols::crate_of(&symbol.name);
            name.is_some_and(|name| !symbols::is_of_toolchain(name))
        });
        let statics = statics.map(|Symbol { name, address, size }| (name, Place { address, size }));
        let statics = statics.collect();
        let mut numbers: HashMap<String, u32> = HashMap::new();
        let mut crates = Vec::new();
        let mut named: Vec<Function> = Vec::new();
        for Symbol { name, address, size } in functions {
            let Some(name) = symbols::crate_of(&name) else {
                continue;
            };
            let number = numbers.get(name).copied().unwrap_or_else(|| {
                let number = crates.len() as u32;
                crates.push(name.to_owned());
                numbers.insert(name.to_owned(), number);
                number
            });
            named.push(Function {
                start: address,
                end: address.wrapping_add(size),
                of_crate: number,
            });
        }
        named.sort_unstable_by_key(|function| function.start);
        Program {
            statics,
            functions: named,
            crates,
        }
    }

    /// Where the statics are.
    pub(super) fn statics(&self) -> impl Iterator<Item = Place> {
        self.statics.iter().map(|(_, place)| *place)
    }

    /// The crate of a static.
    pub(super) fn crate_of(&self, place: Place) -> Option<&str> {
        let (symbol, _) = self.statics.iter().find(|(_, other)| *other == place)?;
        symbols::crate_of(symbol)
    }

    /// Where the statics of a crate are.
    pub(super) fn statics_of(&self, name: &str) -> impl Iterator<Item = Place> {
        let statics = self.statics.iter();
        statics.filter_map(move |(symbol, place)| symbols::is_of_crate(symbol, name).then_some(*place))
    }

    /// The crate of the function with this return address in it.
    pub(super) fn crate_at(&self, address: usize) -> Option<&str> {
        let next = self.functions.partition_point(|function| function.start < address);
        let function = &self.functions[next.checked_sub(1)?];
        // A call may be the last instruction.
        (address <= function.end).then(|| self.crates[function.of_crate as usize].as_str())
    }
}
