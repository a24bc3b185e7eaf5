//! Sampled failures, which have many preemptions, are shortened to the fewest preemptions.

use std::ops::ControlFlow;

use std::model::{Bounds, Shortened, Size, explore, replay, shorten};

use model_std_demo::{Demo, all, outcome};

/// The budget of a check.
const BUDGET: u64 = 500;

/// The first sampled execution of `demo` with the outcome `wrong`, shortened.
fn shortened(demo: &Demo, wrong: &str, seed: u64) -> Shortened {
    let bounds = Bounds {
        preemptions: 0,
        executions: 1,
        random: 2_000,
        seed,
        // More than any program needs, so that there is something to shorten.
        depth: 8,
        ..Bounds::default()
    };
    let (settings, body) = (demo.settings(), demo.body());
    let coverage = explore(&bounds, &settings, &body, |execution| {
        if outcome(&execution) == wrong {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    let found = coverage
        .stopped
        .expect("two thousand samples come to every wrong outcome");
    let still_fails = |execution| outcome(&execution) == wrong;
    let shortened = shorten(&settings, &body, &found.schedule, BUDGET, still_fails);
    assert_eq!(size(shortened.before).preemptions, found.preemptions);
    let again = replay(&settings, &body, &shortened.schedule);
    assert_eq!(
        (outcome(&again), again.preemptions),
        (wrong.to_owned(), size(shortened.after).preemptions)
    );
    assert!(shortened.after <= shortened.before && shortened.executions <= BUDGET);
    shortened
}

fn size(size: Option<Size>) -> Size {
    size.expect("it fails again")
}

#[test]
fn sampled_failures_are_shortened_to_the_fewest_preemptions() {
    let (mut before, mut after, mut n) = ((0, 0, 0), (0, 0, 0), 0);
    for demo in all() {
        for &(wrong, fewest) in demo.wrong {
            for seed in 1..=5 {
                let shortened = shortened(&demo, wrong, seed);
                let [was, is] = [shortened.before, shortened.after].map(size);
                // Five threads may need a step that makes the schedule no simpler, which shortening does not take.
                let most = if demo.name == "5 philosophers" { 2 } else { fewest };
                assert!(
                    (fewest..=most).contains(&is.preemptions),
                    "{}, {wrong}, seed {seed}: {is:?}",
                    demo.name
                );
                before = (
                    before.0 + was.preemptions,
                    before.1 + was.switches,
                    before.2 + was.non_default,
                );
                after = (
                    after.0 + is.preemptions,
                    after.1 + is.switches,
                    after.2 + is.non_default,
                );
                n += shortened.executions;
            }
        }
    }
    println!("preemptions, switches, non-default choices: {before:?} before, {after:?} after {n} executions");
    assert!(after.0 * 5 < before.0 * 2, "{before:?} to {after:?}");
}
