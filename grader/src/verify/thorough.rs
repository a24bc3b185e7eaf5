//! Verifies in rounds, in another order each time, while every core is busy with something else.
//!
//! A verdict may depend neither on what else runs nor on what ran before. So each known submission is graded once a
//! round, and gets what it must get, and the same each time.

use std::collections::BTreeMap;
use std::hint;
use std::num::NonZero;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use protocol::verdict::{Overall, Report, Verdict};

use super::cases::{self, Case};
use super::{Expectation, VerifyError};
use crate::discover::Workspace;
use crate::event::Event;
use crate::exercise::Exercise;
use crate::grade::{Batch, Options};
use crate::mutate::Random;
use crate::parallel;

/// How often, and in which orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rounds {
    /// How often each submission is graded.
    pub n_rounds: NonZero<u32>,
    /// The same seed gives the same orders.
    pub seed: u64,
}

/// What the rounds showed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Thorough {
    /// How many submissions were graded, each counted once a round.
    pub n_gradings: usize,
    /// Right submissions that failed a check.
    pub false_fails: Vec<Wrong>,
    /// Wrong submissions that passed a check that they must fail.
    pub false_passes: Vec<Wrong>,
    /// Submissions with other verdicts than those expected, or than in an earlier round.
    pub changed: Vec<Wrong>,
    /// Submissions that could not be graded.
    pub ungraded: Vec<Wrong>,
}

/// A grading that is not as it has to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The exercise.
    pub exercise: String,
    /// The submission, as reports show it.
    pub submission: PathBuf,
    /// The round, counted from 1.
    pub round: u32,
    /// What was expected and what it got, each a sentence fragment.
    pub differences: Vec<String>,
}

impl Thorough {
    /// Whether every grading was as it has to be.
    pub fn is_right(&self) -> bool {
        let wrong = [&self.false_fails, &self.false_passes, &self.changed, &self.ungraded];
        wrong.into_iter().all(Vec::is_empty)
    }
}

/// Grades every known submission once a round.
///
/// # Errors
///
/// As [`verify`](super::verify()).
pub fn verify_thoroughly(
    workspace: &Workspace,
    exercises: &[Exercise],
    rounds: Rounds,
    options: &Options,
    events: &(dyn Fn(Event) + Sync),
) -> Result<Thorough, VerifyError> {
    let folder = cases::folder(&options.temporary)?;
    let cases = cases::find_all(workspace, exercises, folder.path())?;
    let batch = Batch::new(workspace, exercises, options, events);
    let mut random = Random(rounds.seed);
    let mut thorough = Thorough::default();
    let mut first: BTreeMap<usize, Verdicts> = BTreeMap::new();
    for round in 1..=rounds.n_rounds.get() {
        let mut order: Vec<usize> = (0..cases.len()).collect();
        shuffle(&mut order, &mut random);
        let graded = with_busy_cores(options.workers, || {
            parallel::map(&order, parallel::submissions_at_once(options.workers), |index| {
                let case = &cases[*index];
                let report = batch.grade(case.exercise, &case.submission)?;
                Ok((*index, Grading::of(case, &report)))
            })
        });
        let mut graded = graded.into_iter().collect::<Result<Vec<_>, VerifyError>>()?;
        graded.sort_by_key(|(index, _)| *index);
        for (index, grading) in graded {
            let earlier = first.entry(index).or_insert_with(|| grading.verdicts.clone());
            thorough.add(&cases[index], round, grading, earlier);
        }
    }
    Ok(thorough)
}

/// The verdict on each check that always gets the same one, in words.
type Verdicts = BTreeMap<String, String>;

/// What is kept of a report: there are thousands.
struct Grading {
    verdicts: Verdicts,
    differences: Vec<String>,
    overall: Overall,
    has_false_pass: bool,
}

impl Grading {
    fn of(case: &Case<'_>, report: &Report) -> Grading {
        let may_change = |name: &String| match &case.expected {
            Expectation::Fails(fails) => fails.perhaps.iter().any(|(check, _)| check == name),
            Expectation::EveryCheckPasses | Expectation::NoCheckPasses | Expectation::NoCheckPassesIfBuilt => false,
        };
        let checks = report.checks.iter().filter(|check| !may_change(&check.name));
        let verdicts = checks.map(|check| {
            let words = match &check.verdict {
                Verdict::Passed => "passes".to_owned(),
                Verdict::Failed(failure) => format!("fails with `{}`", failure.finding),
                Verdict::Skipped { .. } => "is skipped".to_owned(),
                Verdict::Ungraded { .. } => "is ungraded".to_owned(),
            };
            (check.name.clone(), words)
        });
        let outcome = case.outcome(report);
        let has_passed = |name: &String| {
            let check = report.checks.iter().find(|check| check.name == *name);
            check.is_some_and(|check| check.verdict == Verdict::Passed)
        };
        let has_false_pass = match &case.expected {
            Expectation::EveryCheckPasses => false,
            Expectation::NoCheckPasses | Expectation::NoCheckPassesIfBuilt => {
                report.checks.iter().any(|check| check.verdict == Verdict::Passed)
            }
            Expectation::Fails(fails) => fails.always.keys().any(has_passed),
        };
        Grading {
            verdicts: verdicts.collect(),
            differences: outcome.differences,
            overall: outcome.overall,
            has_false_pass,
        }
    }
}

