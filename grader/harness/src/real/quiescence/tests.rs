//! Which tables of the kernel count as quiescent, with made-up tables.

use super::*;
use crate::real::kernel::network::{Connection, parse_backlogs};

/// A kernel that shows what a test says.
struct Recorded {
    others_act: bool,
    descriptors: Option<Vec<Descriptor>>,
    network: Network,
}

impl Kernel for Recorded {
    fn may_others_act(&self) -> bool {
        self.others_act
    }

    fn descriptors(&self, _tasks: &[Task]) -> Option<Vec<Descriptor>> {
        self.descriptors.clone()
    }

    fn network(&self) -> Network {
        self.network.clone()
    }
}

/// The sockets of the process: one that listens on port 8080, a connection to it, and the other end of that.
const LISTENER: u64 = 101;
const CLIENT: u64 = 102;
const SERVER: u64 = 103;

/// The pipe that is open at both ends, and those whose other end is outside.
const PIPE: u64 = 201;
const STDOUT: u64 = 202;
const STDIN: u64 = 203;

const PROCESS: i32 = 4711;

fn recorded(connections: &[&str], backlogs: &str) -> Recorded {
    let descriptor = |number, target, can_read, can_write| Descriptor {
        process: PROCESS,
        number,
        target,
        can_read,
        can_write,
    };
    let table = format!("  sl  local_address rem_address   st\n{}", connections.join("\n"));
    Recorded {
        others_act: false,
        descriptors: Some(vec![
            descriptor(0, Target::Pipe(STDIN), true, false),
            descriptor(1, Target::Pipe(STDOUT), false, true),
            descriptor(3, Target::Socket(LISTENER), true, true),
            descriptor(4, Target::Socket(CLIENT), true, true),
            descriptor(5, Target::Socket(SERVER), true, true),
            descriptor(6, Target::Pipe(PIPE), true, false),
            descriptor(7, Target::Pipe(PIPE), false, true),
        ]),
        network: Network {
            connections: Connection::parse_all(&table),
            backlogs: parse_backlogs(backlogs),
        },
    }
}

/// A line of `/proc/net/tcp`. The listener is at port 1F90, the client at C350.
fn row(local: &str, remote: &str, state: &str, queues: &str, timer: &str, inode: u64) -> String {
    format!("   0: {local} {remote} {state} {queues} {timer}:00000000 00000000     0        0 {inode} 1 0 20 4 0 10 -1")
}

fn listener() -> String {
    row(
        "0100007F:1F90",
        "00000000:0000",
        "0A",
        "00000000:00000000",
        "00",
        LISTENER,
    )
}

fn client(state: &str, queues: &str, timer: &str) -> String {
    row("0100007F:C350", "0100007F:1F90", state, queues, timer, CLIENT)
}

fn server(state: &str, queues: &str, timer: &str, inode: u64) -> String {
    row("0100007F:1F90", "0100007F:C350", state, queues, timer, inode)
}

const NOTHING: &str = "00000000:00000000";

const EMPTY: &str = "\
00000013 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 0 0
00000903 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000001 0 0
";

/// Two packets wait at the second processor.
const WAITING: &str = "\
00000013 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 0 0
00000903 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000002 00000001 2 0
";

fn task(id: i32, call: Option<BlockingCall>, descriptor: Option<i32>) -> Task {
    Task {
        process: PROCESS,
        id,
        name: "check".to_owned(),
        state: 'S',
        switches: 7,
        call,
        descriptor,
        may_time_out: call != Some(BlockingCall::Futex),
    }
}

/// The threads of a client: one waits for the other, and that one for the network, with a time-out.
fn downloading() -> [Task; 2] {
    [
        task(1, Some(BlockingCall::Futex), None),
        task(2, Some(BlockingCall::Poll), None),
    ]
}

/// How many polls in a row see the same until these threads are quiescent, up to 100.
fn polls_until_quiescent(tasks: &[Task], kernel: &Recorded) -> Option<u32> {
    let mut quiescence = Quiescence::default();
    assert!(
        !quiescence.advance(tasks, kernel),
        "the first poll has nothing to compare with"
    );
    (1..=100).find(|_| quiescence.advance(tasks, kernel))
}

#[track_caller]
fn check_downloading(connections: &[String], expected: Option<u32>) {
    let connections: Vec<&str> = connections.iter().map(String::as_str).collect();
    let kernel = recorded(&connections, EMPTY);
    assert!(kernel.network.is_shown(), "{connections:?}");
    assert_eq!(
        polls_until_quiescent(&downloading(), &kernel),
        expected,
        "{connections:?}"
    );
}

const OBSERVED: Option<u32> = Some(QUIESCENT_POLLS.observed);
const SHOWN: Option<u32> = Some(QUIESCENT_POLLS.shown);

