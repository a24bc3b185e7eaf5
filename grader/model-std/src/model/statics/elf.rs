//! What the file of an executable says of its writable statics and its functions: the parts of ELF that this takes
//! (*Tool Interface Standard: Executable and Linking Format*, version 1.2; the 64-bit fields as in the *System V ABI*).

use std::io;

const SYMBOL_TABLE: u64 = 2;
const OBJECT: u8 = 1;
const FUNCTION: u8 = 2;
/// The program's entry point, in the auxiliary vector (see `getauxval(3)`).
const AT_ENTRY: u64 = 9;

/// The size of an entry of the symbol table.
const SYMBOL_SIZE: usize = 24;
/// The size of a section header.
const SECTION_SIZE: usize = 64;

/// The executable that runs.
pub(super) struct Executable {
    bytes: Vec<u8>,
    /// What the system has added to all addresses.
    base: u64,
}

/// A static that can be written to, or a function.
pub(super) struct Symbol {
    pub(super) name: String,
    pub(super) address: usize,
    pub(super) size: usize,
}

/// The symbols of an executable.
#[derive(Default)]
pub(super) struct Symbols {
    pub(super) statics: Vec<Symbol>,
    pub(super) functions: Vec<Symbol>,
}

/// A section of the file.
struct Section {
    name: String,
    of_type: u64,
    link: usize,
    offset: usize,
    size: usize,
}

impl Executable {
    pub(super) fn of_this_process() -> io::Result<Executable> {
        let bytes = std::fs::read("/proc/self/exe")?;
        // Class 2 has 64-bit fields, and data encoding 1 is little-endian.
        if !bytes.starts_with(b"\x7FELF\x02\x01") {
            return Err(unsupported("the executable is no little-endian ELF file of 64 bits"));
        }
        let unloaded = number(&bytes, 0x18, 8).ok_or_else(cut_short)?;
        let base = loaded_entry()?.wrapping_sub(unloaded);
        Ok(Executable { bytes, base })
    }

    /// The statics in sections that stay writable, and the functions. There are none without a symbol table, which is
    /// an error.
    pub(super) fn symbols(&self) -> io::Result<Symbols> {
        let sections = self.sections().ok_or_else(cut_short)?;
        let table = sections.iter().find(|section| section.of_type == SYMBOL_TABLE);
        let table = table.ok_or_else(|| unsupported("the executable has no symbol table"))?;
        self.symbols_in(table, &sections).ok_or_else(cut_short)
    }

    /// `None` if the file is cut short, here and below.
    fn symbols_in(&self, table: &Section, sections: &[Section]) -> Option<Symbols> {
        let names = self.bytes.get(sections.get(table.link)?.offset..)?;
        let symbols = self.bytes.get(table.offset..)?.get(..table.size)?;
        let mut found = Symbols::default();
        for symbol in symbols.chunks_exact(SYMBOL_SIZE) {
            let field = |offset, size| number(symbol, offset, size);
            let section = sections.get(field(6, 2)? as usize);
            let (kind, size) = (field(4, 1)? as u8 & 15, field(16, 8)? as usize);
            let list = match kind {
                OBJECT if section.is_some_and(Section::stays_writable) => &mut found.statics,
                FUNCTION => &mut found.functions,
                _ => continue,
            };
            if size > 0 {
                list.push(Symbol {
                    name: text(names, field(0, 4)? as usize)?,
                    address: self.base.wrapping_add(field(8, 8)?) as usize,
                    size,
                });
            }
        }
        Some(found)
    }

