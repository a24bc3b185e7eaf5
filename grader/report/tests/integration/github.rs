//! Reports for GitHub Actions: which commands its runner reads, and that a submission adds none.

use std::collections::BTreeMap;

use report::github;

use super::hostile::hostile;
use super::*;

/// A command as the runner reads it (`actions/runner`, `src/Runner.Common/ActionCommand.cs`).
#[derive(Debug)]
struct Command {
    name: String,
    properties: BTreeMap<String, String>,
    data: String,
}

/// The commands that the runner reads in `output`, line by line.
fn commands(output: &str) -> Vec<Command> {
    let mut commands = Vec::new();
    let mut stopped: Option<String> = None;
    for line in output.split(['\n', '\r']) {
        let Some(command) = parsed(line.trim_start()) else {
            assert!(!line.contains("##["), "a command of the first form: {line}");
            continue;
        };
        match &stopped {
            Some(token) if command.name == *token => stopped = None,
            Some(_) => {}
            None if command.name == "stop-commands" => stopped = Some(command.data),
            None => commands.push(command),
        }
    }
    assert!(stopped.is_none(), "commands are read again at the end");
    commands
}

fn parsed(line: &str) -> Option<Command> {
    let (head, data) = line.strip_prefix("::")?.split_once("::")?;
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let unescaped = |text: &str| {
        let text = text.replace("%0D", "\r").replace("%0A", "\n");
        text.replace("%3A", ":").replace("%2C", ",").replace("%25", "%")
    };
    let pairs = properties.split(',').filter_map(|pair| pair.split_once('='));
    Some(Command {
        name: name.to_owned(),
        properties: pairs.map(|(key, value)| (key.to_owned(), unescaped(value))).collect(),
        data: unescaped(data),
    })
}

#[test]
fn a_finding_stands_at_the_line_that_decides_it() {
    let failed = of_model(failures::lost_update(), failures::COUNTER);
    let options = Options::default();
    assert_snapshot!(github::annotations(&[(&failed, &options)], "course/"));
    assert_snapshot!(github::summary(&[(&failed, &options)], usize::MAX));
}

#[test]
fn what_does_not_compile_is_marked_where_the_compiler_says() {
    for file in ["src/lib.rs", "it's 100%, a:b::c.rs"] {
        let rendered = format!("warning: unused\n\nerror[E0425]: cannot find `x`\n --> {file}:3:7\n  |\n");
        let evidence = Evidence::Diagnostics(rendered);
        let failure = failed(Finding::CompileError, "the submission does not compile", evidence);
        let mut report = report(vec![check("build", CheckKind::Build, failure)], "");
        report.sources = vec![(file.to_owned(), "a\nb\n    y(x);\n".to_owned())];
        let commands = commands(&github::annotations(&[(&report, &Options::default())], ""));
        let [command] = &commands[..] else {
            panic!("unexpected: {commands:?}");
        };
        assert_eq!(command.name, "error");
        let property = |name: &str| command.properties[name].as_str();
        assert_eq!((property("file"), property("line"), property("col")), (file, "3", "7"));
        assert_eq!(
            command.data,
            "the submission does not compile: error[E0425]: cannot find `x`"
        );
    }
}

#[test]
fn a_submission_adds_no_command_and_no_markup() {
    let report = hostile();
    let options = Options {
        selection: "--submission 'a,b:c%\r\n::error::d<img>|'".into(),
        ..Options::default()
    };
    let written = [(&report, &options)];
    let marks = github::annotations(&written, "");
    let names: Vec<String> = commands(&marks).into_iter().map(|command| command.name).collect();
    assert_eq!(names, ["error", "error"]);
    assert_eq!(marks.lines().count(), 2, "{marks}");
    for command in commands(&marks) {
        let keys: Vec<&str> = command.properties.keys().map(String::as_str).collect();
        assert_eq!(keys, ["col", "endColumn", "endLine", "file", "line", "title"]);
    }
    let log = github::log("counting\n::error::x", &human::report(&report, &options));
    let names: Vec<String> = commands(&log).into_iter().map(|command| command.name).collect();
    assert_eq!(names, ["group", "endgroup"]);
    let summary = github::summary(&written, usize::MAX);
    for text in [&marks, &log, &summary] {
        let is_hidden = |character: char| character != '\n' && report::escape::is_hidden(character);
        assert!(!text.contains(is_hidden), "{text:?}");
    }
    let tags = ["<details>", "</details>", "<summary>", "</summary>", "<pre>", "</pre>"];
    let without_own_tags = tags.iter().fold(summary.clone(), |text, tag| text.replace(tag, ""));
    assert!(!without_own_tags.contains('<'), "{summary}");
    for tag in tags {
        assert_eq!(summary.matches(tag).count(), 2, "{tag} in {summary}");
    }
}

#[test]
fn as_many_findings_are_marked_as_github_shows_and_the_rest_is_in_the_summary() {
    let failed = of_model(failures::lost_update(), failures::COUNTER);
    let options = Options::default();
    let written: Vec<github::Written<'_>> = (0..13).map(|_| (&failed, &options)).collect();
    let marks = commands(&github::annotations(&written, ""));
    assert_eq!(marks.iter().filter(|command| command.name == "error").count(), 10);
    assert_eq!(marks[10].name, "notice");
    assert_eq!(marks[10].data, "3 more findings in the job summary");
    let summary = github::summary(&written, usize::MAX);
    assert_eq!(summary.matches("<details>").count(), 13);
}

#[test]
fn a_summary_has_at_most_as_many_bytes_as_there_is_room_for() {
    let failed = of_model(failures::lost_update(), failures::COUNTER);
    let options = Options::default();
    let written: Vec<github::Written<'_>> = (0..40).map(|_| (&failed, &options)).collect();
    let whole = github::summary(&written, usize::MAX);
    assert_eq!(github::summary(&written, whole.len()), whole);
    for limit in [0, 50, 300, 5_000, whole.len() - 1] {
        let summary = github::summary(&written, limit);
        assert!(summary.len() <= limit, "{} bytes of {limit}", summary.len());
        assert!(
            limit < 100 || summary.ends_with("The log of this step has the rest.\n"),
            "{summary}"
        );
        assert_eq!(summary.matches("<pre>").count(), summary.matches("</details>").count());
    }
}
