//! Verdicts and points to a score. Pure.

use protocol::verdict::Verdict;

/// The points that a check earns: all of them when it passed, or else none.
pub fn score(verdict: &Verdict, points: u32) -> u32 {
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
        assert_eq!(score(&Verdict::Passed, 3), 3);
        assert_eq!(
            score(
                &Verdict::Skipped {
                    because: "build".into()
                },
                3
            ),
            0
        );
        assert_eq!(
            score(
                &Verdict::Ungraded {
                    reason: "no disk".into(),
                    help: None
                },
                3
            ),
            0
        );
    }
}
