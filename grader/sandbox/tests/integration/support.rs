//! Runs one attack, with or without a sandbox, and returns the outcome.

use std::fs::{self, File};
use std::io::{self, Read, Write as _};
use std::net::{TcpListener, UdpSocket};
use std::os::fd::{AsFd as _, AsRawFd as _};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use sandbox::{Level, Paths, Profile, ResourceLimits, Spec, probe_up_to, spawn};

const ATTACKS: &str = env!("CARGO_BIN_EXE_attacks");

/// How long an endless attack runs before it is ended. The other attacks get a watchdog.
const ENDLESS_ATTACK_TIME: Duration = Duration::from_millis(300);
const WATCHDOG: Duration = Duration::from_secs(60);

/// How many bytes may be printed.
const OUTPUT: usize = 1 << 20;

pub(crate) const LIMITS: ResourceLimits = ResourceLimits {
    cpu: Some(Duration::from_secs(5)),
    memory: Some(512 << 20),
    file_size: 0,
    open_files: 64,
    threads: 64,
};

/// The outcome of an attack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It succeeded.
    Succeeded,
    /// It was refused, or ended, or had no effect.
    Contained,
    /// It was not tried, which is an error of the test.
    NotTried,
}

/// The target of one attack.
pub(crate) struct Target {
    folder: tempfile::TempDir,
    victim: Child,
    tcp: TcpListener,
    udp: UdpSocket,
    _unix: UnixListener,
    _abstract: UnixListener,
    name: String,
}

