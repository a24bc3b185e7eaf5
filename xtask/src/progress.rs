//! The line of progress: shown only on a terminal, and only when the work takes a while.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use grader::event::Event;
use report::escape::counted;
use report::text::{Line, Tone};

use crate::console::Console;

/// Work that ends sooner shows no line.
const FIRST_LINE_AFTER: Duration = Duration::from_millis(500);
/// How often the line is drawn again.
const REDRAW_INTERVAL: Duration = Duration::from_millis(100);
/// The frames of the spinner.
pub(crate) const SPINNER: [&str; 4] = ["◐", "◓", "◑", "◒"];

/// What the line shows.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    what: String,
    n_finished: usize,
    n_submissions: usize,
    /// How many there are, how many are done, and how many survive, while mutants are graded.
    mutants: Option<(usize, usize, usize)>,
    /// How far the class is, while one is graded.
    class: Option<ClassProgress>,
}

/// How far the grading of a class is.
#[derive(Debug)]
struct ClassProgress {
    n_to_grade: usize,
    n_graded: usize,
    began: Instant,
}

impl ClassProgress {
    fn line(&self) -> String {
        let Self {
            n_to_grade,
            n_graded,
            began,
        } = self;
        let left = match n_graded {
            0 => String::new(),
            n => {
                let left = began.elapsed().mul_f64((n_to_grade - n) as f64 / *n as f64);
                format!(", about {} left", rough(left))
            }
        };
        format!(" {n_graded} of {n_to_grade} submissions graded{left}")
    }
}

/// A time as somebody says it who waits: `40 s`, `12 min`, `3 h`.
fn rough(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..100 => format!("{seconds} s"),
        seconds @ 100..6000 => format!("{} min", seconds.div_ceil(60)),
        seconds => format!("{} h", seconds.div_ceil(3600)),
    }
}

/// Calls `work` with a callback for its events, and shows them in the line of progress.
pub(crate) fn during<T>(console: &Console, work: impl FnOnce(&(dyn Fn(Event) + Sync)) -> T) -> T {
    if !console.shows_progress() {
        return work(&|_| {});
    }
    let state = Mutex::new(Progress::default());
    let (done, wait) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let state = &state;
        scope.spawn(move || show(console, state, &wait));
        // Dropped also when `work` panics, which removes the line.
        let _done = done;
        work(&|event| state.lock().unwrap_or_else(PoisonError::into_inner).follow(event))
    })
}

fn show(console: &Console, state: &Mutex<Progress>, wait: &mpsc::Receiver<()>) {
    let mut pause = FIRST_LINE_AFTER;
    let mut n_drawn = 0;
    while wait.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
        pause = REDRAW_INTERVAL;
        let line = state.lock().unwrap_or_else(PoisonError::into_inner).line();
        console.progress(
            Line::new()
                .with(Tone::Help, SPINNER[n_drawn % SPINNER.len()])
                .with(Tone::Dim, line),
        );
        n_drawn += 1;
    }
    if n_drawn > 0 {
        console.progress(Line::new());
    }
}

impl Progress {
    /// Takes what happened.
    pub(crate) fn follow(&mut self, event: Event) {
        match event {
            Event::LibrariesStarted => self.what = "building the grader's libraries, once".to_owned(),
            Event::LibrariesFinished => self.what = "compiling".to_owned(),
            Event::BuildStarted { exercise } => self.what = format!("{exercise}: compiling"),
            Event::CheckStarted { exercise, check } => self.what = format!("{exercise}: {check}"),
            Event::BuildFinished => {}
            Event::CheckFinished { .. } => self.n_finished += 1,
            Event::SubmissionFinished => self.n_submissions += 1,
            Event::ClassSelected { n_to_grade } => {
                self.class = Some(ClassProgress {
                    n_to_grade,
                    n_graded: 0,
                    began: Instant::now(),
                });
            }
            Event::ClassMemberFinished { .. } => {
                if let Some(class) = &mut self.class {
                    class.n_graded += 1;
                }
            }
            Event::MutantsSelected { n_mutants } => self.mutants = Some((n_mutants, 0, 0)),
            Event::MutantFinished { is_unexplained } => {
                if let Some((_, n_done, n_unexplained)) = &mut self.mutants {
                    *n_done += 1;
                    *n_unexplained += usize::from(is_unexplained);
                }
            }
        }
    }

    /// What happens now.
    pub(crate) fn line(&self) -> String {
        if let Some(class) = &self.class {
            return class.line();
        }
        if let Some((n_mutants, n_done, n_unexplained)) = self.mutants.filter(|(_, n_done, _)| *n_done > 0) {
            return format!(" {n_done} of {n_mutants} mutants, {n_unexplained} survive without a reason");
        }
        let submissions = match self.n_submissions {
            0 => String::new(),
            n => format!(", {n} graded"),
        };
        let checks = counted(self.n_finished as u64, "check");
        format!(" {} ({checks} done{submissions})", self.what)
    }
}
