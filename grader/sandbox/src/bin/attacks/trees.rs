//! Attacks that never end, or that leave something running: loops, processes, threads, output.

use std::io::{self, Read as _, Write as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Command, Stdio};
use std::sync::{Barrier, Mutex};
use std::thread;
use std::time::Duration;

use crate::target::{Attack, Target, call};

pub(crate) const ATTACKS: &[(&str, Attack)] = &[
    ("infinite-loop", infinite_loop),
    ("deadlock", deadlock),
    ("ignores-signals", ignores_signals),
    ("fork-bomb", fork_bomb),
    ("thread-bomb", thread_bomb),
    ("flood", flood),
    ("orphan", orphan),
    ("background", background),
    ("exec-shell", exec_shell),
    ("exec-loader", exec_loader),
    ("command", command),
    ("command-forms", command_forms),
    ("setsid", leave_session),
];

/// More threads than any limit in the tests.
const MANY: usize = 600;

fn infinite_loop(_: &Target) -> io::Result<()> {
    loop {
        std::hint::spin_loop();
    }
}

fn deadlock(_: &Target) -> io::Result<()> {
    let (first, second, barrier) = (Mutex::new(()), Mutex::new(()), Barrier::new(2));
    let (first, second, barrier) = (&first, &second, &barrier);
    thread::scope(|scope| {
        for (mine, other) in [(first, second), (second, first)] {
            scope.spawn(move || {
                let _mine = mine.lock();
                barrier.wait();
                let _other = other.lock();
            });
        }
    });
    Ok(())
}

fn ignores_signals(_: &Target) -> io::Result<()> {
    for signal in 1..32 {
        // SAFETY: ignoring a signal runs no code.
        unsafe { libc::signal(signal, libc::SIG_IGN) };
    }
    loop {
        thread::sleep(Duration::from_secs(1000));
    }
}

/// Runs `child` in a new process.
fn fork(child: fn()) -> io::Result<()> {
    // SAFETY: this program has one thread when it forks.
    match unsafe { libc::fork() } {
        0 => {
            child();
            // SAFETY: `_exit` has no preconditions.
            unsafe { libc::_exit(0) }
        }
        pid if pid > 0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

fn fork_bomb(_: &Target) -> io::Result<()> {
    for _ in 0..100 {
        fork(|| {})?;
    }
    Ok(())
}

fn thread_bomb(_: &Target) -> io::Result<()> {
    for _ in 0..MANY {
        let builder = thread::Builder::new().stack_size(16 << 10);
        builder.spawn(|| thread::sleep(Duration::from_secs(1000)))?;
    }
    // Long enough to be counted.
    thread::sleep(Duration::from_millis(300));
    Ok(())
}

fn flood(_: &Target) -> io::Result<()> {
    let line = [b'x'; 1 << 16];
    loop {
        io::stdout().write_all(&line)?;
    }
}

fn orphan(_: &Target) -> io::Result<()> {
    fork(|| {
        let _ = call(libc::SYS_setsid, &[]);
        let _ = fork(|| thread::sleep(Duration::from_millis(300)));
    })
}

fn background(_: &Target) -> io::Result<()> {
    fork(|| thread::sleep(Duration::from_millis(300)))
}

fn exec(command: &mut Command) -> io::Result<()> {
    Err(command.exec())
}

fn exec_shell(_: &Target) -> io::Result<()> {
    exec(Command::new("/bin/sh").args(["-c", "exit 0"]))
}

fn exec_loader(_: &Target) -> io::Result<()> {
    let loaders = ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"];
    let loader = loaders.iter().find(|path| std::path::Path::new(path).exists());
    exec(Command::new(loader.unwrap_or(&loaders[0])).arg("/bin/true"))
}

fn command(_: &Target) -> io::Result<()> {
    Command::new("/bin/true").status().map(drop)
}

/// Not an attack: the ways in which `std` starts a program and waits for it.
fn command_forms(_: &Target) -> io::Result<()> {
    let works = |form: &str, command: &mut Command| match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(io::Error::other(format!("{form}: {status}"))),
        Err(error) => Err(io::Error::other(format!("{form}: {error}"))),
    };
    works("arg0", Command::new("/bin/true").arg0("yes"))?;
    works("current_dir", Command::new("/bin/true").current_dir("/"))?;
    works("process_group", Command::new("/bin/true").process_group(0))?;
    // In another `PATH`, `std` looks the program up in the child, after `fork`.
    works("env", Command::new("true").env("PATH", "/bin"))?;
    works("env_clear", Command::new("true").env_clear().env("PATH", "/bin"))?;
    works("envs", Command::new("true").envs([("PATH", "/bin"), ("A", "B")]))?;
    works(
        "stdin",
        Command::new("/bin/cat").stdin(Stdio::null()).stdout(Stdio::null()),
    )?;
    // A pipe of the parent's own, passed on as a plain descriptor.
    let (mut ours, theirs) = io::pipe()?;
    let (input, mut to_child) = io::pipe()?;
    let theirs = Stdio::from(std::os::fd::OwnedFd::from(theirs));
    let mut child = Command::new("cat")
        .env("PATH", "/bin")
        .stdin(input)
        .stdout(theirs)
        .spawn()?;
    to_child.write_all(b"text")?;
    drop(to_child);
    let mut text = String::new();
    ours.read_to_string(&mut text)?;
    if text != "text" || !child.wait()?.success() {
        return Err(io::Error::other(format!("pipe: {text}")));
    }
    let mut waits = Command::new("/bin/cat").stdin(Stdio::piped()).spawn()?;
    if waits.try_wait()?.is_some() {
        return Err(io::Error::other("try_wait: it has ended"));
    }
    waits.kill()?;
    match waits.wait()?.signal() {
        Some(libc::SIGKILL) => Ok(()),
        other => Err(io::Error::other(format!("kill: {other:?}"))),
    }
}

fn leave_session(_: &Target) -> io::Result<()> {
    call(libc::SYS_setsid, &[]).map(drop)
}
