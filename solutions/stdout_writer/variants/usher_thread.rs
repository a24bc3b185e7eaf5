//! Variant: one more thread, which writes nothing, hands out the tokens over rendezvous channels.

use std::sync::Mutex;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;
use std::time::Duration;

pub fn one_at_a_time(pauses: &[Duration]) {
    write_lines(1, pauses);
}

pub fn two_at_a_time(pauses: &[Duration]) {
    write_lines(2, pauses);
}

fn write_lines(tokens: usize, pauses: &[Duration]) {
    let (token, tokens_to_take) = mpsc::sync_channel(0);
    let (give_back, returned) = mpsc::channel();
    let tokens_to_take = &Mutex::new(tokens_to_take);
    thread::scope(|scope| {
        let n_lines = pauses.len();
        scope.spawn(move || hand_out(tokens, n_lines, token, returned));
        for (number, &pause) in (1..).zip(pauses) {
            let give_back = give_back.clone();
            scope.spawn(move || {
                tokens_to_take.lock().unwrap().recv().unwrap();
                print!("Thread-{number} writing..");
                thread::sleep(pause);
                println!("..done");
                // The usher has ended once every thread has a token; it needs none back then.
                let _ = give_back.send(());
            });
        }
    });
}

fn hand_out(tokens: usize, n_lines: usize, token: SyncSender<()>, returned: Receiver<()>) {
    for n_given in 0..n_lines {
        if n_given >= tokens {
            returned.recv().unwrap();
        }
        token.send(()).unwrap();
    }
}
