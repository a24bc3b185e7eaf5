//! What the kernel shows of packets and TCP connections that are in flight: plain tables, and what they mean.
//!
//! A packet on the loopback device first enters the backlog of a processor. On a loaded machine it may stay there until
//! the kernel thread `ksoftirqd` gets to run, and the thread that it will wake sleeps meanwhile. Two tables show it:
//!
//! * `/proc/net/softnet_stat` has the length of each processor's backlog. It counts the packets of the whole machine,
//!   whatever the network namespace of the reader.
//! * `/proc/net/tcp` and `tcp6` have the connections in the reader's network namespace. Whatever is in flight shows at
//!   one end:
//!
//! | in flight | shows as |
//! | --- | --- |
//! | a packet that opens a connection | `SYN_SENT` or `SYN_RECV` |
//! | bytes or their acknowledgement | bytes sent and not acknowledged |
//! | the end of a stream or its acknowledgement | `FIN_WAIT1`, `CLOSING` or `LAST_ACK` |
//! | a reset | an end on the loopback device whose other end is missing |
//!
//! A sender that waits for room at the receiver has nothing in flight. It has unacknowledged bytes as well, but its
//! timer is that of the zero-window probe. When the receiver makes room, it sends a packet that only the backlog shows.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The tables, read at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Network {
    /// The ends of connections and the sockets that listen for them; `None` where the kernel does not show them.
    pub connections: Option<Vec<Connection>>,
    /// How many packets wait in the backlog of each processor; `None` where the kernel does not show that.
    pub backlogs: Option<BTreeMap<u32, u32>>,
}

impl Network {
    /// Whether both tables are there.
    pub fn is_shown(&self) -> bool {
        self.connections.is_some() && self.backlogs.is_some()
    }
}

/// One end of a TCP connection, or a listening socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    local: SocketAddr,
    remote: SocketAddr,
    state: State,
    /// How many bytes were sent, or are to be sent, and are not acknowledged.
    unacknowledged: u32,
    has_probe_timer: bool,
    /// The number of the socket; 0 where no descriptor leads to it.
    inode: u64,
}

/// The state of a connection, as far as it makes a difference here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// `SYN_SENT` or `SYN_RECV`: the handshake is not complete.
    Opening,
    Established,
    /// `CLOSE_WAIT`: the other end sends nothing more, and this one may.
    ClosedByOther,
    /// `FIN_WAIT1`, `CLOSING` or `LAST_ACK`: the end of this stream was sent and is not acknowledged.
    Closing,
    /// `FIN_WAIT2`: the end of this stream has arrived at the other end.
    HalfClosed,
    Listening,
    Closed,
}

impl State {
    /// The state with this number, of `enum` in the kernel's `tcp_states.h`.
    fn of(number: u8) -> Option<State> {
        Some(match number {
            2 | 3 | 12 => State::Opening,
            1 => State::Established,
            8 => State::ClosedByOther,
            4 | 9 | 11 => State::Closing,
            5 => State::HalfClosed,
            10 => State::Listening,
            6 | 7 => State::Closed,
            _ => return None,
        })
    }
}

impl Connection {
    /// The connections in the text of `/proc/net/tcp` or `tcp6`.
    pub fn parse_all(text: &str) -> Option<Vec<Connection>> {
        text.lines().skip(1).map(Connection::parse).collect()
    }

    fn parse(line: &str) -> Option<Connection> {
        /// What stands in the column of the timer when the zero-window probe is pending.
        const PROBE: &str = "04";
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        let &[_, local, remote, state, queues, timer, _, _, _, inode, ..] = fields.as_slice() else {
            return None;
        };
        Some(Connection {
            local: address(local)?,
            remote: address(remote)?,
            state: State::of(u8::from_str_radix(state, 16).ok()?)?,
            unacknowledged: u32::from_str_radix(queues.split_once(':')?.0, 16).ok()?,
            has_probe_timer: timer.split_once(':')?.0 == PROBE,
            inode: inode.parse().ok()?,
        })
    }

