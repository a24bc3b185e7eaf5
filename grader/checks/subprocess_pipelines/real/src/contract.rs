//! The public items of the exercise with their exact types, one line each.

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
const _: fn(&Stage) -> Result<Exit, PipelineError> = run;
const _: fn(&[Stage], &[u8]) -> Result<Captured, PipelineError> = capture;

/// What `Captured` is made of.
type Parts = (Vec<u8>, Vec<u8>, Vec<Exit>);
