//! Standard output and standard error: which writes are atomic, and which threads wait meanwhile.

use std::fmt;
use std::time::Duration;

use model_std::io::{self, IsTerminal, Write};
use model_std::model::trace::{ObjectKind, ObjectState, Op, Segment};
use model_std::sync::{Arc, Mutex};
use model_std::{dbg, eprint, eprintln, print, println, thread};
use model_std_suite::{ends, first_failure, preemptions, returns};

fn text(segments: &[Segment]) -> String {
    segments
        .iter()
        .map(|segment| String::from_utf8_lossy(&segment.bytes))
        .collect()
}

/// Standard output of `body` is one of the `allowed` texts, and each comes up.
#[track_caller]
fn writes(body: impl Fn() + 'static, allowed: &[&str]) {
    let mut texts = std::collections::BTreeSet::new();
    let mut ends = std::collections::BTreeSet::new();
    preemptions(3).each(body, |execution| {
        texts.insert(text(&execution.trace.stdout));
        ends.insert(model_std_suite::describe(&execution.trace.end));
    });
    assert_eq!(texts, allowed.iter().map(|text| (*text).to_owned()).collect());
    assert_eq!(ends.into_iter().collect::<Vec<_>>(), ["finished"]);
}

fn both(one: fn(), other: fn()) -> impl Fn() {
    move || {
        thread::scope(|scope| {
            scope.spawn(one);
            scope.spawn(other);
        });
    }
}

#[test]
fn one_print_is_atomic_and_two_are_not() {
    let twice = || {
        print!("{}{}", "a", "b");
        println!("{}", "c");
    };
    let interleaved = ["abc\nabc\n", "ababc\nc\n"];
    writes(both(twice, twice), &interleaved);
}

#[test]
fn a_print_is_one_segment_with_thread_and_name() {
    let body = || {
        print!("{}-{}", 1, 2);
        let named = thread::Builder::new().name("printer".to_owned());
        named.spawn(|| println!("{:?}", "three")).unwrap().join().unwrap();
        eprintln!("oh {}", "no");
        eprint!("!");
        println!();
        print!("");
    };
    preemptions(0).each(body, |execution| {
        let (stdout, stderr) = (&execution.trace.stdout, &execution.trace.stderr);
        let pieces: Vec<_> = stdout
            .iter()
            .map(|piece| (piece.thread, piece.thread_name.as_deref()))
            .collect();
        let own = std::thread::current();
        assert_eq!(pieces, [(0, own.name()), (1, Some("printer")), (0, own.name())]);
        assert_eq!(
            (text(stdout), text(stderr)),
            ("1-2\"three\"\n\n".to_owned(), "oh no\n!".to_owned())
        );
    });
}

#[test]
fn a_lock_held_over_several_writes_keeps_others_out() {
    let slowly = || {
        let mut out = io::stdout().lock();
        write!(out, "a").unwrap();
        thread::sleep(Duration::from_secs(1));
        out.write_all(b"b").unwrap();
        writeln!(out).unwrap();
    };
    writes(both(slowly, || println!("x")), &["ab\nx\n", "x\nab\n"]);
    writes(both(slowly, slowly), &["ab\nab\n"]);
}

#[test]
fn a_lock_lets_its_own_thread_print() {
    writes(
        || {
            let outer = io::stdout().lock();
            let inner = io::stdout().lock();
            println!("inside");
            drop(inner);
            writeln!(io::stdout(), "still").unwrap();
            drop(outer);
        },
        &["inside\nstill\n"],
    );
    let nested = || {
        let _outer = io::stdout().lock();
        drop(io::stdout().lock());
        print!("1");
        print!("2");
    };
    writes(both(nested, || print!("x")), &["12x", "x12"]);
}

#[test]
fn a_lock_of_one_stream_leaves_the_other_free() {
    let body = || {
        let _out = io::stdout().lock();
        thread::spawn(|| eprintln!("free")).join().unwrap();
    };
    ends(body, &["finished"]);
    let body = || {
        let _out = io::stdout().lock();
        thread::spawn(|| println!("held up")).join().unwrap();
    };
    ends(body, &["deadlock [0, 1]"]);
}

#[test]
fn a_value_that_prints_while_it_is_printed_prints_first() {
    struct Chatty;
    impl fmt::Display for Chatty {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            print!("(inner)");
            f.write_str("outer")
        }
    }
    writes(
        both(|| println!("{Chatty}"), || print!("x")),
        &["(inner)outer\nx", "x(inner)outer\n"],
    );
}

