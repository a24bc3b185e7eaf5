//! A server of comics on this machine, which counts what was asked for, how much at once, and over how many
//! connections.
//!
//! It speaks HTTP/1.1 and keeps connections open. A request is in flight from its arrival until its reply is about to
//! be sent, so it does not count any more when the client has read the reply. Replies can be held back until the
//! process is quiescent: then every request is in flight that can be. The server never waits for a clock.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use harness::real::{WaitEnd, until_quiescent};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::{self, Runtime};
use tokio::sync::{Notify, oneshot};

use crate::hold::{Held, Hold};
use crate::outcome::Outcome;
use crate::payload::Payload;
use crate::prompt::Prompt;
use crate::shelf::{Manner, Places, Reply, Shelf, page};

/// A running server. It ends when it is dropped.
#[derive(Debug)]
pub struct Server {
    base: String,
    /// A socket that is bound and never listens, so that connections to it are refused, and its URL.
    closed: (TcpSocket, String),
    shelf: Shelf,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<Infallible>>,
    threads: Vec<JoinHandle<()>>,
}

/// The requests at a moment when nothing more could happen before a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuiescentMoment {
    /// How many requests were in flight.
    pub in_flight: usize,
    /// How many comics had not got their last reply.
    pub unfinished: usize,
}

#[derive(Debug)]
struct Shared {
    replies: BTreeMap<String, Reply>,
    state: Mutex<State>,
    /// Something was held, or the server ends.
    changed: Condvar,
    /// A connection ended, so there is room for another.
    room: Notify,
}

#[derive(Debug)]
struct State {
    hold: Hold,
    held: Vec<Held>,
    asked: Vec<String>,
    in_flight: usize,
    most_in_flight: usize,
    n_connections: usize,
    finished: BTreeSet<u32>,
    quiescent_moments: Vec<QuiescentMoment>,
    was_polled: bool,
    is_closing: bool,
}

/// The addresses that servers of this process have had.
static USED: Mutex<BTreeSet<SocketAddr>> = Mutex::new(BTreeSet::new());

/// What `bind` has bound to an address that was not `used` before. The system may give the port of a server that is
/// gone to the next one, and a submission that remembers an address would meet another server there by chance.
fn unused<T>(
    used: &Mutex<BTreeSet<SocketAddr>>,
    mut bind: impl FnMut() -> io::Result<(SocketAddr, T)>,
) -> io::Result<(SocketAddr, T)> {
    // While they are bound, the system gives other ports.
    let mut bound_again = Vec::new();
    loop {
        let (address, bound) = bind()?;
        if used.lock().unwrap_or_else(PoisonError::into_inner).insert(address) {
            return Ok((address, bound));
        }
        bound_again.push(bound);
    }
}

impl Server {
    /// Starts a server that has what is on `shelf` and holds replies back as `hold` says.
    ///
    /// # Errors
    ///
    /// When the system gives no port of the loopback device, or no thread.
    pub fn start(shelf: Shelf, hold: Hold) -> io::Result<Server> {
        let runtime = runtime::Builder::new_current_thread().enable_io().build()?;
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let listen = || {
            let listener = runtime.block_on(TcpListener::bind(any))?;
            Ok((listener.local_addr()?, listener))
        };
        let (address, listener) = unused(&USED, listen)?;
        let base = format!("http://{address}");
        let bind = || {
            let socket = TcpSocket::new_v4()?;
            socket.bind(any)?;
            Ok((socket.local_addr()?, socket))
        };
        let (address, socket) = unused(&USED, bind)?;
        let closed_base = format!("http://{address}");
        let places = Places {
            base: &base,
            closed_base: &closed_base,
        };
        let shared = Arc::new(Shared {
            replies: shelf.replies(&places),
            state: Mutex::new(State::new(hold)),
            changed: Condvar::new(),
            room: Notify::new(),
        });
        let (stop, stopped) = oneshot::channel();
        let mut server = Server {
            base,
            closed: (socket, closed_base),
            shelf,
            shared,
            stop: Some(stop),
            threads: Vec::new(),
        };
        let shared = Arc::clone(&server.shared);
        server.spawn("server", move || serve(&runtime, listener, &shared, stopped))?;
        let (shared, n_comics) = (Arc::clone(&server.shared), server.shelf.n_comics());
        server.spawn("server's holds", move || release_when_quiescent(&shared, n_comics))?;
        Ok(server)
    }

