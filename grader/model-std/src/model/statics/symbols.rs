//! Which crate a symbol is of, in both of the compiler's mangling schemes.

/// Whether the static with this symbol is of the crate `name`.
pub(super) fn is_of_crate(symbol: &str, name: &str) -> bool {
    if let Some(path) = symbol.strip_prefix("_R") {
        return crate_of_path(path) == Some(name);
    }
    let path = symbol.strip_prefix("_ZN");
    path.and_then(identifier).is_some_and(|first| is_first(first, name))
}

/// The crate of a function with this symbol; `None` if that is not known, as for a function of the C library. For a
/// function in an `impl`, this is the first crate that its path names, apart from those of the standard library.
pub(super) fn crate_of(symbol: &str) -> Option<&str> {
    if let Some(path) = symbol.strip_prefix("_R") {
        return crate_of_path(path);
    }
    let first = identifier(symbol.strip_prefix("_ZN")?)?;
    let Some(path) = first.strip_prefix("_$LT$") else {
        return Some(first);
    };
    let mut of_std = None;
    for (at, _) in path.match_indices("..") {
        let start = path[..at].rfind(|c: char| !(c == '_' || c.is_alphanumeric()));
        let name = &path[start.map_or(0, |start| start + 1)..at];
        if is_of_toolchain(name) {
            of_std = of_std.or(Some(name));
        } else if !path[..at - name.len()].ends_with("..") {
            return Some(name);
        }
    }
    of_std
}

/// Whether a crate comes with the compiler, or is this one or a part of it: no program under test.
pub(super) fn is_of_toolchain(name: &str) -> bool {
    const CRATES: [&str; 9] = [
        "alloc",
        "core",
        "corosensei",
        "model_std",
        "panic_abort",
        "panic_unwind",
        "proc_macro",
        "std",
        "test",
    ];
    CRATES.contains(&name)
}

/// The crate of a path in the scheme of RFC 2603: its first crate root. In the path of an `impl`, that is the crate of
/// the `impl`.
fn crate_of_path(mut path: &str) -> Option<&str> {
    loop {
        let (tag, rest) = (path.chars().next()?, path.get(1..)?);
        path = match tag {
            'C' => return identifier(skip_disambiguator(rest)?),
            // A namespace follows.
            'N' => rest.get(1..)?,
            'M' | 'X' => skip_disambiguator(rest)?,
            'I' | 'Y' => rest,
            _ => return None,
        };
    }
}

/// What comes after `s` and a number that ends in `_`, if that is there.
fn skip_disambiguator(path: &str) -> Option<&str> {
    match path.strip_prefix('s') {
        Some(number) => number.split_once('_').map(|(_, rest)| rest),
        None => Some(path),
    }
}

/// The identifier at the start of `path`, which begins with its length.
fn identifier(path: &str) -> Option<&str> {
    let n_digits = path.bytes().take_while(u8::is_ascii_digit).count();
    let length: usize = path.get(..n_digits)?.parse().ok()?;
    let identifier = path.get(n_digits..)?;
    identifier.get(..length)
}

/// Whether the first part of a path in the legacy scheme belongs to the crate `name`. For an item in an `impl`, that
/// part is `<Type>` or `<Type as Trait>`, with `..` for `::`; the crate of the `impl` has one of the two.
fn is_first(first: &str, name: &str) -> bool {
    if !first.starts_with("_$LT$") {
        return first == name;
    }
    first.match_indices(name).any(|(at, _)| {
        let is_whole = first[at + name.len()..].starts_with("..");
        is_whole && (first[..at].ends_with('$') || !first[..at].ends_with("..") && !ends_in_word(&first[..at]))
    })
}

fn ends_in_word(text: &str) -> bool {
    text.ends_with(|last: char| last == '_' || last.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_names_the_crate_of_its_static_in_both_schemes() {
        let of_program = [
            "_ZN7program4RUNS17h90cbbc0231bc8ff3E",
            "_ZN7program3run28_$u7b$$u7b$closure$u7d$$u7d$4CELL17hda4b9f8115856648E",
            "_ZN50_$LT$program..Slot$u20$as$u20$core..clone..Clone$GT$5clone5COUNT17h0123456789abcdefE",
            "_ZN60_$LT$alloc..vec..Vec$LT$T$GT$$u20$as$u20$program..Counted$GT$5count1N17h0123456789abcdefE",
            "_RNvCs1234_7program4RUNS",
            "_RNvNvMs0_NtCs1234_7program4SlotNtB5_4Slot3new5COUNT",
            "_RNvNCNvCs1234_7program3run04CELL.0",
        ];
        let of_others = [
            "_ZN3std9panicking4HOOK17h0123456789abcdefE",
            "_ZN9programme4RUNS17h0123456789abcdefE",
            "_ZN52_$LT$other..program..Slot$u20$as$u20$core..any..Any$GT$1f1N17h0123456789abcdefE",
            "_ZN43_$LT$my_program..Slot$GT$3new5COUNT17h0123456789abcdefE",
            "_RNvNtCsjrHSEGnQ3l9_3std9panicking4HOOK",
            "_RNvCs1234_9programme4RUNS",
            "_RNvNtCs1234_5other7program4RUNS",
            "environ",
            "_ZN",
            "_R",
        ];
        for symbol in of_program {
            assert!(is_of_crate(symbol, "program"), "{symbol}");
        }
        for symbol in of_others {
            assert!(!is_of_crate(symbol, "program"), "{symbol}");
        }
        for symbol in of_program {
            assert_eq!(crate_of(symbol), Some("program"), "{symbol}");
        }
        let others = of_others.map(crate_of);
        let expected = [
            Some("std"),
            Some("programme"),
            Some("other"),
            Some("my_program"),
            Some("std"),
            Some("programme"),
            Some("other"),
            None,
            None,
            None,
        ];
        assert_eq!(others, expected);
    }
}
