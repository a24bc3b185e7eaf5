//! Lets somebody else be the scheduler of a submission: builds it once, and answers one question after the other about
//! its executions.
//!
//! Each question is a run of the check program, contained and limited like any other.

use protocol::Work;
use protocol::play::{Answer, Beginning, Question};
use protocol::verdict::{Report, Verdict};
use sandbox::ScratchFolder;

use super::stages::plan_without_server;
use super::{Grading, Options, find_libraries};
use crate::build::Build;
use crate::discover::{Submission, Workspace, did_you_mean, most_similar, quoted};
use crate::event::Event;
use crate::exercise::{Check, CheckWork, Exercise};
use crate::help::Help;
use crate::judge::{Judged, Subject, judge, judge_play};
use crate::score::score;
use crate::snapshot::Snapshots;

/// What to play.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// The check; `None` for the first whose interleavings can go wrong, or else the first with a choice.
    pub check: Option<String>,
    /// The scenario, or a part of its name; `None` for the first that can go wrong.
    pub scenario: Option<String>,
}

/// Why nobody can play.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// The exercise has no such check, or it explores no interleavings: wrong usage.
    #[error("failed to find the check `{name}` among those that explore interleavings: {known}", known = quoted(known))]
    UnknownCheck {
        /// The name.
        name: String,
        /// The checks that can be played.
        known: Vec<String>,
        /// One with a similar name.
        similar: Option<String>,
    },
    /// The exercise has no check that explores interleavings: wrong usage.
    #[error("failed to find a check of `{exercise}` that explores interleavings")]
    NoCheck {
        /// The exercise.
        exercise: String,
    },
    /// The check has no such scenario: wrong usage.
    #[error("failed to find one scenario `{name}` of `{check}`, its scenarios are {known}", known = quoted(known))]
    UnknownScenario {
        /// The name.
        name: String,
        /// The check.
        check: String,
        /// The scenarios that it has.
        known: Vec<String>,
    },
    /// The program does not fit the choices.
    #[error("failed to go on: {reason}")]
    Refused {
        /// Why.
        reason: String,
    },
    /// The submission does not build, or an execution did not end. The report says why, and its overall verdict says
    /// whether that is the submission's failure or the grader's.
    #[error("failed to play: the report tells why")]
    NotPlayed {
        /// Why.
        report: Box<Report>,
    },
    /// Somebody asked to stop.
    #[error("failed to play: stopped")]
    Cancelled,
}

impl Help for PlayError {
    fn help(&self) -> Option<String> {
        match self {
            PlayError::UnknownCheck { similar, .. } => did_you_mean(similar.as_ref()),
            PlayError::NoCheck { .. } => Some("`cargo xtask grade` runs the checks that it has".to_owned()),
            PlayError::UnknownScenario { .. } => Some("give a part of one name, in quotes".to_owned()),
            PlayError::Refused { .. } => Some("undo a choice, or play again after a change of the code".to_owned()),
            PlayError::NotPlayed { .. } | PlayError::Cancelled => None,
        }
    }
}

/// A submission that was built to be played.
pub struct Game<'a> {
    exercise: &'a Exercise,
    options: &'a Options,
    check: &'a Check,
    build: Build,
    sources: Vec<(String, String)>,
    /// A report without checks.
    report: Report,
    /// Removed with everything in it when the game is over.
    _folder: ScratchFolder,
}

/// Builds `submission`, and chooses what to play.
///
/// # Errors
///
/// When there is no such check or scenario, or the submission cannot be run.
pub fn play<'a>(
    workspace: &Workspace,
    exercise: &'a Exercise,
    submission: &Submission,
    wish: &Wish,
    options: &'a Options,
    events: &(dyn Fn(Event) + Sync),
) -> Result<(Game<'a>, Beginning), PlayError> {
    let checks = playable(exercise, wish)?;
    let grading = Grading {
        workspace,
        exercise,
        submission,
        options,
        events,
    };
    let libraries = find_libraries(workspace, exercise, options, events);
    let taken_in = grading.intake(&libraries);
    let built = grading.build(taken_in, &checks[..1]);
    if options.cancel.is_cancelled() {
        return Err(PlayError::Cancelled);
    }
    let built = match built {
        Ok(built) if built.build.is_complete() => built,
        built => {
            let judged = judge(
                exercise,
                &checks[..1],
                built.as_ref().map(|built| &built.build),
                &[],
                &Snapshots::new(),
            );
            let sources = built.map_or(Vec::new(), |built| built.sources());
            let report = Box::new(grading.report(score(exercise, judged), &libraries, sources));
            return Err(PlayError::NotPlayed { report });
        }
    };
    let (build, sources, folder) = built.into_parts();
    let mut game = Game {
        exercise,
        options,
        check: checks[0],
        build,
        report: grading.report(Vec::new(), &libraries, sources.clone()),
        sources,
        _folder: folder,
    };
    let beginning = game.begin(&checks, wish, events)?;
    Ok((game, beginning))
}

