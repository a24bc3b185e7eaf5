//! The list of survivors that make no difference, `survivors.toml` in the folder of a solution.
//!
//! ```toml
//! [[survivors]]
//! reason = "The lock is held at this place anyway, so the ordering of the atomic adds nothing."
//! mutants = [
//!     { file = "src/lib.rs", function = "Semaphore::acquire", operator = "weaker_ordering", was = "…", is = "…" },
//! ]
//! ```
//!
//! A mutant is named by its change and not by its line, so an edit elsewhere leaves the entry valid, and an edit of
//! these lines makes it stale.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Fate, MutateError, NamedMutant};

/// The name of the list in the folder of a solution.
pub const FILE: &str = "survivors.toml";

/// A reason says what makes the change harmless. That takes some words.
const LEAST_WORDS: usize = 5;

/// The list of an exercise.
#[derive(Debug, Default)]
pub(super) struct Survivors {
    entries: BTreeMap<ListedMutant, Entry>,
}

/// A mutant, as the list names it. It stands for all mutants with this change in this function.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListedMutant {
    /// The file: `src/lib.rs`.
    pub file: String,
    /// The function: `Semaphore::acquire`.
    pub function: String,
    /// The operator: `while_to_if`.
    pub operator: String,
    /// What is changed.
    pub was: String,
    /// What it becomes.
    pub is: String,
}

/// Why a mutant may survive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    #[serde(default)]
    survivors: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    reason: String,
    mutants: Vec<ListedMutant>,
}

impl ListedMutant {
    /// As the list names a mutant.
    pub fn of(mutant: &NamedMutant) -> ListedMutant {
        ListedMutant {
            file: mutant.file.clone(),
            function: mutant.mutant.function.clone(),
            operator: mutant.mutant.operator.to_owned(),
            was: mutant.mutant.hunk.was(),
            is: mutant.mutant.hunk.is(),
        }
    }

    /// A line of the list.
    pub fn line(&self) -> String {
        let text = |text: &str| toml::Value::from(text).to_string();
        format!(
            "{{ file = {}, function = {}, operator = {}, was = {}, is = {} }},",
            text(&self.file),
            text(&self.function),
            text(&self.operator),
            text(&self.was),
            text(&self.is)
        )
    }
}

impl Survivors {
    /// The list in the folder of a solution; an empty one where there is none.
    pub(super) fn read(folder: &Path) -> Result<Survivors, MutateError> {
        let path = folder.join(FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Survivors::default()),
            Err(source) => return Err(MutateError::Read { path, source }),
        };
        Survivors::parse(&text).map_err(|problems| MutateError::List { path, problems })
    }

    fn parse(text: &str) -> Result<Survivors, Vec<String>> {
        let list: List = toml::from_str(text).map_err(|error| vec![error.message().replace('\n', "; ")])?;
        let mut entries = BTreeMap::new();
        let mut problems = Vec::new();
        for Group { reason, mutants } in list.survivors {
            if !is_reason(&reason) {
                problems.push(format!(
                    "the reason {reason:?} does not say why the change makes no difference"
                ));
            }
            if mutants.is_empty() {
                problems.push(format!("the reason {reason:?} is given for no mutant"));
            }
            for mutant in mutants {
                let reason = reason.clone();
                let shown = mutant.shown();
                if entries.insert(mutant, Entry { reason }).is_some() {
                    problems.push(format!("{shown} is there twice"));
                }
            }
        }
        if problems.is_empty() {
            Ok(Survivors { entries })
        } else {
            Err(problems)
        }
    }

    pub(super) fn entry_for(&self, mutant: &NamedMutant) -> Option<&Entry> {
        self.entries.get(&ListedMutant::of(mutant))
    }

    /// A problem for each entry that is none of `mutants`.
    pub(super) fn without_mutant<'a>(&self, mutants: impl Iterator<Item = &'a NamedMutant>) -> Vec<String> {
        let made: BTreeSet<ListedMutant> = mutants.map(ListedMutant::of).collect();
        let entries = self.entries.keys().filter(|entry| !made.contains(*entry));
        entries
            .map(|entry| format!("{} is no mutant any more", entry.shown()))
            .collect()
    }
}

impl Entry {
    /// Why the list is wrong about a mutant, if it is.
    pub(super) fn contradiction(&self, mutant: &NamedMutant, fate: &Fate) -> Option<String> {
        match fate {
            Fate::Survives | Fate::Ungraded { .. } => None,
            Fate::NotBuilt => Some(format!(
                "`{}` does not compile, and is listed as a survivor",
                mutant.name
            )),
            Fate::Killed { check, finding } => Some(format!(
                "`{}` fails `{check}` with `{finding}`, and is listed as a survivor",
                mutant.name
            )),
        }
    }
}

