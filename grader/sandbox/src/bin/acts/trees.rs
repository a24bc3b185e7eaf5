//! Acts that outlast the program or use it up: loops, processes, threads, output.

use std::io::{self, Write as _};
use std::process::Command;
use std::sync::{Barrier, Mutex};
use std::thread;
use std::time::Duration;

use crate::scene::{Act, Scene, call};

pub(crate) const ACTS: &[(&str, Act)] = &[
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

/// More threads than any limit of the tests.
const MANY: usize = 600;

fn infinite_loop(_: &Scene) -> io::Result<()> {
    loop {
        std::hint::spin_loop();
    }
}

fn deadlock(_: &Scene) -> io::Result<()> {
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

fn ignores_signals(_: &Scene) -> io::Result<()> {
    for signal in 1..32 {
        // SAFETY: ignoring a signal runs no code.
        unsafe { libc::signal(signal, libc::SIG_IGN) };
    }
    loop {
        thread::sleep(Duration::from_secs(1000));
    }
}

/// A new process, in which `child` runs.
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

fn fork_bomb(_: &Scene) -> io::Result<()> {
    for _ in 0..100 {
        fork(|| {})?;
    }
    Ok(())
}

fn thread_bomb(_: &Scene) -> io::Result<()> {
    for _ in 0..MANY {
        let builder = thread::Builder::new().stack_size(16 << 10);
        builder.spawn(|| thread::sleep(Duration::from_secs(1000)))?;
    }
    // Long enough to be looked at.
    thread::sleep(Duration::from_millis(300));
    Ok(())
}

fn flood(_: &Scene) -> io::Result<()> {
    let line = [b'x'; 1 << 16];
    loop {
        io::stdout().write_all(&line)?;
    }
}

fn orphan(_: &Scene) -> io::Result<()> {
    fork(|| {
        let _ = call(libc::SYS_setsid, &[]);
        let _ = fork(|| thread::sleep(Duration::from_millis(300)));
    })
}

fn background(_: &Scene) -> io::Result<()> {
    fork(|| thread::sleep(Duration::from_millis(300)))
}

fn exec(command: &mut Command) -> io::Result<()> {
    use std::os::unix::process::CommandExt as _;
    Err(command.exec())
}

fn exec_shell(_: &Scene) -> io::Result<()> {
    exec(Command::new("/bin/sh").args(["-c", "exit 0"]))
}

fn exec_loader(_: &Scene) -> io::Result<()> {
    let loaders = ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"];
    let loader = loaders.iter().find(|path| std::path::Path::new(path).exists());
    exec(Command::new(loader.unwrap_or(&loaders[0])).arg("/bin/true"))
}

fn command(_: &Scene) -> io::Result<()> {
    Command::new("/bin/true").status().map(drop)
}

fn leave_session(_: &Scene) -> io::Result<()> {
    call(libc::SYS_setsid, &[]).map(drop)
}
