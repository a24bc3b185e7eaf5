//! More data than a pipe holds, in and out at the same time.

use std::slice;

use harness::Violation;
use harness::real::Trial;
use subprocess_pipelines::Stage;

use crate::call::{self, must_be, must_capture, program, shell};
use crate::desk::{Desk, settled};
use crate::pattern::{self, MEBIBYTE};
use crate::role::Role;

pub(crate) fn a_mebibyte_flows_both_ways(trial: &mut Trial) {
    if Desk::open(trial).is_none() {
        return;
    }
    let input = pattern::bytes(MEBIBYTE);
    let cat = program("cat", &[]);
    gives(trial, "1 MiB into `cat`", slice::from_ref(&cat), &input, &input);
    gives(trial, "1 MiB into `cat | cat | cat`", &vec![cat; 3], &input, &input);
    let spilled = [&input[..], &input].concat();
    gives(
        trial,
        "1 MiB into a stage that first writes 1 MiB and then reads",
        &call::stages(&[Role::Spill(MEBIBYTE)]),
        &input,
        &spilled,
    );
    let head = program("head", &["-c", "10"]);
    gives(trial, "1 MiB into `head -c 10`", &[head], &input, &input[..10]);
    gives(trial, "1 MiB into `true`", &[program("true", &[])], &input, b"");
    gives(
        trial,
        "1 MiB into `echo done`",
        &[program("echo", &["done"])],
        &input,
        b"done\n",
    );
    gives(
        trial,
        "1 MiB into a stage that closes its input at once and then writes 1 MiB",
        &[shell("exec <&-; head -c 1048576 /dev/zero")],
        &input,
        &vec![0; 1 << 20],
    );
    gives(
        trial,
        "1 MiB into `cat | true`",
        &[program("cat", &[]), program("true", &[])],
        &input,
        b"",
    );
}

fn gives(trial: &mut Trial, label: &str, stages: &[Stage], input: &[u8], expected: &[u8]) {
    trial.scenario(label, || -> Result<(), Violation> {
        let output = settled(|| must_capture(stages, input))?;
        must_be("the standard output", expected, &output.stdout)
    });
}