#[test]
fn a_connection_that_is_being_made_is_not_quiescent() {
    // Neither end has seen a packet of the other; then the listener has; then the client.
    check_downloading(&[listener(), client("02", "00000001:00000000", "01")], None);
    let half = server("03", NOTHING, "01", 0);
    check_downloading(
        &[listener(), client("02", "00000001:00000000", "01"), half.clone()],
        None,
    );
    check_downloading(&[listener(), client("01", NOTHING, "00"), half], None);
}

#[test]
fn bytes_that_are_not_acknowledged_are_not_quiescent() {
    let idle = server("01", NOTHING, "00", SERVER);
    check_downloading(&[listener(), client("01", "0000008E:00000000", "01"), idle], None);
    // Those of the other end count as well, also when it was not accepted yet and belongs to nobody.
    let answering = server("01", "0000008E:00000000", "01", 0);
    check_downloading(&[listener(), client("01", NOTHING, "00"), answering], None);
}

#[test]
fn bytes_that_lie_unread_are_quiescent() {
    let unread = server("01", "00000000:0000008E", "00", SERVER);
    check_downloading(&[listener(), client("01", NOTHING, "00"), unread], OBSERVED);
    // The receiver has no room, and does not read.
    let full = server("01", "00000000:0000FFFF", "00", SERVER);
    check_downloading(&[listener(), client("01", "00000400:00000000", "04"), full], OBSERVED);
}

#[test]
fn an_end_of_stream_that_has_not_arrived_is_not_quiescent() {
    let idle = server("01", NOTHING, "00", SERVER);
    check_downloading(&[listener(), client("04", "00000001:00000000", "01"), idle], None);
    let closed = server("08", NOTHING, "00", SERVER);
    check_downloading(&[listener(), client("05", NOTHING, "00"), closed.clone()], OBSERVED);
    let answered = server("09", "00000001:00000000", "01", 0);
    check_downloading(&[listener(), client("05", NOTHING, "00"), answered], None);
    // The kernel has given the other end up.
    check_downloading(&[listener(), closed], OBSERVED);
}

#[test]
fn a_reset_that_has_not_arrived_is_not_quiescent() {
    check_downloading(&[listener(), client("01", NOTHING, "00")], None);
    // The other end is on another machine, and may do what it likes.
    let outside = row("0200000A:C350", "0101A8C0:0050", "01", NOTHING, "00", CLIENT);
    check_downloading(&[outside], OBSERVED);
}

#[test]
fn connections_of_others_do_not_matter() {
    let opening = row("0100007F:C351", "0100007F:0050", "02", "00000001:00000000", "01", 999);
    let sending = row("0100007F:0050", "0100007F:C352", "01", "00000FFF:00000000", "01", 998);
    let idle = server("01", NOTHING, "00", SERVER);
    check_downloading(
        &[opening, sending, listener(), client("01", NOTHING, "00"), idle],
        OBSERVED,
    );
}

#[test]
fn what_other_processes_send_here_is_not_quiescent() {
    let opening = row("0100007F:1F90", "0100007F:C351", "03", NOTHING, "01", 0);
    check_downloading(&[listener(), opening], None);
    let idle = row("0100007F:C350", "0100007F:0050", "01", NOTHING, "00", CLIENT);
    let sending = row("0100007F:0050", "0100007F:C350", "01", "00000FFF:00000000", "01", 998);
    check_downloading(&[idle, sending], None);
}

#[test]
fn an_end_in_the_other_table_is_found() {
    let table = |local: &str, remote: &str, inode| {
        let row = row(local, remote, "01", NOTHING, "00", inode);
        Connection::parse_all(&format!("header\n{row}")).expect("a table")
    };
    let old = table("0100007F:C350", "0100007F:1F90", CLIENT);
    let mapped = |port| format!("0000000000000000FFFF00000100007F:{port}");
    let new = table(&mapped("1F90"), &mapped("C350"), SERVER);
    let own = BTreeSet::from([CLIENT, SERVER]);
    assert!(network::is_anything_in_flight(&old, &own) && network::is_anything_in_flight(&new, &own));
    assert!(!network::is_anything_in_flight(&[old, new].concat(), &own));
}

#[test]
fn a_packet_in_the_backlog_of_a_processor_is_not_quiescent() {
    let mut quiescence = Quiescence::default();
    let (waiting, empty) = (recorded(&[], WAITING), recorded(&[], EMPTY));
    assert!(!(0..100).any(|_| quiescence.advance(&downloading(), &waiting)));
    // The first poll sees that it is gone, the second that nobody has run.
    assert!(!quiescence.advance(&downloading(), &empty));
    assert!(quiescence.advance(&downloading(), &empty));
}

