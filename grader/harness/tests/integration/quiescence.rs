//! Quiescence of this process, with real threads, pipes and connections.
//!
//! The tests take turns, because each is about all threads of the process.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use harness::real::{Quiescence, kernel};
use protocol::BlockingCall;
use rustix::net::{AddressFamily, SocketType};

/// Far more polls than would do.
const MANY_POLLS: u32 = 100;

static PROCESS: Mutex<()> = Mutex::new(());

/// Keeps other tests from running until this is dropped, and takes the calling thread out of the polls.
fn alone() -> (MutexGuard<'static, ()>, kernel::Observer) {
    let guard = PROCESS.lock().unwrap_or_else(PoisonError::into_inner);
    (guard, kernel::observe_only())
}

fn is_quiescent_within(polls: u32) -> bool {
    let mut quiescence = Quiescence::default();
    (0..polls).any(|_| quiescence.poll(&kernel::tasks()))
}

/// Returns when the process is quiescent.
fn wait_until_quiescent() {
    while !is_quiescent_within(MANY_POLLS) {
        thread::yield_now();
    }
}

/// Returns when a thread of this process sleeps in `call`.
fn wait_until_blocked_in(call: BlockingCall) {
    let is_blocked = |task: &kernel::Task| task.call == Some(call) && task.is_asleep();
    while !kernel::tasks().iter().any(is_blocked) {
        thread::yield_now();
    }
}

/// A listener with room for one connection that nobody has accepted.
fn narrow_listener() -> io::Result<TcpListener> {
    let socket = rustix::net::socket(AddressFamily::INET, SocketType::STREAM, None)?;
    rustix::net::bind(&socket, &SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    rustix::net::listen(&socket, 0)?;
    Ok(TcpListener::from(socket))
}

/// Both ends of a connection.
fn connection() -> io::Result<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let client = TcpStream::connect(listener.local_addr()?)?;
    Ok((client, listener.accept()?.0))
}

/// The kernel drops the second attempt, and makes it again after a second: until then every thread sleeps.
#[test]
fn a_connection_attempt_without_an_answer_is_not_quiescent() -> io::Result<()> {
    let _alone = alone();
    let listener = narrow_listener()?;
    let address = listener.local_addr()?;
    let _first = TcpStream::connect(address)?;
    thread::scope(|scope| {
        let second = scope.spawn(|| TcpStream::connect(address)?.read(&mut [0]));
        wait_until_blocked_in(BlockingCall::Connect);
        let is_quiescent = is_quiescent_within(MANY_POLLS);
        let accepted = [listener.accept()?, listener.accept()?];
        wait_until_quiescent();
        drop(accepted);
        // It waits for a byte, and gets the end.
        assert_eq!(second.join().expect("it does not panic")?, 0);
        assert!(!is_quiescent);
        Ok(())
    })
}

#[test]
fn bytes_that_nobody_reads_are_quiescent() -> io::Result<()> {
    let _alone = alone();
    let (mut client, server) = connection()?;
    client.write_all(b"unread")?;
    let (pipe, mut writer) = io::pipe()?;
    writer.write_all(b"unread")?;
    thread::scope(|scope| {
        // It waits for the other direction.
        let reader = scope.spawn(|| (&client).read(&mut [0]));
        wait_until_blocked_in(BlockingCall::Receive);
        wait_until_quiescent();
        server.shutdown(Shutdown::Write)?;
        assert_eq!(reader.join().expect("it does not panic")?, 0);
        drop(pipe);
        Ok(())
    })
}

#[test]
fn bytes_for_which_the_receiver_has_no_room_are_quiescent() -> io::Result<()> {
    let _alone = alone();
    let (mut client, server) = connection()?;
    thread::scope(|scope| {
        let writer = scope.spawn(move || while client.write_all(&[0; 1 << 16]).is_ok() {});
        wait_until_quiescent();
        wait_until_blocked_in(BlockingCall::Send);
        drop(server);
        writer.join().expect("it does not panic");
        Ok(())
    })
}

#[test]
fn a_reader_that_is_given_a_byte_is_not_quiescent() -> io::Result<()> {
    let _alone = alone();
    let (mut reader, mut writer) = io::pipe()?;
    thread::scope(|scope| {
        scope.spawn(move || while reader.read(&mut [0]).is_ok_and(|n| n > 0) {});
        wait_until_blocked_in(BlockingCall::Read);
        for _ in 0..20 {
            let mut quiescence = Quiescence::default();
            while !quiescence.poll(&kernel::tasks()) {
                thread::yield_now();
            }
            writer.write_all(b"x")?;
            assert!(!quiescence.poll(&kernel::tasks()));
        }
        drop(writer);
        Ok(())
    })
}
