//! From verdicts to points, with the hints that go with each failure. Pure.

use protocol::CheckKind;
use protocol::verdict::{CheckVerdict, Verdict};

use crate::exercise::Exercise;
use crate::judge::{BUILD, Judged, Judgement, Subject};

/// Scores what was judged: a check earns all of its points when it passed, and none otherwise.
pub fn score(exercise: &Exercise, judged: Vec<Judged<'_>>) -> Vec<CheckVerdict> {
    judged.into_iter().map(|judged| score_one(exercise, judged)).collect()
}

fn score_one(exercise: &Exercise, judged: Judged<'_>) -> CheckVerdict {
    let Judged { subject, judgement } = judged;
    let Judgement { verdict, explored } = judgement;
    let finding = match &verdict {
        Verdict::Failed(check_failure) => Some(check_failure.finding),
        Verdict::Passed | Verdict::Skipped { .. } | Verdict::Ungraded { .. } => None,
    };
    match subject {
        Subject::Build => CheckVerdict {
            name: BUILD.to_owned(),
            kind: CheckKind::Build,
            property: "The submission compiles and offers every public item of the exercise.".to_owned(),
            hints: finding.map_or(Vec::new(), |finding| exercise.hints_for(finding)),
            verdict,
            points: 0,
            score: 0,
            explored,
        },
        Subject::Check(check) => CheckVerdict {
            name: check.name.clone(),
            kind: check.kind(),
            property: check.property.clone(),
            hints: finding.map_or(Vec::new(), |finding| exercise.hints(check, finding)),
            score: earned(&verdict, check.points),
            verdict,
            points: check.points,
            explored,
        },
    }
}

fn earned(verdict: &Verdict, points: u32) -> u32 {
    match verdict {
        Verdict::Passed => points,
        Verdict::Failed(_) | Verdict::Skipped { .. } | Verdict::Ungraded { .. } => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_pass_earns_points() {
        let skipped = Verdict::Skipped {
            because: "build".into(),
        };
        let ungraded = Verdict::Ungraded {
            reason: "no disk".into(),
            help: None,
        };
        assert_eq!(earned(&Verdict::Passed, 3), 3);
        assert_eq!(earned(&skipped, 3), 0);
        assert_eq!(earned(&ungraded, 3), 0);
    }
}
