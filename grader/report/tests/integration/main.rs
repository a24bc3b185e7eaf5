//! Reports as a reader and a machine get them: one snapshot for every way to fail that reads differently.

mod browser;
mod class_pages;
mod exports;
mod failures;
mod github;
mod hostile;
mod notifications;
mod orderings;
mod page;
mod replays;
mod samples;
mod stories;
mod tables;

use insta::assert_snapshot;
use protocol::trace::{End, Panic};
use protocol::verdict::{CheckFailure, CheckVerdict, Containment, Evidence, MissingMechanism, Report, Verdict};
use protocol::{CheckKind, Failure, Finding};
use report::{Extent, Options, Solutions, human, json};
use samples::{check, failed, load, model_failure, report};

/// The report as it is printed, after two rules that hold for every report: no line is longer than the width, and no
/// character acts or hides.
#[track_caller]
fn printed(report: &Report, options: &Options) -> String {
    let text = human::report(report, options);
    for line in text.lines() {
        // What a compiler rendered stays as it is: its marks stand below its code.
        let is_rendered = report.checks.iter().any(|check| check.kind == CheckKind::Build);
        let printed = line.plain();
        let width = report::escape::width(&printed);
        assert!(is_rendered || width <= options.columns, "{width} columns: {printed}");
        assert!(
            !printed.chars().any(report::escape::is_hidden),
            "hidden characters: {printed:?}"
        );
    }
    text.plain()
}

fn of_model(failure: Failure, source: &str) -> Report {
    report(vec![model_failure("every_increment_counts", failure)], source)
}

fn of_program(finding: Finding, message: &str, evidence: Evidence) -> Report {
    report(
        vec![check(
            "program_prints_two",
            CheckKind::Program,
            failed(finding, message, evidence),
        )],
        "",
    )
}

fn passed() -> CheckVerdict {
    check("threads_run_at_once", CheckKind::Model, Verdict::Passed)
}

#[test]
fn a_pass_is_short() {
    let checks = vec![
        passed(),
        check("program_prints_two", CheckKind::Program, Verdict::Passed),
    ];
    assert_snapshot!(printed(&report(checks, ""), &Options::default()));
}

#[test]
fn who_has_no_solutions_is_not_sent_to_one() {
    let passed = report(vec![passed()], "");
    let told = |solutions| {
        let options = Options {
            solutions,
            ..Options::default()
        };
        printed(&passed, &options)
    };
    assert!(told(Solutions::Here).contains("cargo xtask solution counting"));
    assert!(!told(Solutions::LeftOut).contains("solution"));
}

#[test]
fn what_the_machine_lacks_is_told_with_its_consequence_and_the_way_to_get_it() {
    let mut report = report(vec![passed()], "");
    report.grader.containment = Containment {
        level: "C".into(),
        processes: "process group and subreaper".into(),
        filesystem: "none".into(),
        network: "seccomp".into(),
        missing: vec![MissingMechanism {
            mechanism: "landlock".into(),
            reason: "landlock_create_ruleset refused: ENOSYS".into(),
            errno: Some(38),
            consequence: "files can be read".into(),
            help: "use Linux 5.13 or later".into(),
        }],
    };
    assert_snapshot!(printed(&report, &Options::default()));
    assert_snapshot!(json::report(&report));
}

#[test]
fn a_race_shows_its_interleaving() {
    let checks = vec![
        passed(),
        model_failure("every_increment_counts", failures::lost_update()),
        check(
            "program_prints_two",
            CheckKind::Program,
            Verdict::Skipped {
                because: "every_increment_counts".into(),
            },
        ),
    ];
    assert_snapshot!(printed(&report(checks, failures::COUNTER), &Options::default()));
}

#[test]
fn a_long_race_is_cut_to_what_matters() {
    assert_snapshot!(printed(
        &of_model(failures::late_lost_update(), failures::COUNTER),
        &Options::default()
    ));
}

/// The last line of a report, and the lines of it that continue the command.
fn next(printed: &str) -> &str {
    let at = printed
        .rfind("next: ")
        .expect("a report on a failure says what comes next");
    printed[at..].trim_end()
}

