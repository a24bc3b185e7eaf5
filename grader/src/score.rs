//! From verdicts to points, with the hints that go with each failure. Pure.

use protocol::CheckKind;
use protocol::verdict::{CheckVerdict, Verdict};

use crate::exercise::Exercise;
use crate::judge::{BUILD, Judged, Judgement, Subject};

/// Scores what was judged: a check earns all of its points when it passed, and none when it failed. A check that was
/// neither judged nor prevented by the submission has no score.
pub fn score(exercise: &Exercise, judged: Vec<Judged<'_>>) -> Vec<CheckVerdict> {
    let is_failed_build = |judged: &Judged<'_>| {
        matches!(judged.subject, Subject::Build) && matches!(judged.judgement.verdict, Verdict::Failed(_))
    };
    let has_failed_build = judged.iter().any(is_failed_build);
    judged
        .into_iter()
        .map(|judged| score_one(exercise, judged, has_failed_build))
        .collect()
}

fn score_one(exercise: &Exercise, judged: Judged<'_>, has_failed_build: bool) -> CheckVerdict {
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
            score: earned(&verdict, 0, has_failed_build),
            verdict,
            points: 0,
            explored,
        },
        Subject::Check(check) => CheckVerdict {
            name: check.name.clone(),
            kind: check.kind(),
            property: check.property.clone(),
            hints: finding.map_or(Vec::new(), |finding| exercise.hints(check, finding)),
            score: earned(&verdict, check.points, has_failed_build),
            verdict,
            points: check.points,
            explored,
        },
    }
}

fn earned(verdict: &Verdict, points: u32, has_failed_build: bool) -> Option<u32> {
    match verdict {
        Verdict::Passed => Some(points),
        Verdict::Failed(_) => Some(0),
        Verdict::Skipped { .. } => has_failed_build.then_some(0),
        Verdict::Ungraded { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_pass_earns_points_and_what_is_not_judged_has_no_score() {
        let skipped = Verdict::Skipped {
            because: "build".into(),
        };
        let ungraded = Verdict::Ungraded {
            reason: "no disk".into(),
            help: None,
        };
        assert_eq!(earned(&Verdict::Passed, 3, false), Some(3));
        assert_eq!(earned(&skipped, 3, true), Some(0));
        assert_eq!(earned(&skipped, 3, false), None);
        assert_eq!(earned(&ungraded, 3, false), None);
    }
}
