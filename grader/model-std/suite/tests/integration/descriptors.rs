//! Pipes, pairs of sockets and duplicates of the standard streams: which threads wait, for what, and what they see.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead as _, BufReader, ErrorKind, LineWriter};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::time::Duration;

use model_std::io::{self, PipeReader, PipeWriter, Read, Write, pipe};
use model_std::model::trace::{End, ObjectKind, ObjectState, Op, Outside, Segment, Trace, TransferOutcome, WaitReason};
use model_std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use model_std::time::Instant;
use model_std::{print, thread};
use model_std_suite::{ends, first_failure, line, preemptions, returns};

/// Lets as many threads at once into a place as there are bytes in what `take` reads and `give` writes. Returns the
/// most that were there at once.
fn most_inside(n_threads: usize, take: impl Fn() + Sync, give: impl Fn() + Sync) -> usize {
    let (inside, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..n_threads {
            scope.spawn(|| {
                take();
                most.fetch_max(inside.fetch_add(1, SeqCst) + 1, SeqCst);
                inside.fetch_sub(1, SeqCst);
                give();
            });
        }
    });
    most.into_inner()
}

#[test]
fn bytes_in_a_pipe_are_permits() {
    let body = || {
        let (reader, writer) = pipe().unwrap();
        (&writer).write_all(b"--").unwrap();
        let take = || (&reader).read_exact(&mut [0]).unwrap();
        most_inside(3, take, || (&writer).write_all(b"-").unwrap())
    };
    let coverage = preemptions(2).returns(body, [1, 2]);
    assert!(coverage.executions > 10, "{coverage:?}");
}

#[test]
fn bytes_in_a_pair_of_sockets_are_permits() {
    let body = || {
        let (reader, writer) = UnixStream::pair().unwrap();
        (&writer).write_all(b"-").unwrap();
        let take = || (&reader).read_exact(&mut [0]).unwrap();
        most_inside(3, take, || (&writer).write_all(b"-").unwrap())
    };
    preemptions(2).returns(body, [1]);
}

#[test]
fn whoever_reads_first_gets_the_byte() {
    let body = || {
        let (reader, mut writer) = pipe().unwrap();
        writer.write_all(b"ab").unwrap();
        let read = || {
            let mut byte = [0];
            (&reader).read_exact(&mut byte).unwrap();
            byte[0]
        };
        thread::scope(|scope| {
            let (one, other) = (scope.spawn(read), scope.spawn(read));
            (one.join().unwrap(), other.join().unwrap())
        })
    };
    returns(body, [(b'a', b'b'), (b'b', b'a')]);
}

/// The only thread that waits at the end of the trace, for what, on which object and line.
fn only_wait(trace: &Trace) -> (WaitReason, ObjectKind, u32, u32) {
    let [wait] = trace.end.waits() else {
        panic!("not one thread waits: {:?}", trace.end)
    };
    let object = &trace.objects[wait.object.unwrap()];
    let made = line(object.created_at.as_ref());
    (wait.reason.clone(), object.kind, made, line(wait.place.as_ref()))
}

#[test]
fn a_read_waits_for_a_writer_that_is_left() {
    let here = line!();
    let trace = first_failure(|| {
        let (mut reader, writer) = pipe().unwrap();
        let _other = writer.try_clone().unwrap();
        reader.read_exact(&mut [0])
    });
    let reason = WaitReason::Bytes { writers: 2 };
    assert_eq!(only_wait(&trace), (reason, ObjectKind::Pipe, here + 2, here + 4));
}

#[test]
fn a_pipe_ends_when_the_last_writer_is_closed() {
    let body = || {
        let (reader, writer) = pipe().unwrap();
        let writers = [writer.try_clone().unwrap(), writer];
        let write = |mut writer: PipeWriter| move || writer.write_all(b"ab").unwrap();
        let threads = writers.map(|writer| thread::spawn(write(writer)));
        let mut text = String::new();
        let n = (&reader).read_to_string(&mut text).unwrap();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        (n, text)
    };
    returns(body, [(4, "abab".to_owned())]);
}

#[test]
fn a_pipe_breaks_when_the_last_reader_is_closed() {
    let body = || {
        let (reader, mut writer) = pipe().unwrap();
        let closes = thread::spawn(move || drop(reader));
        let written = writer.write(b"a").map_err(|error| error.kind());
        closes.join().unwrap();
        let then = writer.write(b"a").map_err(|error| error.kind());
        assert_eq!(then, Err(ErrorKind::BrokenPipe));
        written
    };
    returns(body, [Ok(1), Err(ErrorKind::BrokenPipe)]);
}

