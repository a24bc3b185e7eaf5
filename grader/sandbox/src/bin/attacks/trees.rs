//! Attacks that never end, or that leave something running: loops, processes, threads, output.

use std::io::{self, Write as _};
use std::process::Command;
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
    use std::os::unix::process::CommandExt as _;
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

fn leave_session(_: &Target) -> io::Result<()> {
    call(libc::SYS_setsid, &[]).map(drop)
}
