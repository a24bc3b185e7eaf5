//! Over-serialised: threads exist at the same time, but never do at once what they should.

use protocol::Measure;
use protocol::trace::Trace;

use super::{Account, Story, obstacle};
use crate::escape::counted;
use crate::names::Names;

pub(super) fn explain(
    what: &str,
    measure: Option<Measure>,
    executions: u64,
    most_alive: usize,
    trace: Option<&Trace>,
    names: &Names<'_>,
) -> Story {
    // With fewer threads than there should be at once, nothing else has to be in the way.
    let reason = match measure {
        Some(measure) if most_alive < measure.wanted => {
            format!(": no more than {most_alive} threads that the function started were alive at the same time")
        }
        _ => format!(", although {most_alive} threads that the function started were alive at the same time"),
    };
    let obstacle = trace.and_then(|trace| obstacle::of_side_by_side(trace, names));
    story(&never(what, measure, executions), &reason, obstacle)
}

/// What was expected, and that it happens in no interleaving.
pub(super) struct Never {
    expected: String,
    got: String,
}

pub(super) fn never(what: &str, measure: Option<Measure>, executions: u64) -> Never {
    let got = match (measure, executions) {
        (Some(measure), 1) => format!("the only one reaches {} of {}", measure.reached, measure.wanted),
        (Some(measure), n) => format!(
            "the best of {} reaches {} of {}",
            counted(n, "interleaving"),
            measure.reached,
            measure.wanted
        ),
        (None, 1) => "only one interleaving exists, and this does not happen in it".to_owned(),
        (None, n) => format!("this happens in none of {}", counted(n, "interleaving")),
    };
    Never {
        expected: format!("expected at least one interleaving in which {what}"),
        got,
    }
}

/// The story of something that happens in no interleaving: with what stands in the way, or else with `reason`.
pub(super) fn story(never: &Never, reason: &str, obstacle: Option<Account>) -> Story {
    match obstacle {
        Some(Account {
            sentences,
            steps,
            blamed,
        }) => Story {
            sentences,
            steps,
            blamed,
            ..Story::new(&never.expected, never.got.clone())
        },
        None => Story::new(&never.expected, format!("{}{reason}", never.got)),
    }
}