#[test]
fn what_comes_next_is_a_hint_for_what_the_student_wrote() {
    let report = of_model(failures::lost_update(), failures::COUNTER);
    let next_of = |options: &Options| next(&printed(&report, options)).to_owned();
    let own = Options::default();
    assert_eq!(
        next_of(&own),
        "next: cargo xtask hint counting   (every step: grade --full)"
    );
    let another = Options {
        selection: "--submission class/ada.rs".into(),
        ..Options::default()
    };
    assert_eq!(
        next_of(&another),
        "next: cargo xtask grade counting --hint --submission class/ada.rs"
    );
}

#[test]
fn a_command_that_is_too_long_for_a_line_goes_on_in_the_next_one() {
    let report = of_model(failures::lost_update(), failures::COUNTER);
    for length in [1, 30, 60, 75, 79] {
        let path = "p".repeat(length);
        let options = Options {
            selection: format!("--submission {path}"),
            ..Options::default()
        };
        let printed = printed(&report, &options);
        let joined = printed.replace(" \\\n", " ").replace("(every step: --full)", "");
        let words: Vec<&str> = joined.split_whitespace().collect();
        let command = ["cargo", "xtask", "grade", "counting", "--hint", "--submission", &path];
        assert!(words.ends_with(&command), "{printed}");
        let replay = words
            .iter()
            .position(|word| *word == "replay:")
            .expect("there is a token");
        assert_eq!(words[replay + 6..replay + 8], ["--submission", &path], "{printed}");
    }
}

#[test]
fn full_cuts_nothing() {
    let options = Options {
        extent: Extent::Full,
        ..Options::default()
    };
    let printed = printed(&of_model(failures::late_lost_update(), failures::COUNTER), &options);
    assert!(!printed.contains('…'), "{printed}");
}

#[test]
fn what_comes_about_as_before_is_told_once() {
    let checks = || {
        vec![
            model_failure("every_increment_counts", failures::lost_update()),
            model_failure("two_calls_do_not_disturb_each_other", failures::lost_update()),
        ]
    };
    let told = |extent| {
        let printed = printed(
            &report(checks(), failures::COUNTER),
            &Options {
                extent,
                ..Options::default()
            },
        );
        (
            printed.matches("let seen = counter.load").count(),
            printed.matches("race, the same cause").count(),
        )
    };
    assert_eq!((told(Extent::Cut), told(Extent::Full)), ((1, 1), (2, 0)));
}

#[test]
fn a_cause_that_is_guessed_from_an_equal_finding_is_told_as_a_guess() {
    let program = |name| {
        let verdict = failed(
            Finding::WrongOutput,
            "The program printed something else.",
            Evidence::None,
        );
        check(name, CheckKind::Program, verdict)
    };
    let report = report(vec![program("prints_one"), program("prints_two")], "");
    let printed = printed(&report, &Options::default());
    assert!(printed.contains("wrong_output, perhaps the same cause"), "{printed}");
}

#[test]
fn a_deadlock_names_who_waits_for_whom() {
    assert_snapshot!(printed(
        &of_model(failures::deadlock(), failures::TRANSFER),
        &Options::default()
    ));
}

#[test]
fn a_lost_wakeup_names_the_notification() {
    assert_snapshot!(printed(
        &of_model(failures::lost_wakeup(), failures::EVENT),
        &Options::default()
    ));
}

#[test]
fn a_torn_line_shows_who_wrote_what() {
    assert_snapshot!(printed(
        &of_model(failures::torn_line(), failures::WRITER),
        &Options::default()
    ));
}

#[test]
fn a_busy_wait_names_the_line() {
    let spin = (0..30).map(|_| load(1, 0, 0, 12)).collect();
    let end = End::BusyWait {
        thread: 1,
        place: Some(samples::place(12, 5)),
    };
    let trace = samples::trace(&["", ""], vec![failures::counter()], spin, end);
    assert_snapshot!(printed(
        &of_model(samples::ending(0, trace), failures::COUNTER),
        &Options::default()
    ));
}

#[test]
fn a_thread_left_behind_is_named_with_its_spawn() {
    let end = End::ThreadsLeft { threads: vec![1] };
    let trace = samples::trace(&["", ""], Vec::new(), vec![samples::spawn(1, 12)], end);
    assert_snapshot!(printed(
        &of_model(samples::ending(0, trace), failures::COUNTER),
        &Options::default()
    ));
}

#[test]
fn a_failure_that_no_single_interleaving_shows_has_no_table() {
    let failure = samples::unwitnessed(Finding::OverSerialized, 412, 2);
    assert_snapshot!(printed(&of_model(failure, failures::COUNTER), &Options::default()));
}

