//! Archives as students pack them, and as nobody should.

use std::io::Cursor;

use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::*;
use crate::exercise::tests::small_exercise;

/// The bits of a file's mode that say what it is.
const REGULAR: u32 = 0o100_644;
const LINK: u32 = 0o120_777;

/// A file of an archive, with what a writer would not let through.
struct Entry<'a> {
    name: &'a [u8],
    text: &'a [u8],
    mode: u32,
    /// Bit 0 says that it is encrypted, bit 11 that its name is UTF-8.
    flags: u16,
    checksum: Option<u32>,
}

impl<'a> Entry<'a> {
    fn new(name: &'a str) -> Self {
        Self {
            name: name.as_bytes(),
            text: b"pub fn f() {}",
            mode: REGULAR,
            flags: 1 << 11,
            checksum: None,
        }
    }
}

/// An archive byte by byte, as PKWARE's APPNOTE.TXT has it, without compression.
fn raw(entries: &[Entry<'_>]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for entry in entries {
        let offset = bytes.len() as u32;
        let length = entry.text.len() as u32;
        let checksum = entry.checksum.unwrap_or_else(|| crc32(entry.text));
        let mut common = Vec::new();
        for half in [20, entry.flags, 0, 0, 0x21] {
            common.extend(half.to_le_bytes());
        }
        for word in [checksum, length, length] {
            common.extend(word.to_le_bytes());
        }
        common.extend((entry.name.len() as u16).to_le_bytes());
        common.extend([0, 0]);
        bytes.extend(b"PK\x03\x04");
        bytes.extend(&common);
        bytes.extend(entry.name);
        bytes.extend(entry.text);
        // Made on Unix, so that the mode counts.
        directory.extend(b"PK\x01\x02\x14\x03");
        directory.extend(&common);
        directory.extend([0; 6]);
        directory.extend((entry.mode << 16).to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(entry.name);
    }
    let n_entries = (entries.len() as u16).to_le_bytes();
    let (length, start) = (directory.len() as u32, bytes.len() as u32);
    bytes.extend(directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend(n_entries);
    bytes.extend(n_entries);
    bytes.extend(length.to_le_bytes());
    bytes.extend(start.to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xEDB8_8320 * (crc & 1));
        }
    }
    !crc
}

/// An archive as the usual programs write it.
fn packed(files: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        let options = SimpleFileOptions::default().compression_method(method);
        writer.start_file(*name, options).expect("a file");
        writer.write_all(text).expect("memory takes every text");
    }
    writer.finish().expect("an archive").into_inner()
}

/// The paths of what is unpacked, or why it is not. Nothing stays, and nothing is written elsewhere.
fn unpacked(archive: &[u8], exercises: &[&str]) -> Result<Vec<String>, String> {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let path = temporary.path().join("ada.zip");
    fs::write(&path, archive).expect("a file");
    let below = temporary.path().join("unpacked");
    fs::create_dir(&below).expect("a folder");
    let exercises: Vec<Exercise> = exercises.iter().map(|name| small_exercise(name)).collect();
    let mut unpacked = Unpacked::new(&below);
    let outcome = unpacked.unpack(&path, &exercises);
    let outcome = outcome.map(|folder| files(&folder)).map_err(|error| error.to_string());
    drop(unpacked);
    assert_eq!(below.read_dir().expect("a folder").count(), 0, "something was left");
    assert_eq!(temporary.path().read_dir().expect("a folder").count(), 2);
    outcome
}

/// The files below a folder, sorted.
fn files(folder: &Path) -> Vec<String> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in next.read_dir().expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let inside = path.strip_prefix(folder).expect("it is below");
                found.push(inside.to_str().expect("a text").to_owned());
            }
        }
    }
    found.sort();
    found
}