    /// Whether something that this end has sent, or the acknowledgement of it, is in flight.
    fn is_in_flight(&self) -> bool {
        match self.state {
            State::Opening => true,
            State::Closing => !self.has_probe_timer,
            State::Established | State::ClosedByOther => self.unacknowledged > 0 && !self.has_probe_timer,
            State::HalfClosed | State::Listening | State::Closed => false,
        }
    }

    /// Whether the other end must be in the table. The other end of one in `CLOSE_WAIT` need not be: the kernel forgets
    /// an end in `FIN_WAIT2` after a minute.
    fn needs_other_end(&self) -> bool {
        let is_connected = matches!(self.state, State::Established | State::HalfClosed);
        is_connected && self.local.ip().is_loopback() && self.remote.ip().is_loopback()
    }
}

/// `0100007F:1F90`: words of 32 bits as they lie in memory, and the port.
fn address(text: &str) -> Option<SocketAddr> {
    let (words, port) = text.split_once(':')?;
    let word = |index: usize| {
        let word = words.get(8 * index..8 * index + 8)?;
        Some(u32::from_str_radix(word, 16).ok()?.to_ne_bytes())
    };
    let ip = match words.len() {
        8 => IpAddr::from(Ipv4Addr::from(word(0)?)),
        32 => {
            let words = [word(0)?, word(1)?, word(2)?, word(3)?];
            let bytes: [u8; 16] = words.concat().try_into().ok()?;
            // One end of a connection may be in each of the tables.
            Ipv6Addr::from(bytes).to_canonical()
        }
        _ => return None,
    };
    Some(SocketAddr::new(ip, u16::from_str_radix(port, 16).ok()?))
}

/// Whether anything is in flight from or to one of the sockets `own`.
pub fn is_anything_in_flight(connections: &[Connection], own: &BTreeSet<u64>) -> bool {
    let is_own = |connection: &&Connection| own.contains(&connection.inode);
    let listening = connections
        .iter()
        .filter(is_own)
        .filter(|own| own.state == State::Listening);
    // A connection belongs to nobody until it is accepted.
    let ports: HashSet<u16> = listening.map(|own| own.local.port()).collect();
    let ends: HashSet<_> = connections.iter().map(|end| (end.local, end.remote)).collect();
    let own_ends: HashSet<_> = connections
        .iter()
        .filter(is_own)
        .map(|end| (end.local, end.remote))
        .collect();
    connections.iter().any(|end| {
        let is_own = own.contains(&end.inode);
        let is_other_end = own_ends.contains(&(end.remote, end.local));
        let is_relevant = is_own || is_other_end || ports.contains(&end.local.port());
        let is_reset = is_own && end.needs_other_end() && !ends.contains(&(end.remote, end.local));
        is_relevant && end.is_in_flight() || is_reset
    })
}

/// The backlog of each processor in the text of `/proc/net/softnet_stat`, which has it from Linux 5.10 on.
pub fn parse_backlogs(text: &str) -> Option<BTreeMap<u32, u32>> {
    const BACKLOG: usize = 11;
    const PROCESSOR: usize = 12;
    let lines = text.lines().map(|line| {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        let number = |column: usize| u32::from_str_radix(fields.get(column)?, 16).ok();
        Some((number(PROCESSOR)?, number(BACKLOG)?))
    });
    let backlogs: BTreeMap<u32, u32> = lines.collect::<Option<_>>()?;
    Some(backlogs).filter(|backlogs| !backlogs.is_empty())
}

/// Whether the text of `/proc/net/sockstat` or `sockstat6` says that the protocol has no sockets. Reading a table takes
/// milliseconds, even an empty one.
pub fn has_none(text: &str, protocol: &str) -> bool {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(protocol)?.strip_prefix(": inuse "));
    line.is_some_and(|rest| rest.split_ascii_whitespace().next() == Some("0"))
}