#[test]
fn a_compile_error_is_shown_as_rustc_says_it() {
    let rendered = concat!(
        "error[E0382]: borrow of moved value: `counter`\n",
        " --> exercises/counting/src/lib.rs:14:9\n",
        "   |\n",
        "14 |\t\tcounter.load(SeqCst)\n",
        "   |         ^^^^^^^ value borrowed here after move\n",
        "\n",
    );
    let verdict = failed(
        Finding::CompileError,
        "The submission does not compile.",
        Evidence::Diagnostics(rendered.into()),
    );
    let because = || Verdict::Skipped {
        because: "it_compiles".into(),
    };
    let checks = vec![
        check("it_compiles", CheckKind::Build, verdict),
        check("every_increment_counts", CheckKind::Model, because()),
    ];
    assert_snapshot!(printed(&report(checks, ""), &Options::default()));
}

#[test]
fn a_missing_item_is_named_with_its_signature() {
    let message = "`count` is missing, or has another signature than this:\n\
                   pub fn count(threads: usize) -> u64";
    let verdict = Verdict::Failed(CheckFailure {
        help: Some("compare with the stub".to_owned()),
        ..CheckFailure::new(Finding::MissingItem, message, Evidence::None)
    });
    let report = report(vec![check("it_compiles", CheckKind::Build, verdict)], "");
    assert_snapshot!(printed(&report, &Options::default()));
    let document: serde_json::Value = serde_json::from_str(&json::report(&report)).expect("it is JSON");
    assert_eq!(
        document["checks"][0]["message"],
        format!("{message}\nhelp: compare with the stub")
    );
}

#[test]
fn a_timeout_shows_what_was_printed() {
    let evidence = Evidence::Output {
        stdout: b"counting\n".repeat(100),
        stderr: b"partly\xff".to_vec(),
    };
    let message = "expected the program to end within 10 s\ngot no end";
    assert_snapshot!(printed(
        &of_program(Finding::Timeout, message, evidence),
        &Options::default()
    ));
}

#[test]
fn wrong_output_is_a_difference_of_lines() {
    let evidence = Evidence::Difference {
        expected: "Thread-1 writing....done\nThread-2 writing....done\nThread-3 writing....done\n\nended\n".into(),
        got: "Thread-1 writing....done\nThread-2 writing...done\nThread-3 writing....done  \n\nended".into(),
    };
    let message = "The program printed something else than expected.";
    assert_snapshot!(printed(
        &of_program(Finding::WrongOutput, message, evidence),
        &Options::default()
    ));
}

#[test]
fn no_output_at_all_is_said_in_words() {
    let evidence = Evidence::Difference {
        expected: "one\ntwo\n".into(),
        got: String::new(),
    };
    let message = "The program printed something else than expected.";
    assert_snapshot!(printed(
        &of_program(Finding::WrongOutput, message, evidence),
        &Options::default()
    ));
}

#[test]
fn what_could_not_be_graded_costs_no_points() {
    let ungraded = Verdict::Ungraded {
        reason: "failed to start `rustc`: no such file".into(),
        help: Some("install the toolchain with `rustup show`".into()),
    };
    let checks = vec![passed(), check("every_increment_counts", CheckKind::Model, ungraded)];
    assert_snapshot!(printed(&report(checks, ""), &Options::default()));
}

#[test]
fn a_narrow_terminal_gets_a_list_of_steps() {
    let options = Options {
        columns: 48,
        ..Options::default()
    };
    assert_snapshot!(printed(&of_model(failures::lost_update(), failures::COUNTER), &options));
}

#[test]
fn a_terminal_in_between_gets_shorter_cells() {
    let options = Options {
        columns: 64,
        ..Options::default()
    };
    assert_snapshot!(printed(&of_model(failures::lost_update(), failures::COUNTER), &options));
}

