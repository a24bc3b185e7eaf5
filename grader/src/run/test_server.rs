//! The test server of an exercise, which runs beside the exercise's program.
//!
//! It prints one line when it is ready. It exits at the end of its standard input, so it never outlives the grader.

use std::io::{self, BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A test server that is ready.
pub(super) struct TestServer {
    /// The line that it printed.
    pub(super) said: String,
    child: Child,
}

impl TestServer {
    /// Starts `program` and waits until it is ready.
    pub(super) fn start(program: &Path) -> io::Result<TestServer> {
        let mut command = Command::new(program);
        command
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut test_server = TestServer {
            said: String::new(),
            child: command.spawn()?,
        };
        let stdout = test_server.child.stdout.take().expect("its output is piped");
        BufReader::new(stdout).read_line(&mut test_server.said)?;
        if test_server.said.pop() != Some('\n') {
            return Err(io::Error::other("it ended before it was ready"));
        }
        Ok(test_server)
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        // Nothing is lost if this fails: it exits when its standard input is closed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
