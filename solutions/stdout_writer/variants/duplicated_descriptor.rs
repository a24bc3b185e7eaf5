//! Variant: each thread writes through a duplicate of standard output's descriptor, so there is no buffer and no lock.
//! The permits are bytes that go through a pair of sockets.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::Duration;

fn line(number: usize, pause: Duration) -> io::Result<()> {
    let mut out = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    out.write_all(format!("Thread-{number} writing..").as_bytes())?;
    thread::sleep(pause);
    out.write_all(b"..done\n")
}

fn at_most(n: usize, pauses: &[Duration]) -> io::Result<()> {
    let (taken, given) = UnixStream::pair()?;
    let (taken, given) = (&taken, &given);
    (&*given).write_all(&vec![b'+'; n])?;
    thread::scope(|scope| {
        let writers: Vec<_> = (1..)
            .zip(pauses)
            .map(|(number, &pause)| {
                scope.spawn(move || {
                    let (mut taken, mut given) = (taken, given);
                    let mut permit = [0];
                    taken.read_exact(&mut permit)?;
                    line(number, pause)?;
                    given.write_all(&permit)
                })
            })
            .collect();
        writers
            .into_iter()
            .try_for_each(|writer| writer.join().expect("writing does not panic"))
    })
}

pub fn one_at_a_time(pauses: &[Duration]) {
    at_most(1, pauses).expect("standard output is open");
}

pub fn two_at_a_time(pauses: &[Duration]) {
    at_most(2, pauses).expect("standard output is open");
}