    fn spawn(&mut self, name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let thread = thread::Builder::new().name(name.to_owned()).spawn(work)?;
        self.threads.push(thread);
        Ok(())
    }

    /// Its URL, without a slash at the end.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// A URL on this machine where no server listens.
    pub fn closed_base(&self) -> &str {
        let (_socket, base) = &self.closed;
        base
    }

    /// The right result for the comic `number` from here.
    pub(crate) fn expected(&self, number: u32) -> Outcome {
        let places = Places {
            base: &self.base,
            closed_base: self.closed_base(),
        };
        self.shelf.expected(number, &places)
    }

    pub(crate) fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    /// Every path that can be asked for.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &String> {
        self.shared.replies.keys()
    }

    /// The paths that were asked for, in the order of the requests.
    pub fn asked(&self) -> Vec<String> {
        self.shared.state().asked.clone()
    }

    /// Forgets what was asked for so far, as if it had just started.
    pub fn forget(&self) {
        let mut state = self.shared.state();
        state.asked.clear();
        state.finished.clear();
    }

    /// How many requests are in flight.
    pub fn in_flight(&self) -> usize {
        self.shared.state().in_flight
    }

    /// The most that were in flight at once.
    pub fn most_in_flight(&self) -> usize {
        self.shared.state().most_in_flight
    }

    /// How many connections were opened.
    pub fn n_connections(&self) -> usize {
        self.shared.state().n_connections
    }

    /// Every moment at which the process was quiescent and a reply was held back.
    pub fn quiescent_moments(&self) -> Vec<QuiescentMoment> {
        self.shared.state().quiescent_moments.clone()
    }

    /// Whether threads woke up again and again while replies were held back, so that the process was never
    /// quiescent.
    pub fn was_polled(&self) -> bool {
        self.shared.state().was_polled
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop = None;
        self.shared.state().is_closing = true;
        self.shared.changed.notify_all();
        for thread in self.threads.drain(..) {
            thread.join().expect("the threads of the server do not panic");
        }
    }
}