#[test]
fn a_full_pipe_lets_nobody_write() {
    const CAPACITY: usize = 65_536;
    let here = line!();
    let trace = first_failure(|| {
        let (_reader, mut writer) = pipe().unwrap();
        writer.write_all(&[0; CAPACITY]).unwrap();
        writer.write_all(b"a")
    });
    let reason = WaitReason::RoomForBytes { readers: 1 };
    assert_eq!(only_wait(&trace), (reason, ObjectKind::Pipe, here + 2, here + 4));
    let event = trace.events.last().unwrap();
    let outcome = TransferOutcome::Moved(CAPACITY as u64);
    assert_eq!(event.op, Op::WriteBytes { outcome });
    assert_eq!(
        event.states,
        [(event.object.unwrap(), ObjectState::Bytes(CAPACITY as u64))]
    );
    assert_eq!(line(event.place.as_ref()), here + 3);
}

#[test]
fn small_writes_fill_a_pipe_to_its_last_byte() {
    let body = || {
        let (_reader, mut writer) = pipe().unwrap();
        for _ in 0..16 {
            for size in [1, 4094, 1] {
                writer.write_all(&vec![0; size]).unwrap();
            }
        }
    };
    returns(body, [()]);
}

#[test]
fn more_than_a_pipe_holds_is_written_as_it_is_read() {
    let body = || {
        let (mut reader, mut writer) = pipe().unwrap();
        let reads = thread::spawn(move || {
            let mut bytes = Vec::new();
            reader.read_to_end(&mut bytes).unwrap();
            bytes.len()
        });
        writer.write_all(&[1; 200_000]).unwrap();
        drop(writer);
        reads.join().unwrap()
    };
    preemptions(1).returns(body, [200_000]);
}

#[test]
fn an_empty_read_waits_for_nothing() {
    let body = || {
        let (mut reader, _writer) = pipe().unwrap();
        reader.read(&mut []).unwrap()
    };
    returns(body, [0]);
}

#[test]
fn a_pipe_may_pass_through_other_types() {
    let body = || {
        let (reader, writer) = pipe().unwrap();
        let mut file = File::from(OwnedFd::from(writer));
        let reads = thread::spawn(move || {
            let reader = PipeReader::from(OwnedFd::from(File::from(OwnedFd::from(reader))));
            BufReader::new(reader).lines().map(Result::unwrap).collect::<Vec<_>>()
        });
        file.write_all(b"one\ntwo\n").unwrap();
        drop(file);
        reads.join().unwrap()
    };
    returns(body, [vec!["one".to_owned(), "two".to_owned()]]);
}

#[test]
fn what_is_copied_from_a_file_to_a_file_goes_through_the_model() {
    let body = || {
        let ((first, mut writer), (mut reader, last)) = (pipe().unwrap(), pipe().unwrap());
        let (mut first, mut last) = (File::from(OwnedFd::from(first)), File::from(OwnedFd::from(last)));
        let copies = thread::spawn(move || io::copy(&mut first, &mut last).unwrap());
        writer.write_all(b"text").unwrap();
        drop(writer);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        (copies.join().unwrap(), text)
    };
    returns(body, [(4, "text".to_owned())]);
}

#[test]
fn a_socket_that_does_not_block_says_so() {
    let body = || {
        let (reader, mut writer) = UnixStream::pair().unwrap();
        reader.set_nonblocking(true).unwrap();
        let writes = thread::spawn(move || writer.write_all(b"a").unwrap());
        let read = (&reader).read(&mut [0]).map_err(|error| error.kind());
        writes.join().unwrap();
        read
    };
    returns(body, [Ok(1), Err(ErrorKind::WouldBlock)]);
}

#[test]
fn a_socket_waits_for_its_time_limit_on_the_virtual_clock() {
    let body = || {
        let (mut reader, _writer) = UnixStream::pair().unwrap();
        reader.set_read_timeout(Some(Duration::from_secs(3600))).unwrap();
        let start = Instant::now();
        let read = reader.read(&mut [0]).map_err(|error| error.kind());
        assert!(start.elapsed() >= Duration::from_secs(3600));
        read
    };
    returns(body, [Err(ErrorKind::WouldBlock)]);
}

#[test]
fn a_socket_that_is_shut_down_ends_the_wait_of_the_other() {
    let body = || {
        let (mut reader, writer) = UnixStream::pair().unwrap();
        let shuts = thread::spawn(move || {
            writer.shutdown(std::net::Shutdown::Write).unwrap();
            writer
        });
        let read = reader.read(&mut [0]).unwrap();
        drop(shuts.join().unwrap());
        read
    };
    returns(body, [0]);
}

#[test]
fn an_execution_that_is_abandoned_leaves_no_descriptors() {
    // More than a process may have.
    for _ in 0..12_000 {
        let body: std::rc::Rc<dyn Fn() -> usize> = std::rc::Rc::new(|| {
            let (mut reader, _writer) = pipe().expect("descriptors are left");
            reader.read(&mut [0]).unwrap()
        });
        let schedule = model_std::model::Schedule::default();
        let replayed = model_std::model::replay(&model_std_suite::plain(), &body, &schedule);
        assert!(
            matches!(replayed.trace.end, End::Deadlock { .. }),
            "{:?}",
            replayed.trace.end
        );
    }
}

