//! The list of a class: who is in it. A CSV file whose first line names the columns, `id` and perhaps `name`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use grader::help::Help;

use crate::error::Error;

/// Who is in a class, by id.
pub(crate) type Roster = BTreeMap<String, String>;

/// Why a roster cannot be used.
#[derive(Debug, thiserror::Error)]
enum RosterError {
    #[error("failed to read the roster `{}`", path.display())]
    Read { path: PathBuf, source: csv::Error },
    #[error("failed to read the roster `{}`: it has no column `id`; its columns are {columns}", path.display())]
    NoId { path: PathBuf, columns: String },
    #[error("failed to read the roster `{}`: the line {line} has no id", path.display())]
    NoIdIn { path: PathBuf, line: u64 },
    #[error("failed to read the roster `{}`: `{id}` is in line {first} and again in line {line}", path.display())]
    Double {
        path: PathBuf,
        id: String,
        first: u64,
        line: u64,
    },
}

impl Help for RosterError {
    fn help(&self) -> Option<String> {
        let help = match self {
            RosterError::Read { .. } | RosterError::NoId { .. } => {
                "it is a CSV file in UTF-8; its first line names the columns, such as `id,name`"
            }
            RosterError::NoIdIn { .. } => "give the student an id, or remove the line",
            RosterError::Double { .. } => "remove one of the two lines",
        };
        Some(help.to_owned())
    }
}

/// Reads the roster at `path`.
pub(crate) fn read(path: &Path) -> Result<Roster, Error> {
    parse(path).map_err(|error| Error::Usage(Box::new(error)))
}

fn parse(path: &Path) -> Result<Roster, RosterError> {
    let path = path.to_owned();
    let failed = |source| {
        let path = path.clone();
        RosterError::Read { path, source }
    };
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_path(&path)
        .map_err(failed)?;
    let headers = reader.headers().map_err(failed)?.clone();
    // A file from Excel begins with a byte order mark.
    let is = |header: &str, name: &str| header.trim_start_matches('\u{feff}').eq_ignore_ascii_case(name);
    let column = |name: &str| headers.iter().position(|header| is(header, name));
    let Some(of_id) = column("id") else {
        let columns: Vec<&str> = headers.iter().collect();
        return Err(RosterError::NoId {
            path,
            columns: columns.join(", "),
        });
    };
    let of_name = column("name");
    let mut roster = Roster::new();
    let mut lines = BTreeMap::new();
    for record in reader.records() {
        let record = record.map_err(failed)?;
        let line = record.position().map_or(0, csv::Position::line);
        let id = record.get(of_id).unwrap_or_default();
        if id.is_empty() {
            return Err(RosterError::NoIdIn { path, line });
        }
        if let Some(first) = lines.insert(id.to_owned(), line) {
            let id = id.to_owned();
            return Err(RosterError::Double { path, id, first, line });
        }
        let name = of_name.and_then(|column| record.get(column)).unwrap_or_default();
        roster.insert(id.to_owned(), name.to_owned());
    }
    Ok(roster)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Roster, String> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("roster.csv");
        std::fs::write(&path, text).expect("a file");
        parse(&path).map_err(|error| error.to_string().replace(&path.display().to_string(), "roster.csv"))
    }

    #[test]
    fn a_roster_has_ids_and_perhaps_names() {
        let roster = parsed("\u{feff}Name,ID\n\"Lovelace, Ada\",ada\n=1+1, bo \n").expect("it is a roster");
        assert_eq!(
            roster.into_iter().collect::<Vec<_>>(),
            [
                ("ada".to_owned(), "Lovelace, Ada".to_owned()),
                ("bo".to_owned(), "=1+1".to_owned())
            ]
        );
        assert_eq!(parsed("id\nada\n").expect("it is a roster")["ada"], "");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let wrong = |text: &str| parsed(text).expect_err("something is wrong");
        assert_eq!(
            wrong("login,name\nada,Ada\n"),
            "failed to read the roster `roster.csv`: it has no column `id`; its columns are login, name"
        );
        assert_eq!(
            wrong("id\nada\nbo\nada\n"),
            "failed to read the roster `roster.csv`: `ada` is in line 2 and again in line 4"
        );
        assert_eq!(
            wrong("id,name\n,Ada\n"),
            "failed to read the roster `roster.csv`: the line 2 has no id"
        );
    }
}