impl Target {
    pub(crate) fn new() -> Target {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let folder = tempfile::tempdir().expect("a temporary folder");
        for name in ["solution.rs", "cache", "submission.rs"] {
            fs::write(folder.path().join(name), name).expect("a file");
        }
        let (tcp, udp) = loop {
            let tcp = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
            let port = tcp.local_addr().expect("it is bound").port();
            if let Ok(udp) = UdpSocket::bind(("127.0.0.1", port)) {
                break (tcp, udp);
            }
        };
        // Relaxed: only the number counts.
        let name = format!(
            "attacks-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let address = SocketAddr::from_abstract_name(&name).expect("a name");
        Target {
            victim: victim(),
            _unix: UnixListener::bind(folder.path().join("socket")).expect("a socket"),
            _abstract: UnixListener::bind_addr(&address).expect("a socket"),
            folder,
            tcp,
            udp,
            name,
        }
    }

    /// The port on which it listens.
    pub(crate) fn port(&self) -> u16 {
        self.tcp.local_addr().expect("it is bound").port()
    }

    fn args(&self, attack: &str) -> Vec<String> {
        let folder = self.folder.path().display();
        vec![
            attack.to_owned(),
            format!("folder={folder}"),
            format!("victim={}", self.victim.id()),
            format!("port={}", self.port()),
            format!("socket={folder}/socket"),
            format!("abstract={}", self.name),
        ]
    }

    fn has_received(&self) -> bool {
        self.udp.set_nonblocking(true).expect("it is a socket");
        self.udp.recv(&mut [0; 64]).is_ok()
    }

    /// Everything in the folder that an attack could change.
    fn state(&self) -> Vec<(PathBuf, Vec<u8>, u32, i64)> {
        let mut state = Vec::new();
        for entry in fs::read_dir(self.folder.path()).expect("the folder is there").flatten() {
            let metadata = entry.path().symlink_metadata().expect("the file is there");
            let contents = fs::read(entry.path()).unwrap_or_default();
            state.push((entry.path(), contents, metadata.mode(), metadata.mtime()));
        }
        state.sort();
        state
    }
}

/// A process with an environment. Starting a program returns before the kernel has copied the environment. On a busy
/// machine that takes a while, so this waits for it.
fn victim() -> Child {
    let victim = Command::new("sleep").arg("1000").env("VICTIM", "1").spawn();
    let victim = victim.expect("a process");
    let environment = format!("/proc/{}/environ", victim.id());
    let deadline = Instant::now() + WATCHDOG;
    while fs::read(&environment).expect("it is ours").is_empty() {
        assert!(Instant::now() < deadline, "a program does not start");
        thread::yield_now();
    }
    victim
}

impl Drop for Target {
    fn drop(&mut self) {
        let _ = self.victim.kill();
        let _ = self.victim.wait();
    }
}

/// Makes `attack` in a sandbox of at most `level`, as a program of one process.
pub(crate) fn contained(attack: &str, level: Level) -> Outcome {
    contained_as(Profile::Run, Paths::default(), attack, level)
}

/// Makes `attack` in a sandbox of at most `level`, with this profile.
pub(crate) fn contained_as(profile: Profile, paths: Paths, attack: &str, level: Level) -> Outcome {
    contained_in(&Target::new(), profile, paths, Vec::new(), attack, level)
}

/// Makes `attack` on `target`, with permission to connect to these ports.
pub(crate) fn contained_in(
    target: &Target,
    profile: Profile,
    paths: Paths,
    ports: Vec<u16>,
    attack: &str,
    level: Level,
) -> Outcome {
    let probe = probe_up_to(level);
    let before = target.state();
    let (reader, writer) = io::pipe().expect("a pipe");
    let nothing = File::options()
        .read(true)
        .write(true)
        .open("/dev/null")
        .expect("it is there");
    let secret = Leaked::new();
    let child = {
        let args: Vec<_> = target.args(attack).into_iter().map(Into::into).collect();
        let spec = Spec {
            program: Path::new(ATTACKS),
            args: &args,
            env: &[],
            folder: Path::new("/"),
            stdin: nothing.as_fd(),
            stdout: writer.as_fd(),
            stderr: nothing.as_fd(),
            profile,
            limits: LIMITS,
            paths,
            ports,
        };
        spawn(&spec, probe).expect("the child can be contained")
    };
    drop((writer, secret));
    let limits = Some(LIMITS.threads);
    let watched = watch(reader, child.id(), is_endless(attack), limits, || {
        child.kill().expect("a child can be ended");
    });
    let status = child.wait().expect("it is ours");
    wait_for_group(child.id());
    // Whatever the program says: if it has changed something, it was not contained.
    if target.state() != before {
        return Outcome::Succeeded;
    }
    match outcome(&watched, status) {
        // Sending does no harm if nothing arrives.
        Outcome::Succeeded if attack == "udp" && !target.has_received() => Outcome::Contained,
        outcome => outcome,
    }
}

/// Makes `attack` as an ordinary child with the grader's environment and descriptors.
pub(crate) fn uncontained(attack: &str) -> Outcome {
    let target = Target::new();
    let (reader, writer) = io::pipe().expect("a pipe");
    let _secret = Leaked::new();
    let mut command = Command::new(ATTACKS);
    command.args(target.args(attack)).env("GRADER_SECRET", "42");
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(writer)
        .spawn()
        .expect("it is there");
    drop(command);
    let mut stdin = child.stdin.take().expect("it was piped");
    // Fails for most attacks, which do not read it.
    let _ = stdin.write_all(b"secret");
    let watched = watch(reader, child.id() as i32, is_endless(attack), None, || ());
    if watched.ended_by_us {
        child.kill().expect("it is ours");
    }
    let status = child.wait().expect("it is ours");
    let outcome = outcome(&watched, status);
    if outcome != Outcome::Succeeded {
        let said = String::from_utf8_lossy(&watched.output[..watched.output.len().min(200)]);
        eprintln!(
            "{attack} without containment: {status}, ended by the test: {}, {said:?}",
            watched.ended_by_us
        );
    }
    outcome
}

fn is_endless(attack: &str) -> bool {
    matches!(attack, "infinite-loop" | "deadlock" | "ignores-signals")
}

fn outcome(watched: &Watched, status: ExitStatus) -> Outcome {
    if !watched.output.starts_with(b"trying\n") {
        return Outcome::NotTried;
    }
    match (watched.ended_by_us, status.code(), status.signal()) {
        (false, Some(0), _) => Outcome::Succeeded,
        _ => Outcome::Contained,
    }
}

struct Watched {
    output: Vec<u8>,
    ended_by_us: bool,
}

/// Reads what the child writes until it ends by itself, prints too much, has too many threads, or runs out of time. In
/// the last three cases it calls `end`.
fn watch(
    mut reader: impl Read + Send,
    pid: i32,
    is_endless: bool,
    max_threads: Option<u64>,
    end: impl Fn(),
) -> Watched {
    let (sender, chunks) = std::sync::mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(move || {
            let mut total = 0;
            let mut chunk = [0; 1 << 14];
            while let Ok(n_bytes @ 1..) = reader.read(&mut chunk) {
                total += n_bytes;
                if sender.send(chunk[..n_bytes].to_vec()).is_err() || total > OUTPUT {
                    return;
                }
            }
        });
        let mut watched = Watched {
            output: Vec::new(),
            ended_by_us: false,
        };
        let mut deadline = Instant::now() + WATCHDOG;
        loop {
            match chunks.recv_timeout(Duration::from_millis(5)) {
                Ok(chunk) => {
                    if watched.output.is_empty() && is_endless {
                        deadline = Instant::now() + ENDLESS_ATTACK_TIME;
                    }
                    watched.output.extend(chunk);
                }
                Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {}
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => {
                    if watched.output.len() > OUTPUT {
                        watched.ended_by_us = true;
                        end();
                    }
                    return watched;
                }
            }
            if Instant::now() >= deadline || max_threads.is_some_and(|max| n_threads(pid) > max) {
                watched.ended_by_us = true;
                end();
                return watched;
            }
        }
    })
}

fn n_threads(pid: i32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("Threads:"));
    line.and_then(|count| count.trim().parse().ok()).unwrap_or(0)
}

/// Waits until the processes of a group are reaped. The process that adopts orphans takes a moment for that.
#[track_caller]
fn wait_for_group(group: i32) {
    let deadline = Instant::now() + WATCHDOG;
    // SAFETY: signal 0 is none.
    while unsafe { libc::kill(-group, 0) == 0 } {
        assert!(Instant::now() < deadline, "a process was left behind");
        thread::yield_now();
    }
}

/// A descriptor that every child inherits unless it is closed.
struct Leaked {
    _file: File,
}

impl Leaked {
    fn new() -> Leaked {
        let file = File::open("/etc/hostname")
            .or_else(|_| File::open("/proc/version"))
            .expect("a file");
        // SAFETY: the descriptor is open, and only its flag changes.
        unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETFD, 0) };
        Leaked { _file: file }
    }
}
