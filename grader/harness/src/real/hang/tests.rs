//! How the activities of waiting threads are listed, with made-up threads.

use super::*;

/// Another process. No real process has this number, which has more than 22 bits.
const OTHER: i32 = i32::MAX;

fn task(process: i32, offset: i32, name: &str, state: char) -> Task {
    Task {
        process,
        id: process - offset,
        name: name.to_owned(),
        state,
        switches: 0,
        call: None,
        descriptor: None,
        may_time_out: true,
    }
}

fn activity(owner: ThreadOwner, name: Option<&str>, activity: Activity, count: usize) -> ThreadActivity {
    ThreadActivity {
        owner,
        name: name.map(str::to_owned),
        activity,
        count,
    }
}

#[test]
fn threads_and_children_that_were_given_no_name_are_listed_without_one() {
    let own = std::process::id().cast_signed();
    let tasks = [
        task(own, 0, "checks", 'S'),
        task(own, 1, "checks", 'S'),
        task(own, 2, "checks", 'S'),
        task(own, 3, "reader", 'S'),
        task(OTHER, 0, "cat", 'Z'),
        task(OTHER, 0, "checks", 'S'),
    ];
    let expected = [
        activity(ThreadOwner::Main, None, Activity::Asleep, 1),
        activity(ThreadOwner::Check, None, Activity::Asleep, 2),
        activity(ThreadOwner::Check, Some("reader"), Activity::Asleep, 1),
        activity(ThreadOwner::Child, None, Activity::Asleep, 1),
        activity(ThreadOwner::Child, Some("cat"), Activity::Zombie, 1),
    ];
    assert_eq!(activities(&tasks, |_| None), expected);
}

#[test]
fn a_thread_in_a_call_is_listed_with_the_kind_of_descriptor() {
    let blocked = Task {
        call: Some(BlockingCall::Read),
        descriptor: Some(3),
        ..task(OTHER, 0, "cat", 'S')
    };
    let descriptor = Some(DescriptorKind::Pipe);
    let reads = Activity::Blocked {
        call: BlockingCall::Read,
        descriptor,
    };
    let expected = [activity(ThreadOwner::Child, Some("cat"), reads, 1)];
    assert_eq!(activities(&[blocked], |task| task.descriptor.and(descriptor)), expected);
}
