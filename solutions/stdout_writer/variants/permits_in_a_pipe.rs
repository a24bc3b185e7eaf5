//! Variant: a permit is a byte in a pipe, as in the job server of `make`.

use std::io::{PipeReader, PipeWriter, Read, Write, pipe};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// Where permits are taken from, and where they are given back.
struct Permits {
    reader: PipeReader,
    writer: PipeWriter,
}

impl Permits {
    fn new(n_permits: usize) -> Self {
        let (reader, mut writer) = pipe().expect("a pipe");
        writer.write_all(&vec![b'+'; n_permits]).expect("room in the pipe");
        Self { reader, writer }
    }

    fn hold(&self, work: impl FnOnce()) {
        let mut permit = [0];
        (&self.reader).read_exact(&mut permit).expect("a permit");
        work();
        (&self.writer).write_all(&permit).expect("room in the pipe");
    }
}

fn at_most(n: usize, pauses: &[Duration]) {
    let permits = Arc::new(Permits::new(n));
    let writers: Vec<_> = (1..)
        .zip(pauses.iter().copied())
        .map(|(number, pause)| {
            let permits = Arc::clone(&permits);
            thread::spawn(move || {
                permits.hold(|| {
                    print!("Thread-{number} writing..");
                    thread::sleep(pause);
                    println!("..done");
                });
            })
        })
        .collect();
    for writer in writers {
        writer.join().expect("writing does not panic");
    }
}

pub fn one_at_a_time(pauses: &[Duration]) {
    at_most(1, pauses);
}

pub fn two_at_a_time(pauses: &[Duration]) {
    at_most(2, pauses);
}