/// The checks that can be played, and that the wish allows.
fn playable<'a>(exercise: &'a Exercise, wish: &Wish) -> Result<Vec<&'a Check>, PlayError> {
    let is_model = |check: &&Check| matches!(check.work, CheckWork::Model);
    let models: Vec<&Check> = exercise.checks.iter().filter(is_model).collect();
    let Some(name) = &wish.check else {
        return match models[..] {
            [] => Err(PlayError::NoCheck {
                exercise: exercise.name.clone(),
            }),
            _ => Ok(models),
        };
    };
    match models.iter().find(|check| check.name == *name) {
        Some(check) => Ok(vec![check]),
        None => {
            let known: Vec<String> = models.iter().map(|check| check.name.clone()).collect();
            let similar = most_similar(name, &known);
            Err(PlayError::UnknownCheck {
                name: name.clone(),
                known,
                similar,
            })
        }
    }
}

impl Game<'_> {
    /// The first of `checks` that can go wrong, or else the first with a choice; and its scenario.
    fn begin(
        &mut self,
        checks: &[&'_ Check],
        wish: &Wish,
        events: &(dyn Fn(Event) + Sync),
    ) -> Result<Beginning, PlayError> {
        let mut best: Option<(&Check, Beginning)> = None;
        for check in checks {
            let check = self.exercise.check(&check.name).expect("it is one of the exercise's");
            events(Event::CheckStarted {
                exercise: self.exercise.name.clone(),
                check: check.name.clone(),
            });
            self.check = check;
            let beginning = self.begin_check(wish)?;
            events(Event::CheckFinished {
                check: check.name.clone(),
            });
            let is_better = |(_, best): &(_, Beginning)| best.interest() < beginning.interest();
            let is_decided = beginning.can_fail;
            if best.as_ref().is_none_or(is_better) {
                best = Some((check, beginning));
            }
            if is_decided {
                break;
            }
        }
        let (check, beginning) = best.expect("there is a check");
        self.check = check;
        Ok(beginning)
    }

    fn begin_check(&self, wish: &Wish) -> Result<Beginning, PlayError> {
        let beginning = self.ask_to_begin(None)?;
        let Some(name) = &wish.scenario else {
            return Ok(beginning);
        };
        let scenarios = &beginning.scenarios;
        let exact = scenarios.iter().position(|scenario| scenario == name);
        let mut parts = (0..scenarios.len()).filter(|number| scenarios[*number].contains(name.as_str()));
        match exact.or_else(|| parts.next().filter(|_| parts.next().is_none())) {
            Some(number) if number as u32 == beginning.line.scenario => Ok(beginning),
            Some(number) => self.ask_to_begin(Some(number as u32)),
            None => Err(PlayError::UnknownScenario {
                name: name.clone(),
                check: self.check.name.clone(),
                known: beginning.scenarios,
            }),
        }
    }

    fn ask_to_begin(&self, scenario: Option<u32>) -> Result<Beginning, PlayError> {
        match self.ask(Question::Begin { scenario })? {
            Answer::Begun(beginning) => Ok(beginning),
            Answer::Choice(_) | Answer::Ended(_) | Answer::Outlook(_) | Answer::Refused { .. } => {
                Err(PlayError::Refused {
                    reason: "the check has no scenario".to_owned(),
                })
            }
        }
    }

    /// The check that is played.
    pub fn check(&self) -> &str {
        &self.check.name
    }

    /// What must hold, as a sentence.
    pub fn property(&self) -> &str {
        &self.check.property
    }

    /// The submission's files, each with its path and its text.
    pub fn sources(&self) -> &[(String, String)] {
        &self.sources
    }

    /// Asks the check program.
    ///
    /// # Errors
    ///
    /// When the program does not fit the choices, or does not answer.
    pub fn ask(&self, question: Question) -> Result<Answer, PlayError> {
        let plan = plan_without_server(self.exercise, self.options, &self.build, &self.sources);
        let answer = judge_play(&plan.run_model(self.check, Work::Play(question)));
        if self.options.cancel.is_cancelled() {
            return Err(PlayError::Cancelled);
        }
        match answer {
            Ok(Answer::Refused { reason }) => Err(PlayError::Refused { reason }),
            Ok(answer) => Ok(answer),
            Err(verdict) => Err(self.not_played(verdict)),
        }
    }

    fn not_played(&self, verdict: Verdict) -> PlayError {
        let judged = Judged {
            subject: Subject::Check(self.check),
            judgement: verdict.into(),
        };
        let report = Report {
            checks: score(self.exercise, vec![judged]),
            ..self.report.clone()
        };
        PlayError::NotPlayed {
            report: Box::new(report),
        }
    }
}