#[test]
fn a_value_that_locks_while_it_is_printed_can_deadlock() {
    struct Locks<'a>(&'a Mutex<u8>);
    impl fmt::Display for Locks<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{}", self.0.lock().unwrap())
        }
    }
    let body = || {
        let mutex = Arc::new(Mutex::new(7));
        let theirs = Arc::clone(&mutex);
        let thread = thread::spawn(move || {
            let held = theirs.lock().unwrap();
            println!("{held}");
        });
        println!("{}", Locks(&mutex));
        thread.join().unwrap();
    };
    ends(body, &["finished", "deadlock [0, 1]"]);
}

#[test]
fn a_guard_in_the_arguments_of_a_print_is_dropped_after_the_print() {
    let body = || {
        let mutex = Mutex::new(1);
        // This guard is not in the arguments of the print, but in the head of the `match` around it.
        match *mutex.lock().unwrap() + 1 {
            2 => println!("{}", mutex.try_lock().is_err()),
            _ => println!("{}", mutex.lock().unwrap()),
        }
        let unit = (println!("{}", mutex.lock().unwrap()), mutex.try_lock().is_ok());
        print!("{unit:?}");
        println!("{}", mutex.lock().unwrap())
    };
    writes(body, &["true\n1\n((), true)1\n"]);
}

#[test]
fn a_panic_while_printing_leaves_the_stream_free() {
    struct Panics;
    impl fmt::Display for Panics {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("no text")
        }
    }
    writes(
        || {
            assert!(thread::spawn(|| print!("{Panics}")).join().is_err());
            print!("free");
        },
        &["free"],
    );
}

#[test]
fn the_handles_write_what_they_are_given() {
    let body = || {
        let mut out = io::stdout();
        out.write_all(b"a").unwrap();
        (&out).write_all(b"b").unwrap();
        writeln!(out, "c").unwrap();
        let mut lock = out.lock();
        assert_eq!(lock.write(b"de").unwrap(), 2);
        lock.flush().unwrap();
        io::copy(&mut &b"f"[..], &mut lock).unwrap();
        writeln!(io::BufWriter::new(lock), "g").unwrap();
        let boxed: Box<dyn Write + Send> = Box::new(io::stdout());
        writeln!(io::LineWriter::new(boxed), "h").unwrap();
        assert!(!io::stdout().is_terminal());
    };
    writes(body, &["abc\ndefg\nh\n"]);
}

#[test]
fn dbg_writes_to_standard_error_and_gives_the_value_back() {
    let first_line = line!() + 2;
    let body = move || {
        let sum = dbg!(1 + 1) + 1;
        let pair = dbg!(sum, "text".len());
        dbg!();
        (sum, pair)
    };
    preemptions(0).each(body, |execution| {
        let text = text(&execution.trace.stderr);
        assert!(
            text.starts_with(&format!("[{}:{first_line}:19] 1 + 1 = 2\n", file!())),
            "{text}"
        );
        assert_eq!(text.lines().count(), 4, "{text}");
        assert_eq!(execution.value.unwrap().unwrap(), (3, (3, 4)));
    });
}

#[test]
fn a_deadlock_on_a_stream_names_its_holder() {
    let trace = first_failure(|| {
        let mutex = Mutex::new(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                let _out = io::stdout().lock();
                drop(mutex.lock());
            });
            scope.spawn(|| {
                let _held = mutex.lock();
                println!("never");
            });
        });
    });
    assert_eq!(model_std_suite::describe(&trace.end), "deadlock [1, 2]");
    assert!(
        trace
            .objects
            .iter()
            .any(|object| object.kind == ObjectKind::Stdout && object.created_at.is_none())
    );
}

#[test]
fn a_trace_says_what_was_written_and_where() {
    let print_line = line!() + 1;
    let (trace, _) = preemptions(0).first(|| println!("text"), |_| true);
    let write = trace
        .events
        .iter()
        .find(|event| matches!(event.op, Op::Write { .. }))
        .expect("a write");
    let bytes = b"text\n".to_vec();
    assert_eq!(
        (&write.op, model_std_suite::line(write.place.as_ref())),
        (&Op::Write { bytes }, print_line)
    );
    returns(|| println!("once"), [()]);
}

#[test]
fn a_trace_tells_how_long_a_guard_holds_a_stream() {
    let body = || {
        let mut out = io::stdout().lock();
        out.write_all(b"one").unwrap();
        drop(out);
        print!("two");
    };
    let (trace, _) = preemptions(0).first(body, |_| true);
    let states: Vec<_> = trace.events.iter().map(|event| event.state_of(0).cloned()).collect();
    let (held, free) = (Some(ObjectState::HeldBy(0)), Some(ObjectState::Free));
    assert_eq!(states, [held, None, free, None], "{:?}", trace.events);
}