impl State {
    fn new(hold: Hold) -> State {
        State {
            hold,
            held: Vec::new(),
            asked: Vec::new(),
            in_flight: 0,
            most_in_flight: 0,
            n_connections: 0,
            finished: BTreeSet::new(),
            quiescent_moments: Vec::new(),
            was_polled: false,
            is_closing: false,
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request; it is in flight until what is returned is dropped.
    fn arrive(self: &Arc<Self>, path: &str) -> (InFlight, Option<oneshot::Receiver<()>>) {
        let mut state = self.state();
        state.asked.push(path.to_owned());
        state.in_flight += 1;
        state.most_in_flight = state.most_in_flight.max(state.in_flight);
        let in_flight = InFlight(Arc::clone(self));
        let Some(reply) = self.replies.get(path) else {
            return (in_flight, None);
        };
        if reply.manner != Manner::Stalled && !state.hold.holds(path) {
            return (in_flight, None);
        }
        let (release, released) = oneshot::channel();
        state.held.push(Held {
            comic: reply.comic,
            release,
        });
        self.changed.notify_all();
        (in_flight, Some(released))
    }
}

/// A request in flight.
struct InFlight(Arc<Shared>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.state().in_flight -= 1;
    }
}

/// Accepts connections until the other end of `stopped` is dropped. All of them end with the runtime.
fn serve(runtime: &Runtime, listener: TcpListener, shared: &Arc<Shared>, stopped: oneshot::Receiver<Infallible>) {
    let shared = Arc::clone(shared);
    runtime.spawn(async move {
        let mut spare = TcpSocket::new_v4().ok();
        loop {
            match listener.accept().await {
                Ok((stream, _)) => connected(stream, &shared),
                // The process has no descriptor left. The connection is accepted with the spare one and closed, so that
                // no client waits for a reply that cannot come.
                Err(_) if spare.take().is_some() => drop(listener.accept().await),
                Err(_) => shared.room.notified().await,
            }
            spare = spare.or_else(|| TcpSocket::new_v4().ok());
        }
    });
    // Nothing is ever sent, so an error is the end.
    let _ = runtime.block_on(stopped);
}

fn connected(stream: TcpStream, shared: &Arc<Shared>) {
    // Each reply is written at once and a client waits for it, so collecting small packets would only delay it.
    let _ = stream.set_nodelay(true);
    shared.state().n_connections += 1;
    let shared = Arc::clone(shared);
    tokio::spawn(async move {
        let service = service_fn(|request| answer(Arc::clone(&shared), request));
        let connection = http1::Builder::new()
            .header_read_timeout(None)
            .serve_connection(TokioIo::new(Prompt(stream)), service);
        // A client may end its connection in any way.
        let _ = connection.await;
        shared.room.notify_one();
    });
}

/// An error closes the connection without a reply.
async fn answer(shared: Arc<Shared>, request: Request<Incoming>) -> Result<Response<Payload>, Closed> {
    let path = request.uri().path_and_query().map_or("", |path| path.as_str());
    let path = match *request.method() {
        Method::GET => path.to_owned(),
        ref method => format!("{method} {path}"),
    };
    let (in_flight, released) = shared.arrive(&path);
    if let Some(released) = released {
        // An error means that the server ends.
        let _ = released.await;
    }
    let Some(reply) = shared.replies.get(&path) else {
        drop(in_flight);
        return Ok(Payload::whole(page(404).into()).into_response(404, "text/html"));
    };
    if reply.is_last {
        shared.state().finished.insert(reply.comic);
    }
    drop(in_flight);
    let body = reply.body.clone();
    let payload = match reply.manner {
        Manner::Whole => Payload::whole(body),
        Manner::CutOff => Payload::cut_off(body),
        Manner::Stalled => return Err(Closed),
    };
    Ok(payload.into_response(reply.status, reply.kind))
}

/// The connection is closed instead of a reply.
#[derive(Debug)]
struct Closed;

impl std::fmt::Display for Closed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the connection is closed without a reply")
    }
}

impl std::error::Error for Closed {}

/// Whenever a reply is held, waits until the process is quiescent or polls. Then notes what is in flight, and releases
/// the replies that `hold` names.
fn release_when_quiescent(shared: &Shared, n_comics: usize) {
    loop {
        let idle = |state: &mut State| state.held.is_empty() && !state.is_closing;
        let state = shared.changed.wait_while(shared.state(), idle);
        let is_closing = state.unwrap_or_else(PoisonError::into_inner).is_closing;
        if is_closing {
            return;
        }
        // Grows with each request that arrives and each that ends.
        let events = || {
            let state = shared.state();
            2 * state.asked.len() - state.in_flight
        };
        // Whoever has polled once is told so, whatever comes after. To find it out takes seconds.
        let was_polled = shared.state().was_polled;
        let end = if was_polled {
            WaitEnd::Polled
        } else {
            until_quiescent(events)
        };
        let mut state = shared.state();
        state.was_polled |= end == WaitEnd::Polled;
        let moment = QuiescentMoment {
            in_flight: state.in_flight,
            unfinished: n_comics.saturating_sub(state.finished.len()),
        };
        state.quiescent_moments.push(moment);
        let State { hold, held, .. } = &mut *state;
        for held in hold.release(held) {
            // The client may have gone.
            let _ = held.release.send(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_servers_of_a_process_have_the_same_address() {
        let mut ports = [8001, 8002, 8001, 8002, 8003].into_iter();
        let mut bind = || {
            let port = ports.next().expect("no more than five");
            Ok((SocketAddr::from((Ipv4Addr::LOCALHOST, port)), port))
        };
        let used = Mutex::default();
        let given = [(); 3].map(|()| unused(&used, &mut bind).expect("an address").1);
        assert_eq!(given, [8001, 8002, 8003]);
    }
}
