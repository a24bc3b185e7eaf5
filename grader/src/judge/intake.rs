//! Judges a submission that the intake stage refused.

use protocol::Finding;
use protocol::verdict::{CheckFailure, Evidence};

use crate::intake::{Family, MAX_BYTES, MAX_DEPTH, MAX_FILES, MAX_SEARCHED_BYTES, Refusal};

pub(super) fn refused(refusal: &Refusal) -> CheckFailure {
    let mut help = None;
    let (finding, message) = match refusal {
        Refusal::Link { path } => (
            Finding::AccessDenied,
            format!("`{path}` is a link; a submission consists of plain files and folders"),
        ),
        Refusal::SpecialFile { path } => (
            Finding::AccessDenied,
            format!("`{path}` is not a plain file; a submission consists of plain files"),
        ),
        Refusal::TooDeep => too_much(&format!("folders nested deeper than {MAX_DEPTH}")),
        Refusal::TooManyFiles => too_much(&format!("more than {MAX_FILES} files")),
        Refusal::TooManyBytes => too_much(&format!("more than {} MiB of source", MAX_BYTES >> 20)),
        Refusal::NotText { path, line, byte } => (
            Finding::CompileError,
            format!("`{path}` is not UTF-8 text: line {line} holds the byte 0x{byte:02x}, which begins no character"),
        ),
        Refusal::TooLongToSearch { n_bytes } => {
            let advice = "leave out what does not belong to the exercise; none of the solutions has more than 10 KiB";
            help = Some(advice.to_owned());
            let message = format!(
                "expected a submission that can be looked through, it has {} KiB of source and not at most {}",
                n_bytes >> 10,
                MAX_SEARCHED_BYTES >> 10
            );
            (Finding::ForbiddenCode, message)
        }
        Refusal::SoundnessHole(hole) => {
            let (what, issue, advice) = tell(hole.family);
            help = Some(format!("if it is meant otherwise, {advice}"));
            let message = format!(
                "expected a submission that keeps to the rules of the language, {what} at `{}:{}` is a known way \
                 around them (rust-lang/rust#{issue})",
                hole.file, hole.line
            );
            (Finding::ForbiddenCode, message)
        }
    };
    CheckFailure {
        finding,
        message,
        help,
        evidence: Evidence::None,
        panic: None,
    }
}

/// What a submission uses, the compiler's issue about it, and what to write instead.
fn tell(family: Family) -> (&'static str, u32, &'static str) {
    match family {
        Family::ImpliedBounds => (
            "the function or bound",
            25_860,
            "give both references the same lifetime, or call the function instead of passing it on",
        ),
        Family::Projections => (
            "taking a value of an associated type of a `'static` type",
            84_366,
            "leave out `'static`, or give the value a type parameter of its own",
        ),
        Family::TraitObjects => (
            "the associated type of the trait object",
            57_893,
            "implement the trait for the types that need it, and not for all",
        ),
    }
}

fn too_much(what: &str) -> (Finding, String) {
    (Finding::ForbiddenCode, format!("the submission has {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::Hole;

    #[track_caller]
    fn fails(refusal: Refusal, finding: Finding, words: &str) {
        let check_failure = refused(&refusal);
        assert_eq!(check_failure.finding, finding);
        assert!(check_failure.message.contains(words), "{}", check_failure.message);
    }

    #[test]
    fn each_refusal_has_a_finding_and_tells_its_place_or_limit() {
        let path = || "src/lib.rs".to_owned();
        fails(
            Refusal::Link { path: path() },
            Finding::AccessDenied,
            "`src/lib.rs` is a link",
        );
        fails(
            Refusal::SpecialFile { path: path() },
            Finding::AccessDenied,
            "not a plain file",
        );
        fails(Refusal::TooDeep, Finding::ForbiddenCode, "deeper than 16");
        fails(Refusal::TooManyFiles, Finding::ForbiddenCode, "more than 200 files");
        fails(Refusal::TooManyBytes, Finding::ForbiddenCode, "more than 4 MiB");
        let (line, byte) = (2, 0xe9);
        fails(
            Refusal::NotText {
                path: path(),
                line,
                byte,
            },
            Finding::CompileError,
            "`src/lib.rs` is not UTF-8 text: line 2 holds the byte 0xe9",
        );
        let n_bytes = 200 << 10;
        fails(
            Refusal::TooLongToSearch { n_bytes },
            Finding::ForbiddenCode,
            "200 KiB of source and not at most 128",
        );
        for (family, words) in [
            (
                Family::ImpliedBounds,
                "`src/lib.rs:2` is a known way around them (rust-lang/rust#25860)",
            ),
            (
                Family::Projections,
                "`src/lib.rs:2` is a known way around them (rust-lang/rust#84366)",
            ),
            (
                Family::TraitObjects,
                "`src/lib.rs:2` is a known way around them (rust-lang/rust#57893)",
            ),
        ] {
            let file = path();
            fails(
                Refusal::SoundnessHole(Hole { family, file, line }),
                Finding::ForbiddenCode,
                words,
            );
        }
    }
}