impl ListedMutant {
    fn shown(&self) -> String {
        format!("`{}` of `{}` in `{}`", self.operator, self.was, self.file)
    }
}

/// Whether it is a sentence of real words.
fn is_reason(reason: &str) -> bool {
    let words = reason.split(|character: char| !character.is_alphanumeric());
    let words: BTreeSet<String> = words.filter(|word| word.len() > 1).map(str::to_lowercase).collect();
    let is_open = |word: &String| ["todo", "tbd", "fixme", "xxx", "lorem"].contains(&word.as_str());
    words.len() >= LEAST_WORDS && !words.iter().any(is_open)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = r#"
[[survivors]]
reason = "Both threads make the same steps, whoever begins."
mutants = [
    { file = "src/lib.rs", function = "f", operator = "negated", was = "if a == b { g() }", is = "if a != b { g() }" },
]
"#;

    fn mutants_of(source: &str) -> Vec<NamedMutant> {
        let mutants = mutants::mutants(source).expect("the source is Rust");
        let named = mutants.into_iter().map(|mutant| NamedMutant {
            name: format!("solution:{}", mutant.place()),
            file: "src/lib.rs".to_owned(),
            mutant,
        });
        named.collect()
    }

    #[track_caller]
    fn has_problem(list: &str, expected: &str) {
        let problems = Survivors::parse(list).expect_err("the list has a problem");
        assert!(
            problems.iter().any(|problem| problem.contains(expected)),
            "no {expected:?} in {problems:?}"
        );
    }

    #[test]
    fn an_entry_stands_for_its_change_wherever_the_lines_are() {
        let survivors = Survivors::parse(LIST).expect("the list is right");
        for source in [
            "fn f() {\n if a == b { g() }\n}",
            "//! More.\n\nfn f() {\n    if a == b { g() }\n}",
        ] {
            let mutants = mutants_of(source);
            assert_eq!(survivors.without_mutant(mutants.iter()), [""; 0]);
            let listed: Vec<&NamedMutant> = mutants
                .iter()
                .filter(|mutant| survivors.entry_for(mutant).is_some())
                .collect();
            let [mutant] = listed[..] else { panic!("{listed:?}") };
            assert_eq!(mutant.mutant.operator, "negated");
        }
    }

    #[test]
    fn an_entry_whose_lines_changed_is_stale() {
        let survivors = Survivors::parse(LIST).expect("the list is right");
        for source in ["fn f() {\n if a == c { g() }\n}", "fn h() {\n if a == b { g() }\n}"] {
            let stale = survivors.without_mutant(mutants_of(source).iter());
            assert_eq!(
                stale,
                ["`negated` of `if a == b { g() }` in `src/lib.rs` is no mutant any more"]
            );
        }
    }

    #[test]
    fn an_entry_whose_mutant_does_not_survive_is_wrong() {
        let mutants = mutants_of("fn f() {\n if a == b { g() }\n}");
        let entry = Entry { reason: String::new() };
        let contradiction = |fate| entry.contradiction(&mutants[0], &fate);
        assert_eq!(contradiction(Fate::Survives), None);
        assert!(contradiction(Fate::NotBuilt).is_some());
        let killed = Fate::Killed {
            check: "lines_are_whole".to_owned(),
            finding: protocol::Finding::Race,
        };
        assert!(contradiction(killed).is_some_and(|problem| problem.contains("`lines_are_whole` with `race`")));
    }

    #[test]
    fn a_reason_has_real_words_and_a_mutant_stands_there_once() {
        has_problem(
            &LIST.replace("Both threads make the same steps, whoever begins.", "Equivalent."),
            "does not say why",
        );
        has_problem(&LIST.replace("Both threads", "Tbd: both threads"), "does not say why");
        has_problem(&format!("{LIST}{LIST}"), "is there twice");
        has_problem(&LIST.replace("reason", "because"), "unknown field `because`");
        has_problem(
            "[[survivors]]\nreason = \"Nothing depends on the order of these two.\"\nmutants = []",
            "for no mutant",
        );
    }

    #[test]
    fn the_line_of_a_mutant_is_read_back_as_its_entry() {
        let mutants = mutants_of("fn f() {\n    g(\"a\\n\", 'b', 1);\n}");
        for mutant in &mutants {
            let reason = "Nobody looks at what this function does.";
            let list = format!(
                "[[survivors]]\nreason = {reason:?}\nmutants = [\n{}\n]",
                ListedMutant::of(mutant).line()
            );
            let survivors = Survivors::parse(&list).expect("the line is right");
            assert_eq!(
                survivors.entry_for(mutant).map(|entry| entry.reason.as_str()),
                Some(reason)
            );
        }
    }
}
