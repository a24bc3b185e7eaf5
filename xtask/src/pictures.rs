//! `cargo xtask pictures`: the pictures of the README, made from the pages of five classic mistakes.

use std::path::{Path, PathBuf};

use browser::Browser;
use grader::discover::{Submission, Workspace};
use grader::grade::{self, Options};
use grader::help::Help;
use report::text::{Line, Text, Tone};

use crate::console::Console;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::flags::{Containment, PicturesFlags};
use crate::named::current_dir;
use crate::{for_authors, interrupt, progress, show};

/// One picture.
struct Picture {
    name: &'static str,
    exercise: &'static str,
    mistake: &'static str,
    check: &'static str,
    /// Where in the page: the step that tells most.
    fragment: &'static str,
}

const PICTURES: [Picture; 5] = [
    Picture {
        name: "lost_update",
        exercise: "iteration_counting",
        mistake: "store_of_load_plus_one",
        check: "runs_add_up_to_the_total",
        fragment: "",
    },
    Picture {
        name: "lock_order",
        exercise: "iteration_counting",
        mistake: "caller_holds_the_lock_while_joining",
        check: "runs_add_up_to_the_total",
        fragment: "#step=999",
    },
    Picture {
        name: "lost_wake_up",
        exercise: "semaphores",
        mistake: "notify_before_the_increment",
        check: "never_more_holders_than_permits",
        fragment: "#step=999",
    },
    Picture {
        name: "sequential_in_disguise",
        exercise: "stdout_writer",
        mistake: "lazy_join",
        check: "two_at_a_time_opens_two_at_once",
        fragment: "",
    },
    Picture {
        name: "one_permit_too_many",
        exercise: "stdout_writer",
        mistake: "three_permits",
        check: "two_at_a_time_never_opens_three",
        fragment: "#step=14",
    },
];

/// The size of a picture, in pixels: the width of a window on a laptop, and as much as tells the story.
const SIZE: (u32, u32) = (1280, 900);

/// There is no browser.
#[derive(Debug, thiserror::Error)]
#[error("failed to find Chromium, which takes the pictures")]
struct NoBrowser;

impl Help for NoBrowser {
    fn help(&self) -> Option<String> {
        Some(browser::HELP.to_owned())
    }
}

/// Makes all pictures.
pub(crate) fn run(flags: &PicturesFlags, console: &Console) -> Result<ExitCode, Error> {
    let workspace = Workspace::find_from(&current_dir()?)?;
    for_authors::require_solutions(&workspace, "pictures")?;
    let program = browser::find().ok_or_else(|| Error::Usage(Box::new(NoBrowser)))?;
    let folder = flags
        .out
        .clone()
        .unwrap_or_else(|| workspace.root.join(".github/pictures"));
    let pages = tempfile::tempdir().map_err(failed)?;
    std::fs::create_dir_all(&folder).map_err(failed)?;
    let browser = Browser::start(&program, SIZE).map_err(failed)?;
    for picture in &PICTURES {
        let page = pages.path().join(format!("{}.html", picture.name));
        make_page(picture, &workspace, &page, console)?;
        let file = folder.join(format!("{}.webp", picture.name));
        let taken = browser.open(&page, picture.fragment).and_then(|()| browser.picture());
        taken.and_then(|bytes| std::fs::write(&file, bytes)).map_err(failed)?;
        let mut text = Text::new();
        text.push(
            Line::new()
                .with(Tone::Good, "✓ ")
                .with(Tone::Plain, file.to_string_lossy()),
        );
        console.print(text)?;
    }
    Ok(ExitCode::Passed)
}

fn make_page(picture: &Picture, workspace: &Workspace, page: &Path, console: &Console) -> Result<(), Error> {
    let exercise = workspace.exercise(picture.exercise)?;
    let path = format!("solutions/{}/mistakes/{}.rs", picture.exercise, picture.mistake);
    let submission = Submission::at(&workspace.root.join(&path), &exercise)?;
    let options = Options {
        check: Some(picture.check.to_owned()),
        cancel: interrupt::cancel_on_signal(),
        containment: Containment::requirement(None),
        ..Options::default()
    };
    let mut report = progress::during(console, |events| {
        grade::grade(workspace, &exercise, &submission, &options, events)
    })?;
    report.submission = PathBuf::from(&path);
    if report.checks.iter().all(|check| check.failure().is_none()) {
        let what = format!("`{path}` does not fail in `{}`", picture.check);
        return Err(Error::failed(what));
    }
    show::write(&report, format!("--submission {path}"), page)
}

fn failed(error: std::io::Error) -> Error {
    Error::failed(format!("failed to take the pictures: {error}"))
}