#[test]
fn a_processor_that_was_seen_without_a_backlog_has_none_of_this_process() {
    let mut kernel = recorded(&[], WAITING);
    let busy = |processors: &[u32]| Some((0..4).map(|id| (id, u32::from(processors.contains(&id)))).collect());
    let mut quiescence = Quiescence::default();
    let mut poll = |processors: &[u32]| {
        kernel.network.backlogs = busy(processors);
        quiescence.advance(&downloading(), &kernel)
    };
    for _ in 0..20 {
        assert!(!poll(&[0, 1]));
    }
    assert!(!poll(&[1, 2]), "the second still has one");
    assert!(!poll(&[0, 3]), "nobody may have run since");
    assert!(poll(&[0, 1, 2, 3]));
}

#[test]
fn without_the_tables_of_the_kernel_it_takes_more_polls() {
    let blind = Some(QUIESCENT_POLLS.blind);
    let mut kernel = recorded(&[], EMPTY);
    kernel.descriptors = None;
    assert_eq!(polls_until_quiescent(&downloading(), &kernel), blind);
    for hidden in [
        Network::default(),
        Network {
            backlogs: None,
            ..recorded(&[], EMPTY).network
        },
    ] {
        kernel = recorded(&[], EMPTY);
        kernel.network = hidden;
        assert_eq!(polls_until_quiescent(&downloading(), &kernel), blind);
    }
    // Before Linux 5.10 the backlog was not shown.
    let columns = EMPTY
        .lines()
        .map(|line| format!("{}\n", &line[..98]))
        .collect::<String>();
    assert_eq!(parse_backlogs(&columns), None);
    // What is shown still counts.
    kernel = recorded(&[&client("02", NOTHING, "01")], EMPTY);
    kernel.network.backlogs = None;
    assert_eq!(polls_until_quiescent(&downloading(), &kernel), None);
}

#[test]
fn threads_that_wait_for_each_other_are_quiescent_whatever_the_network_does() {
    let futex = task(1, Some(BlockingCall::Futex), None);
    let child = task(2, Some(BlockingCall::WaitForChild), None);
    let reader = task(3, Some(BlockingCall::Read), Some(6));
    let writer = task(4, Some(BlockingCall::Write), Some(7));
    let ended = Task {
        state: 'Z',
        ..task(5, None, None)
    };
    let tasks = [futex, child, reader, writer, ended];
    assert_eq!(polls_until_quiescent(&tasks, &recorded(&[], WAITING)), SHOWN);
    let mut kernel = recorded(&[], EMPTY);
    kernel.others_act = true;
    assert_eq!(polls_until_quiescent(&tasks, &kernel), OBSERVED);
}

#[test]
fn a_thread_that_a_timer_or_somebody_outside_may_wake_is_only_observed() {
    let lock = task(1, Some(BlockingCall::Futex), None);
    let with_time_out = Task {
        may_time_out: true,
        ..lock.clone()
    };
    for other in [
        with_time_out,
        task(2, Some(BlockingCall::Sleep), None),
        task(2, Some(BlockingCall::Poll), None),
        task(2, Some(BlockingCall::Accept), Some(3)),
        task(2, Some(BlockingCall::Receive), Some(4)),
        task(2, Some(BlockingCall::Read), Some(4)),
        task(2, Some(BlockingCall::Read), Some(0)),
        task(2, Some(BlockingCall::Write), Some(1)),
        task(2, None, None),
    ] {
        let tasks = [lock.clone(), other];
        let idle = server("01", NOTHING, "00", SERVER);
        let kernel = recorded(&[&listener(), &client("01", NOTHING, "00"), &idle], EMPTY);
        assert_eq!(polls_until_quiescent(&tasks, &kernel), OBSERVED, "{tasks:?}");
    }
}

#[test]
fn a_thread_that_runs_or_has_run_or_came_is_not_quiescent() {
    let kernel = recorded(&[], EMPTY);
    let asleep = [task(1, Some(BlockingCall::Futex), None)];
    let waiting_for_a_disk = [Task {
        state: 'D',
        ..asleep[0].clone()
    }];
    assert_eq!(polls_until_quiescent(&waiting_for_a_disk, &kernel), None);
    let has_run = [Task {
        switches: 8,
        ..asleep[0].clone()
    }];
    let has_come = [asleep[0].clone(), task(2, Some(BlockingCall::Futex), None)];
    for other in [&has_run[..], &has_come] {
        let mut quiescence = Quiescence::default();
        for _ in 0..50 {
            assert!(!quiescence.advance(&asleep, &kernel));
            assert!(!quiescence.advance(&asleep, &kernel));
            assert!(!quiescence.advance(other, &kernel));
        }
    }
}
