//! Pipes.

use std::fs::File;
use std::io::{self, BufRead, BufReader, IoSlice, IoSliceMut, PipeReader, PipeWriter, Read, Write, pipe};
use std::process::Stdio;
use std::thread;

fn moved() -> io::Result<String> {
    let (mut reader, mut writer): (PipeReader, PipeWriter) = pipe()?;
    let n = writer.write(b"ab")? + (&writer).write(b"c")?;
    writer.write_all(b"d")?;
    (&writer).write_all(b"e")?;
    write!(writer, "{}", "f")?;
    write!(&writer, "{}", "g")?;
    let n = n + writer.write_vectored(&[IoSlice::new(b"h"), IoSlice::new(b"i\n")])?;
    writer.flush()?;
    let mut bytes = [0; 4];
    let n = n + reader.read(&mut bytes[..1])? + (&reader).read(&mut bytes[1..2])?;
    let (front, back) = bytes[2..].split_at_mut(1);
    let n = n + reader.read_vectored(&mut [IoSliceMut::new(front), IoSliceMut::new(back)])?;
    reader.read_exact(&mut [0; 2])?;
    drop(writer);
    let mut text = String::new();
    let n = n + (&reader).read_to_string(&mut text)? + reader.read_to_end(&mut Vec::new())?;
    Ok(format!("{n} {bytes:?} {text:?}"))
}

fn between_threads() -> io::Result<String> {
    let (reader, writer) = pipe()?;
    let lines = thread::scope(|scope| {
        let lines = scope.spawn(|| BufReader::new(reader).lines().collect::<io::Result<Vec<_>>>());
        for n in 0..3 {
            writeln!(writer.try_clone()?, "line {n}")?;
        }
        drop(writer);
        lines.join().unwrap()
    });
    Ok(format!("{:?}", lines?))
}

fn ends() -> io::Result<String> {
    let (reader, mut writer) = pipe()?;
    drop(reader.try_clone()?);
    drop(reader);
    let broken = writer.write(b"a").unwrap_err().kind();
    let (mut reader, _) = pipe()?;
    Ok(format!("{broken:?} {}", reader.read(&mut [0])?))
}

#[cfg(unix)]
fn other_types() -> io::Result<String> {
    use std::os::fd::{AsFd, AsRawFd, IntoRawFd, OwnedFd};

    let (reader, writer) = pipe()?;
    let is_open = reader.as_fd().as_raw_fd() == reader.as_raw_fd() && writer.as_raw_fd() >= 0;
    let mut file = File::from(OwnedFd::from(writer));
    file.write_all(b"text")?;
    let mut reader = PipeReader::from(OwnedFd::from(reader));
    reader.read_exact(&mut [0; 4])?;
    let writer = PipeWriter::from(OwnedFd::from(file));
    let _: (Stdio, Stdio) = (reader.into(), writer.into());
    let (reader, _) = pipe()?;
    Ok(format!("{is_open} {}", reader.into_raw_fd() >= 0))
}

#[cfg(not(unix))]
fn other_types() -> io::Result<String> {
    let (reader, writer) = pipe()?;
    let _: (Stdio, Stdio) = (reader.into(), writer.into());
    Ok(String::new())
}

pub fn run() -> Vec<String> {
    let all = [moved(), between_threads(), ends(), other_types()];
    all.map(Result::unwrap).into()
}
