//! Standard output and standard error, and the macros that write to them.

use std::io::{
    self, BufRead, BufWriter, IsTerminal, LineWriter, Lines, Read, Stderr, StderrLock, Stdin, StdinLock, Stdout,
    StdoutLock, Write,
};

fn write_to(mut writer: impl Write) -> io::Result<usize> {
    writer.write_all(b"")?;
    write!(writer, "{}", "")?;
    writer.flush()?;
    writer.write(b"")
}

fn output() -> io::Result<String> {
    let mut stdout: Stdout = io::stdout();
    let mut lock: StdoutLock<'static> = stdout.lock();
    write!(lock, "")?;
    let n = [
        write_to(&mut lock)?,
        write_to(lock)?,
        write_to(&stdout)?,
        write_to(&mut stdout)?,
    ];
    let _terminal: bool = stdout.is_terminal() || stdout.lock().is_terminal();
    write_to(BufWriter::new(io::stdout()))?;
    write_to(LineWriter::new(io::stdout().lock()))?;
    io::copy(&mut io::empty(), &mut io::stdout())?;
    let boxed: Box<dyn Write + Send> = Box::new(io::stdout());
    write_to(boxed)?;
    Ok(format!("{n:?} {stdout:?} {:?}", stdout.lock()))
}

fn errors() -> io::Result<String> {
    let stderr: Stderr = io::stderr();
    let mut lock: StderrLock<'static> = stderr.lock();
    let n = [write_to(&mut lock)?, write_to(lock)?, write_to(&stderr)?];
    let _terminal: bool = stderr.is_terminal() || stderr.lock().is_terminal() || io::stdin().is_terminal();
    Ok(format!("{n:?} {stderr:?} {:?}", stderr.lock()))
}

/// Standard input is empty with both libraries: the test gives the program none.
fn input() -> io::Result<String> {
    let (mut text, mut bytes) = (String::new(), Vec::new());
    let mut stdin: Stdin = io::stdin();
    let mut n = vec![
        stdin.read_line(&mut text)?,
        stdin.read(&mut [0; 2])?,
        (&stdin).read_to_end(&mut bytes)?,
    ];
    let mut lock: StdinLock<'static> = stdin.lock();
    n.extend([
        lock.read_line(&mut text)?,
        lock.fill_buf()?.len(),
        lock.read_until(b' ', &mut bytes)?,
        (&mut lock).lines().count(),
    ]);
    lock.consume(0);
    let shown = format!("{lock:?}");
    drop(lock);
    let lines: Lines<StdinLock<'static>> = stdin.lines();
    n.push(lines.count());
    Ok(format!(
        "{n:?} {shown} {:?} {}",
        io::stdin(),
        io::read_to_string(io::stdin())?.len()
    ))
}

fn descriptors() -> String {
    let _: [std::process::Stdio; 2] = [io::stdout().into(), io::stderr().into()];
    #[cfg(unix)]
    {
        use std::os::fd::{AsFd, AsRawFd};
        let raw = [
            io::stdout().as_raw_fd(),
            io::stdout().lock().as_fd().as_raw_fd(),
            io::stderr().as_fd().as_raw_fd(),
            io::stdin().as_raw_fd(),
            io::stdin().lock().as_fd().as_raw_fd(),
        ];
        let _terminal: bool = io::stdout().as_fd().is_terminal();
        format!("{raw:?}")
    }
    #[cfg(not(unix))]
    "[1, 1, 2, 0, 0]".to_owned()
}

fn macros() -> String {
    print!("");
    print!("{}", "");
    eprint!("{0}", "");
    if false {
        println!();
        println!("{:?}", 1);
        eprintln!();
        eprintln!("{}", 1);
        dbg!();
    }
    let value = if true { 2 } else { dbg!(1) };
    let both = if true { (1, 2) } else { dbg!(value, 2) };
    let unit: () = print!("");
    format!("{value} {both:?} {unit:?}")
}

pub fn run() -> Vec<String> {
    vec![
        output().unwrap(),
        errors().unwrap(),
        input().unwrap(),
        descriptors(),
        macros(),
    ]
}
