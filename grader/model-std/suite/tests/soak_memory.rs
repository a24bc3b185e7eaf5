//! A hundred thousand executions of a program over many things cost no more memory than a thousand. The only test of its file,
//! because what others do at the same time in the same process would count.

#![cfg(target_os = "linux")]

#[path = "programs/programs.rs"]
mod programs;

#[path = "programs/modelled.rs"]
mod modelled;

use model_std::model::Bounds;
use model_std::model::trace::End;

use outcomes::Explorer;
use programs::{Random, Size, Topic};

/// The resident memory of this process, in bytes.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("Linux has it");
    let pages = statm.split(' ').nth(1).and_then(|pages| pages.parse().ok());
    // The size of a page on every Linux that runs these tests.
    pages.map_or(0, |pages: usize| pages * 4096)
}

#[test]
fn a_hundred_thousand_executions_of_everything_keep_the_memory_flat() {
    let mut random = Random(2);
    let size = Size {
        threads: 3,
        steps: 4,
        main: true,
    };
    // What never comes to its end is leaked, which `memory` bounds; so only programs that always do.
    let topics = [
        Topic::Atomics,
        Topic::Poison,
        Topic::Once,
        Topic::Threads,
        Topic::Channels,
    ];
    let program = std::iter::repeat_with(|| random.program_on(&topics, size)).find(|program| {
        let mut always_finishes = true;
        let bounds = Bounds {
            preemptions: 1,
            executions: 2_000,
            random: 500,
            ..Bounds::default()
        };
        let explorer = Explorer {
            bounds,
            ..Explorer::default()
        };
        modelled::each(program, explorer, |_, execution| {
            always_finishes &= execution.trace.end == End::Finished
        });
        always_finishes
    });
    let bounds = Bounds {
        preemptions: 0,
        executions: 1,
        random: 100_000,
        ..Bounds::default()
    };
    let explorer = Explorer {
        bounds,
        ..Explorer::default()
    };
    let (mut n_executions, mut early) = (0, 0);
    let program = program.expect("some program always finishes");
    modelled::each(&program, explorer, |_, execution| {
        assert_eq!(execution.trace.end, End::Finished, "{program:?}");
        n_executions += 1;
        if n_executions == 1_000 {
            early = resident();
        }
    });
    let grown = resident().saturating_sub(early);
    assert!(
        n_executions > 100_000 && grown < 4 << 20,
        "{n_executions} executions, {grown} bytes"
    );
}
