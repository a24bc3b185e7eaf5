//! What the file of an executable says of its writable statics: the parts of ELF that this takes (*Tool Interface
//! Standard: Executable and Linking Format*, version 1.2; the 64-bit fields as in the *System V ABI*).

use std::io;

const SYMBOL_TABLE: u64 = 2;
const OBJECT: u8 = 1;
/// The program's entry point, in the auxiliary vector (see `getauxval(3)`).
const AT_ENTRY: u64 = 9;

/// The size of an entry of the symbol table.
const SYMBOL_SIZE: usize = 24;

/// The executable that runs.
pub(super) struct Executable {
    bytes: Vec<u8>,
    /// What the system has added to all addresses.
    base: u64,
}

/// A static that can be written to.
pub(super) struct Object {
    pub(super) name: String,
    pub(super) address: usize,
    pub(super) size: usize,
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

    /// The statics in sections that stay writable. There are none without a symbol table, which is an error.
    pub(super) fn writable_objects(&self) -> io::Result<Vec<Object>> {
        let sections = self.sections().ok_or_else(cut_short)?;
        let table = sections.iter().find(|section| section.of_type == SYMBOL_TABLE);
        let table = table.ok_or_else(|| unsupported("the executable has no symbol table"))?;
        let names = sections.get(table.link).ok_or_else(cut_short)?.offset;
        let symbols = (table.offset..table.offset + table.size).step_by(SYMBOL_SIZE);
        let mut objects = Vec::new();
        for symbol in symbols {
            objects.extend(self.object(symbol, names, &sections).ok_or_else(cut_short)?);
        }
        Ok(objects)
    }

    /// The symbol at `at`, if it is a static that can be written to; an outer `None` if the file is cut short.
    fn object(&self, at: usize, names: usize, sections: &[Section]) -> Option<Option<Object>> {
        let field = |offset, size| number(&self.bytes, at + offset, size);
        let section = sections.get(field(6, 2)? as usize);
        let (kind, size) = (field(4, 1)? as u8 & 15, field(16, 8)? as usize);
        if kind != OBJECT || size == 0 || !section.is_some_and(Section::stays_writable) {
            return Some(None);
        }
        Some(Some(Object {
            name: self.text(names + field(0, 4)? as usize)?,
            address: self.base.wrapping_add(field(8, 8)?) as usize,
            size,
        }))
    }

    fn sections(&self) -> Option<Vec<Section>> {
        let header = |offset, size| number(&self.bytes, offset, size).map(|number| number as usize);
        let (table, size, n_sections, names) = (header(0x28, 8)?, header(0x3A, 2)?, header(0x3C, 2)?, header(0x3E, 2)?);
        let names = header(table + names * size + 0x18, 8)?;
        let section = |index: usize| {
            let field = |offset, length| header(table + index * size + offset, length);
            Some(Section {
                name: self.text(names + field(0, 4)?)?,
                of_type: field(4, 4)? as u64,
                link: field(0x28, 4)?,
                offset: field(0x18, 8)?,
                size: field(0x20, 8)?,
            })
        };
        (0..n_sections).map(section).collect()
    }

    fn text(&self, at: usize) -> Option<String> {
        let text = self.bytes.get(at..)?.split(|byte| *byte == 0).next()?;
        Some(String::from_utf8_lossy(text).into_owned())
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

fn unsupported(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, why)
}

fn cut_short() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the executable is cut short")
}