#[test]
fn a_skipped_check_has_a_reason_on_every_line_that_has_room_for_one() {
    let shown = |columns| {
        let because = "every_increment_counts".to_owned();
        let skipped = check("program_prints_two", CheckKind::Program, Verdict::Skipped { because });
        let options = Options {
            columns,
            ..Options::default()
        };
        let printed = printed(&report(vec![skipped], ""), &options);
        let line = printed.lines().find(|line| line.contains("program_prints_two"));
        line.expect("the check has a line").to_owned()
    };
    assert_snapshot!([80, 66, 50].map(shown).join("\n"), @r"
    – program_prints_two  –/3  skipped, because of `every_increment_counts`
    – program_prints_two  –/3  skipped, as another check failed
    – program_prints_two  –/3  skipped
    ");
}

#[test]
fn hints_come_one_by_one() {
    let report = of_model(failures::lost_update(), failures::COUNTER);
    let shown = |hints| {
        let printed = printed(
            &report,
            &Options {
                hints,
                ..Options::default()
            },
        );
        report.checks[0]
            .hints
            .iter()
            .filter(|hint| printed.contains(hint.as_str()))
            .count()
    };
    assert_eq!([shown(0), shown(1), shown(2), shown(3)], [0, 1, 2, 3]);
}

#[test]
fn commands_name_the_submission_again() {
    let options = Options {
        selection: "--submission 'my file.rs'".into(),
        ..Options::default()
    };
    let printed = printed(&of_model(failures::lost_update(), failures::COUNTER), &options);
    assert!(
        printed.contains("cargo xtask replay counting 1-9f3a --submission 'my file.rs'\n"),
        "{printed}"
    );
    assert!(
        printed.contains("next: cargo xtask grade counting --hint --submission 'my file.rs'\n"),
        "{printed}"
    );
}

#[test]
fn json_is_one_stable_line() {
    let checks = vec![
        passed(),
        model_failure("every_increment_counts", failures::lost_update()),
        check(
            "program_prints_two",
            CheckKind::Program,
            Verdict::Skipped {
                because: "every_increment_counts".into(),
            },
        ),
    ];
    assert_snapshot!(json::report(&report(checks, failures::COUNTER)));
}

#[test]
fn several_submissions_end_in_a_summary() {
    let reports = [
        report(vec![passed()], ""),
        of_model(failures::lost_update(), failures::COUNTER),
        report(
            vec![check(
                "every_increment_counts",
                CheckKind::Model,
                Verdict::Ungraded {
                    reason: "no compiler".into(),
                    help: None,
                },
            )],
            "",
        ),
    ];
    assert_snapshot!(human::summary(&reports, 80).plain());
}

/// The most lines of a report on a mistake.
const SCREEN: usize = 45;

#[test]
fn however_much_fails_the_report_is_one_screen() {
    let different = [
        failures::late_lost_update,
        failures::deadlock,
        failures::lost_wakeup,
        failures::torn_line,
    ];
    for n_checks in 1..=11 {
        let failing = (0..n_checks).map(|at| {
            let failure = different[at % different.len()]();
            model_failure(
                &format!("the_property_number_{at}_holds_in_every_interleaving"),
                failure,
            )
        });
        let report = report(failing.chain([passed()]).collect(), failures::COUNTER);
        let printed = printed(&report, &Options::default());
        let n_lines = printed.lines().count();
        assert!(n_lines <= SCREEN, "{n_lines} lines for {n_checks} checks:\n{printed}");
        let named = printed.matches("✗ the_property_number_").count();
        assert_eq!(named, n_checks, "every check has its line:\n{printed}");
    }
}

#[test]
fn a_stub_is_told_where_to_begin() {
    let unwritten = |line| {
        let panic = Panic {
            message: "not yet implemented: count to 2".into(),
            place: Some(samples::place(line, 5)),
        };
        samples::ending(0, samples::trace(&[""], Vec::new(), Vec::new(), End::Panicked(panic)))
    };
    let on_real_threads = CheckFailure {
        panic: Some(Box::new(Panic {
            message: "not yet implemented: count to 2".into(),
            place: Some(samples::place(14, 5)),
        })),
        ..CheckFailure::new(Finding::Panic, "expected no panic, it panicked", Evidence::None)
    };
    let checks = vec![
        model_failure("every_increment_counts", unwritten(14)),
        model_failure("two_calls_do_not_disturb_each_other", unwritten(12)),
        check(
            "program_prints_two",
            CheckKind::Program,
            Verdict::Failed(on_real_threads),
        ),
    ];
    let text = printed(&report(checks, failures::COUNTER), &Options::default());
    assert_snapshot!(text, @r"
    counting  Nobody loses count
    exercises/counting

     ✗ nothing is written yet: 3 checks end in a `todo!`
         begin at exercises/counting/src/lib.rs:12
         exercises/counting/README.md says what has to hold

    score 0 of 9 · 3 of 3 checks ran
    explored 6 interleavings · containment B (more: --verbose)
    next: cargo xtask grade counting
    ");
    assert!(text.lines().count() <= 10);
}