/// What is said of an archive with these files.
#[track_caller]
fn refused(entries: &[Entry<'_>]) -> String {
    unpacked(&raw(entries), &["x"]).expect_err("it is refused")
}

#[test]
fn source_files_are_unpacked_and_nothing_else() {
    let text: &[u8] = b"pub fn f() {}";
    let files = [
        ("src/lib.rs", text),
        ("src/a/b.rs", text),
        ("Cargo.toml", text),
        ("__MACOSX/lib.rs", text),
        (".git/hooks/x.rs", text),
    ];
    for method in [CompressionMethod::Deflated, CompressionMethod::Stored] {
        let found = unpacked(&packed(&files, method), &["x"]);
        assert_eq!(found.expect("it is unpacked"), ["src/a/b.rs", "src/lib.rs"]);
    }
    assert_eq!(
        unpacked(&packed(&[], CompressionMethod::Stored), &["x"]),
        Ok(Vec::new())
    );
}

#[test]
fn of_a_checkout_only_the_exercises_are_unpacked() {
    let text: &[u8] = b"pub fn f() {}";
    let files = [
        ("course-main/exercises/x/src/lib.rs", text),
        ("course-main/exercises/y/src/lib.rs", text),
        ("course-main/grader/src/lib.rs", text),
    ];
    let archive = packed(&files, CompressionMethod::Deflated);
    let found = |exercises: &[&str]| unpacked(&archive, exercises).expect("it is unpacked");
    assert_eq!(found(&["x"]), ["course-main/exercises/x/src/lib.rs"]);
    assert_eq!(found(&["x", "y"]).len(), 2);
    assert_eq!(found(&["z"]).len(), 3, "it is no checkout with this exercise");
}

#[test]
fn names_with_backslashes_are_paths() {
    let found = unpacked(&raw(&[Entry::new(r"jo\src\lib.rs")]), &["x"]);
    assert_eq!(found.expect("it is unpacked"), ["jo/src/lib.rs"]);
}

#[test]
fn a_path_that_leads_out_of_the_folder_is_refused() {
    for name in [
        "/tmp/lib.rs",
        "../lib.rs",
        "src/../../lib.rs",
        r"..\lib.rs",
        r"C:\lib.rs",
        r"\lib.rs",
        "../notes.txt",
    ] {
        let told = refused(&[Entry::new("src/lib.rs"), Entry::new(name)]);
        assert_eq!(
            told,
            format!("`{name}` in the archive would be unpacked outside of its folder; pack it again")
        );
    }
}

#[test]
fn a_link_is_refused() {
    let link = Entry {
        mode: LINK,
        text: b"/etc",
        ..Entry::new("src")
    };
    assert_eq!(
        refused(&[link]),
        "`src` in the archive is a link; pack what it leads to"
    );
}

#[test]
fn what_is_encrypted_is_refused() {
    let encrypted = Entry {
        flags: 1,
        ..Entry::new("lib.rs")
    };
    assert_eq!(
        refused(&[encrypted]),
        "`lib.rs` in the archive is encrypted; pack it without a password"
    );
}

#[test]
fn a_name_that_is_not_utf8_is_refused_if_it_is_of_a_source_file() {
    let named = |name| Entry {
        name,
        flags: 0,
        ..Entry::new("")
    };
    let told = refused(&[named(b"m\xFCller.rs")]);
    assert_eq!(
        told,
        "the name `m\u{fffd}ller.rs` in the archive is not UTF-8; rename the file and pack it again"
    );
    let found = unpacked(&raw(&[named(b"m\xFCller.pdf"), named("müller.rs".as_bytes())]), &["x"]);
    assert_eq!(found.expect("it is unpacked"), ["müller.rs"]);
}

#[test]
fn of_two_files_of_one_name_none_is_chosen() {
    let told = refused(&[Entry::new("lib.rs"), Entry::new("lib.rs")]);
    assert_eq!(told, "the archive holds two files of one name; pack it again");
    let told = refused(&[Entry::new("src/lib.rs"), Entry::new("./src//lib.rs")]);
    assert_eq!(told, "`src/lib.rs` is in the archive twice; pack it again");
}

#[test]
fn too_many_files_and_folders_are_refused() {
    let names: Vec<String> = (0..=intake::MAX_FILES).map(|at| format!("{at}.rs")).collect();
    let entries: Vec<Entry<'_>> = names.iter().map(|name| Entry::new(name)).collect();
    assert_eq!(
        refused(&entries),
        "the archive holds more than 200 `.rs` files; pack only those of the exercise"
    );
    assert!(unpacked(&raw(&entries[1..]), &["x"]).is_ok());
    let deep = format!("{}lib.rs", "a/".repeat(intake::MAX_DEPTH + MAX_OUTER_FOLDERS));
    assert_eq!(
        refused(&[Entry::new(&deep)]),
        "folders in the archive are nested deeper than 16; pack only the source files"
    );
}

#[test]
fn a_bomb_is_not_unpacked() {
    let half = vec![b'/'; intake::MAX_BYTES as usize / 2 + 1];
    let archive = packed(&[("a.rs", &half), ("b.rs", &half)], CompressionMethod::Deflated);
    assert!(archive.len() < 100_000, "it has {} bytes", archive.len());
    assert_eq!(
        unpacked(&archive, &["x"]),
        Err("the `.rs` files in the archive have more than 4 MiB; pack only those of the exercise".to_owned())
    );
    // Two exercises may be twice as large. And what is not unpacked may be of any size.
    assert!(unpacked(&archive, &["x", "y"]).is_ok());
    let archive = packed(&[("a.bin", &half), ("b.bin", &half)], CompressionMethod::Deflated);
    assert_eq!(unpacked(&archive, &["x"]), Ok(Vec::new()));
}

#[test]
fn a_bomb_that_tells_a_small_size_is_not_unpacked() {
    let zeros = vec![b'/'; intake::MAX_BYTES as usize + 1];
    let mut archive = packed(&[("a.rs", &zeros)], CompressionMethod::Deflated);
    let told = (zeros.len() as u32).to_le_bytes();
    while let Some(at) = archive.windows(4).position(|window| window == told) {
        archive[at..at + 4].copy_from_slice(&13_u32.to_le_bytes());
    }
    let told = unpacked(&archive, &["x"]).expect_err("it is refused");
    assert!(
        told.contains("more than 4 MiB") || told.contains("cannot be read"),
        "{told}"
    );
}

#[test]
fn what_is_broken_is_told() {
    for archive in [&b""[..], b"PK", b"pub fn f() {}", &[0; 4096]] {
        let told = unpacked(archive, &["x"]).expect_err("it is no archive");
        assert!(told.starts_with("the archive cannot be read: "), "{told}");
    }
    let whole = packed(&[("lib.rs", b"pub fn f() {}")], CompressionMethod::Deflated);
    assert!(unpacked(&whole[..whole.len() - 30], &["x"]).is_err());
    let damaged = Entry {
        checksum: Some(1),
        ..Entry::new("lib.rs")
    };
    let told = refused(&[damaged]);
    assert!(told.starts_with("`lib.rs` in the archive cannot be read: "), "{told}");
    // A file where another one needs a folder.
    let told = refused(&[Entry::new("a.rs"), Entry::new("a.rs/b.rs")]);
    assert!(told.starts_with("failed to unpack the archive: "), "{told}");
}

#[test]
fn a_huge_archive_is_not_even_opened() {
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let path = temporary.path().join("ada.zip");
    let file = File::create(&path).expect("a file");
    file.set_len(MAX_ARCHIVE_BYTES + 1).expect("it is sparse");
    let told = Unpacked::new(temporary.path()).unpack(&path, &[]);
    assert_eq!(
        told.expect_err("it is refused").to_string(),
        "the archive has more than 64 MiB; pack only the source files"
    );
}