impl Thorough {
    fn add(&mut self, case: &Case<'_>, round: u32, grading: Grading, earlier: &Verdicts) {
        self.n_gradings += 1;
        let changes = grading.verdicts.iter().filter_map(|(check, now)| {
            let before = earlier.get(check).map_or("is missing", String::as_str);
            (before != now).then(|| format!("`{check}` {now}, but {before} in the first round"))
        });
        let changes: Vec<String> = changes.collect();
        let wrong = |differences| Wrong {
            exercise: case.exercise.name.clone(),
            submission: case.submission.shown.clone(),
            round,
            differences,
        };
        if !changes.is_empty() {
            self.changed.push(wrong(changes));
        }
        if grading.differences.is_empty() {
            return;
        }
        let is_right = case.expected == Expectation::EveryCheckPasses;
        let kind = match grading.overall {
            Overall::Failed if is_right => &mut self.false_fails,
            _ if grading.has_false_pass => &mut self.false_passes,
            Overall::Ungraded => &mut self.ungraded,
            Overall::Passed | Overall::Failed => &mut self.changed,
        };
        kind.push(wrong(grading.differences));
    }
}

/// Fisher and Yates.
fn shuffle(order: &mut [usize], random: &mut Random) {
    for end in (1..order.len()).rev() {
        // The remainder prefers small numbers by less than one in 2^50.
        order.swap(end, (random.next() % (end as u64 + 1)) as usize);
    }
}

/// Calls `work` while a thread of this process computes on each core.
fn with_busy_cores<T>(cores: NonZero<usize>, work: impl FnOnce() -> T) -> T {
    /// Ends the threads also when `work` panics.
    struct Done<'a>(&'a AtomicBool);

    impl Drop for Done<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    // Relaxed: the threads only have to end some time.
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        let _done = Done(&is_done);
        for _ in 0..cores.get() {
            scope.spawn(|| {
                while !is_done.load(Ordering::Relaxed) {
                    hint::spin_loop();
                }
            });
        }
        work()
    })
}

#[cfg(test)]
mod tests {
    use super::super::Role;
    use super::*;
    use crate::discover::{Source, Submission};
    use crate::exercise::tests::small_exercise;

    #[test]
    fn an_order_follows_from_the_seed_and_leaves_nobody_out() {
        let order = |seed| {
            let mut order: Vec<usize> = (0..100).collect();
            shuffle(&mut order, &mut Random(seed));
            order
        };
        assert_eq!(order(1), order(1));
        assert_ne!(order(1), order(2));
        let mut sorted = order(1);
        sorted.sort_unstable();
        assert_eq!(sorted, (0..100).collect::<Vec<_>>());
    }

    /// What is counted for gradings of a submission, one a round: what the only check gets, what is different, and
    /// overall.
    fn counted(expected: Expectation, gradings: &[(&str, &[&str], Overall)]) -> Thorough {
        let exercise = small_exercise("x");
        let case = Case {
            exercise: &exercise,
            submission: Submission {
                shown: "x.rs".into(),
                source: Source::File("x.rs".into()),
            },
            role: Role::Mistake,
            expected,
        };
        let verdicts = |verdict: &str| Verdicts::from([("c".to_owned(), verdict.to_owned())]);
        let mut thorough = Thorough::default();
        for (round, (verdict, differences, overall)) in (1..).zip(gradings) {
            let grading = Grading {
                verdicts: verdicts(verdict),
                differences: differences.iter().map(|difference| (*difference).to_owned()).collect(),
                overall: *overall,
                has_false_pass: case.expected != Expectation::EveryCheckPasses && *verdict == "passes",
            };
            thorough.add(&case, round, grading, &verdicts(gradings[0].0));
        }
        thorough
    }

    #[track_caller]
    fn counts(thorough: &Thorough, [fails, passes, changed, ungraded]: [usize; 4]) {
        let Thorough {
            false_fails,
            false_passes,
            changed: changes,
            ungraded: without,
            ..
        } = thorough;
        let found = [false_fails.len(), false_passes.len(), changes.len(), without.len()];
        assert_eq!(found, [fails, passes, changed, ungraded], "{thorough:#?}");
        assert_eq!(thorough.is_right(), found == [0; 4]);
    }

    #[test]
    fn what_is_always_as_expected_is_right() {
        let right = ("passes", &[][..], Overall::Passed);
        counts(&counted(Expectation::EveryCheckPasses, &[right, right]), [0; 4]);
    }

    #[test]
    fn a_wrong_verdict_is_counted_by_what_is_wrong_and_a_change_beside_it() {
        let fails = ("fails with `race`", &["`c` fails"][..], Overall::Failed);
        let passes = ("passes", &["`c` does not fail"][..], Overall::Passed);
        let ungraded = ("is ungraded", &["`c` is ungraded"][..], Overall::Ungraded);
        let mistake = || Expectation::Fails(Default::default());
        counts(&counted(Expectation::EveryCheckPasses, &[fails, fails]), [2, 0, 0, 0]);
        counts(&counted(mistake(), &[passes]), [0, 1, 0, 0]);
        counts(&counted(mistake(), &[fails]), [0, 0, 1, 0]);
        counts(&counted(mistake(), &[ungraded]), [0, 0, 0, 1]);
        let good = ("passes", &[][..], Overall::Passed);
        counts(
            &counted(Expectation::EveryCheckPasses, &[good, fails, good]),
            [1, 0, 1, 0],
        );
    }

    #[test]
    fn the_busy_threads_end_with_the_work() {
        assert_eq!(with_busy_cores(NonZero::<usize>::MIN, || 3), 3);
    }
}
