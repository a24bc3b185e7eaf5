//! The public items of the exercise with their exact types, one line each.
//!
//! Each is called here, and not compared with a type: a submission may take more than it was asked to.

#![allow(
    clippy::redundant_closure,
    reason = "a function that is generic has no pointer that fits"
)]

use std::error::Error;

use subprocess_pipelines::{Captured, Exit, PipelineError, Stage, capture, run};

const _: fn(String, Vec<String>) -> Stage = |program, args| Stage { program, args };
const _: fn(Stage) -> (String, Vec<String>) = |stage| (stage.program, stage.args);
const _: fn(Vec<String>) -> [Stage; 2] = |args| [Stage::new("tr", ["a-z", "A-Z"]), Stage::new("tr", args)];
const _: [fn(i32) -> Exit; 2] = [Exit::Code, Exit::Signal];
const _: fn(Exit) -> i32 = |exit| match exit {
    Exit::Code(number) | Exit::Signal(number) => number,
};
const _: fn(Captured) -> Parts = |captured| (captured.stdout, captured.stderr, captured.exits);
const _: fn(&PipelineError) -> &dyn Error = |error: &PipelineError| error;
const _: fn(&Stage) -> Result<Exit, PipelineError> = |stage| run(stage);
const _: fn(&[Stage], &[u8]) -> Result<Captured, PipelineError> = |stages, input| capture(stages, input);

/// What `Captured` is made of.
type Parts = (Vec<u8>, Vec<u8>, Vec<Exit>);