    fn sections(&self) -> Option<Vec<Section>> {
        let field = |offset, size| number(&self.bytes, offset, size).map(|number| number as usize);
        let (table, n_sections, names) = (field(0x28, 8)?, field(0x3C, 2)?, field(0x3E, 2)?);
        let table = self.bytes.get(table..)?.get(..n_sections * SECTION_SIZE)?;
        let headers = table.chunks_exact(SECTION_SIZE);
        let names = headers.clone().nth(names).and_then(|header| number(header, 0x18, 8));
        let section = |header: &[u8]| {
            let field = |offset, size| number(header, offset, size).map(|number| number as usize);
            Some(Section {
                name: text(self.bytes.get(names? as usize..)?, field(0, 4)?)?,
                of_type: number(header, 4, 4)?,
                link: field(0x28, 4)?,
                offset: field(0x18, 8)?,
                size: field(0x20, 8)?,
            })
        };
        headers.map(section).collect()
    }
}

impl Section {
    /// Whether the program can write to it when it runs. `.data.rel.ro` is read-only by then.
    fn stays_writable(&self) -> bool {
        let name = &self.name;
        let is_data = [".data", ".bss"].iter().any(|kind| {
            let rest = name.strip_prefix(kind);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        });
        is_data && !name.starts_with(".data.rel.ro")
    }
}

/// Where the system has put the program's entry point.
fn loaded_entry() -> io::Result<u64> {
    let vector = std::fs::read("/proc/self/auxv")?;
    let entry = vector
        .chunks_exact(16)
        .find(|pair| number(pair, 0, 8) == Some(AT_ENTRY));
    entry
        .and_then(|pair| number(pair, 8, 8))
        .ok_or_else(|| unsupported("the system does not tell where it has put the program"))
}

/// The little-endian number of `size` bytes at `at`.
fn number(bytes: &[u8], at: usize, size: usize) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(size)?)?;
    Some(
        bytes
            .iter()
            .rev()
            .fold(0, |number, byte| number << 8 | u64::from(*byte)),
    )
}

/// The text at `at`, which ends before a zero byte.
fn text(bytes: &[u8], at: usize) -> Option<String> {
    let text = bytes.get(at..)?.split(|byte| *byte == 0).next()?;
    Some(String::from_utf8_lossy(text).into_owned())
}

fn unsupported(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, why)
}

fn cut_short() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the executable is cut short")
}

#[cfg(all(test, target_os = "linux", target_pointer_width = "64"))]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_cut_short_or_points_beyond_its_end_is_an_error() {
        static mut STATIC: u32 = 1;
        let whole = Executable::of_this_process().expect("the tests run on 64-bit Linux");
        let symbols = whole.symbols().expect("the tests are not stripped");
        let address = (&raw const STATIC).addr();
        let statics = &symbols.statics;
        assert!(statics.iter().any(|found| found.address == address && found.size == 4));
        let functions = &symbols.functions;
        let address = Executable::of_this_process as *const () as usize;
        assert!(functions.iter().any(|found| found.address == address && found.size > 0));

        let fails = |bytes: &[u8]| {
            let bytes = bytes.to_vec();
            Executable { bytes, base: 0 }.symbols().is_err()
        };
        for length in [0, 0x10, 0x28, 0x40, whole.bytes.len() / 2, whole.bytes.len() - 1] {
            assert!(fails(&whole.bytes[..length]), "{length} bytes");
        }
        let field = |offset, size| number(&whole.bytes, offset, size).expect("the file is whole") as usize;
        let header = |index: usize| field(0x28, 8) + index * SECTION_SIZE;
        let is_table = |header: &usize| field(header + 4, 4) as u64 == SYMBOL_TABLE;
        let symbols = (0..field(0x3C, 2)).map(header).find(is_table);
        let symbols = symbols.expect("there is a symbol table");
        let (names, section_names) = (header(field(symbols + 0x28, 4)), header(field(0x3E, 2)));
        // Where the section headers, their names, the symbols (also their size) and the names of those are.
        for pointer in [0x28, section_names + 0x18, symbols + 0x18, symbols + 0x20, names + 0x18] {
            for beyond in [u64::MAX, u64::MAX - 23, 1 << 40] {
                let mut bytes = whole.bytes.clone();
                bytes[pointer..pointer + 8].copy_from_slice(&beyond.to_le_bytes());
                assert!(fails(&bytes), "{beyond:#x} at {pointer:#x}");
            }
        }
    }
}
