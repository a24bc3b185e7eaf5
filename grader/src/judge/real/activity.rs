//! What the threads of a check that hangs were doing, in words: `the main thread waits to read from a pipe`.

use protocol::{Activity, BlockingCall, DescriptorKind, ThreadActivity, ThreadOwner};

pub(super) fn described(thread: &ThreadActivity) -> String {
    let ThreadActivity {
        owner,
        name,
        activity,
        count,
    } = thread;
    // The submission chose the name, which must not look like lines of the report.
    let name = name.as_ref().map(|name| name.replace('\n', "⏎"));
    let who = match (owner, name) {
        (ThreadOwner::Main, _) => "the main thread".to_owned(),
        (ThreadOwner::Check, Some(name)) => format!("thread `{name}`"),
        (ThreadOwner::Check, None) => "a thread".to_owned(),
        (ThreadOwner::Child, Some(name)) => format!("child process `{name}`"),
        (ThreadOwner::Child, None) => "a child process of the check".to_owned(),
    };
    let what = match activity {
        Activity::Zombie => "has ended and was not waited for".to_owned(),
        Activity::Asleep => "sleeps".to_owned(),
        Activity::Blocked { call, descriptor } => format!("waits {}", waiting(*call, *descriptor)),
    };
    match count {
        1 => format!("{who} {what}"),
        n => format!("{who} {what} ({n} of them)"),
    }
}

fn waiting(call: BlockingCall, descriptor: Option<DescriptorKind>) -> String {
    let object = descriptor.map(|kind| match kind {
        DescriptorKind::Pipe => "a pipe",
        DescriptorKind::Socket => "a socket",
        DescriptorKind::File => "a file",
    });
    let fixed = match (call, object) {
        (BlockingCall::Read, Some(object)) => return format!("to read from {object}"),
        (BlockingCall::Read, None) => "to read",
        (BlockingCall::Write, Some(object)) => return format!("to write to {object}"),
        (BlockingCall::Write, None) => "to write",
        (BlockingCall::Poll, _) => "for any of several descriptors",
        (BlockingCall::Sleep, _) => "in `sleep`",
        (BlockingCall::Accept, _) => "for a connection",
        (BlockingCall::Connect, _) => "for a connection to be made",
        (BlockingCall::Receive, _) => "to receive from a socket",
        (BlockingCall::Send, _) => "to send to a socket",
        (BlockingCall::WaitForChild, _) => "for a child process to end",
        (BlockingCall::Futex, _) => "for another thread (a lock, a channel, a join)",
    };
    fixed.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(owner: ThreadOwner, name: Option<&str>, activity: Activity, count: usize, expected: &str) {
        let name = name.map(str::to_owned);
        let thread = ThreadActivity {
            owner,
            name,
            activity,
            count,
        };
        assert_eq!(described(&thread), expected);
    }

    fn blocked(call: BlockingCall, descriptor: Option<DescriptorKind>) -> Activity {
        Activity::Blocked { call, descriptor }
    }

    #[test]
    fn a_line_says_who_waits_for_what_and_how_many_do() {
        let join = blocked(BlockingCall::Futex, None);
        check(
            ThreadOwner::Main,
            None,
            join,
            1,
            "the main thread waits for another thread (a lock, a channel, a join)",
        );
        let read = blocked(BlockingCall::Read, Some(DescriptorKind::Pipe));
        check(
            ThreadOwner::Check,
            Some("reader"),
            read,
            1,
            "thread `reader` waits to read from a pipe",
        );
        let write = blocked(BlockingCall::Write, None);
        check(
            ThreadOwner::Check,
            None,
            write,
            2,
            "a thread waits to write (2 of them)",
        );
        let cat = "child process `cat` has ended and was not waited for";
        check(ThreadOwner::Child, Some("cat"), Activity::Zombie, 1, cat);
        let unnamed = "a child process of the check sleeps";
        check(ThreadOwner::Child, None, Activity::Asleep, 1, unnamed);
    }

    #[test]
    fn a_name_of_several_lines_is_shown_in_one() {
        let told = "thread `a⏎b` sleeps";
        check(ThreadOwner::Check, Some("a\nb"), Activity::Asleep, 1, told);
    }
}