fn duplicate() -> File {
    File::from(io::stdout().as_fd().try_clone_to_owned().unwrap())
}

fn text(segments: &[Segment]) -> String {
    segments
        .iter()
        .map(|segment| String::from_utf8_lossy(&segment.bytes))
        .collect()
}

/// The texts that `body` writes to standard output.
fn texts(body: impl Fn() + 'static) -> BTreeSet<String> {
    let mut texts = BTreeSet::new();
    preemptions(2).each(body, |execution| {
        assert_eq!(execution.trace.end, End::Finished);
        texts.insert(text(&execution.trace.stdout));
    });
    texts
}

#[test]
fn writes_through_a_duplicate_of_standard_output_are_writes_to_it() {
    let body = || {
        let other = thread::spawn(|| duplicate().write_all(b"a\n").unwrap());
        print!("b\n");
        other.join().unwrap();
    };
    assert_eq!(texts(body), ["a\nb\n", "b\na\n"].map(str::to_owned).into());
}

#[test]
fn each_write_through_a_duplicate_is_an_operation() {
    let write = || {
        let mut file = duplicate();
        file.write_all(b"a").unwrap();
        file.write_all(b"b").unwrap();
    };
    let body = move || {
        thread::scope(|scope| {
            scope.spawn(write);
            scope.spawn(write);
        });
    };
    assert_eq!(texts(body), ["abab", "aabb"].map(str::to_owned).into());
    let buffered = || {
        let mut file = LineWriter::new(duplicate());
        file.write_all(b"a").unwrap();
        file.write_all(b"b\n").unwrap();
    };
    let body = move || {
        thread::scope(|scope| {
            scope.spawn(buffered);
            scope.spawn(buffered);
        });
    };
    assert_eq!(texts(body), ["ab\nab\n"].map(str::to_owned).into());
}

#[test]
fn a_write_through_a_duplicate_does_not_wait_for_the_lock() {
    let body = || {
        let lock = io::stdout().lock();
        thread::spawn(|| duplicate().write_all(b"a").unwrap()).join().unwrap();
        drop(lock);
    };
    assert_eq!(texts(body), ["a".to_owned()].into());
}

#[test]
fn the_paths_of_standard_output_lead_to_it() {
    let body = || {
        for path in ["/dev/stdout", "/proc/self/fd/1", "/dev/fd/1"] {
            File::options().write(true).open(path).unwrap().write_all(b"a").unwrap();
        }
        File::create("/dev/stderr").unwrap().write_all(b"no").unwrap();
    };
    assert_eq!(texts(body), ["aaa".to_owned()].into());
}

#[test]
fn a_file_is_no_standard_output() {
    let body = || File::create("/dev/null").unwrap().write_all(b"a").unwrap();
    assert_eq!(texts(body), [String::new()].into());
}

#[test]
fn a_wait_for_what_was_made_elsewhere_is_not_modelled() {
    let (reader, writer) = std::io::pipe().unwrap();
    let reads = move || (&reader).read(&mut [0]).unwrap();
    let trace = first_failure(reads);
    let End::OutsideWait { thread, outside, .. } = trace.end else {
        panic!("{:?}", trace.end)
    };
    assert_eq!((thread, outside), (0, Outside::Pipe));
    drop(writer);
}

#[test]
fn a_wait_for_a_connection_is_not_modelled() {
    let folder = std::env::temp_dir().join(format!("model-std-{}", std::process::id()));
    let _ = std::fs::remove_file(&folder);
    let listener = UnixListener::bind(&folder).unwrap();
    std::fs::remove_file(&folder).unwrap();
    ends(
        move || listener.accept().map(drop).unwrap(),
        &["0 waits outside: Socket"],
    );
}

#[test]
fn a_wait_for_the_lock_of_a_file_is_not_modelled() {
    let path = std::env::current_exe().unwrap();
    let body = move || {
        let (one, other) = (File::open(&path).unwrap(), File::open(&path).unwrap());
        one.lock().unwrap();
        let refused = other.try_lock().is_err();
        assert!(refused);
        other.lock().unwrap();
    };
    ends(body, &["0 waits outside: FileLock"]);
}

#[test]
fn a_child_process_is_not_modelled_and_may_be_allowed() {
    let body = || {
        let mut child = std::process::Command::new("cat")
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(b"text").unwrap();
        let output = child.wait_with_output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    ends(body, &["0 waits outside: ChildProcess"]);
    let mut allowed = preemptions(0);
    allowed.settings.allow_outside_waits = true;
    allowed.returns(body, ["text".to_owned()]);
}

#[test]
fn every_way_to_start_a_child_process_is_noticed() {
    let in_place = || drop(std::process::Command::new("/bin/true").status());
    let by_the_path = || drop(std::process::Command::new("true").output());
    let with_a_path_of_its_own = || drop(std::process::Command::new("true").env("PATH", "/bin").spawn());
    for body in [in_place, by_the_path, with_a_path_of_its_own] {
        ends(body, &["0 waits outside: ChildProcess"]);
    }
}
