//! Traces of jobs: who gives them to a pool, who takes them, and which thread waits for whom in a deadlock.

use model_rayon_core::{ThreadPoolBuilder, join, scope};
use model_std::model::trace::{End, Event, ObjectKind, Op, Trace, Wait, WaitReason};
use model_std::sync::{Arc, Barrier, Mutex};
use model_std::thread;
use model_std_suite::{Explorer, line, preemptions};

/// The events at pools: thread, operation and line.
fn jobs(trace: &Trace) -> Vec<(usize, &Op, Option<u32>)> {
    let is_at_pool = |event: &&Event| {
        let object = event.object.and_then(|object| trace.objects.get(object));
        object.is_some_and(|object| object.kind == ObjectKind::RayonPool)
    };
    let told = |event: &Event| event.place.as_ref().map(|place| place.line);
    let events = trace.events.iter().filter(is_at_pool);
    events.map(|event| (event.thread, &event.op, told(event))).collect()
}

#[test]
fn a_stolen_job_is_given_taken_and_ended_at_the_lines_of_the_program() {
    let line = Some(line!() + 4);
    let body = || {
        let pool = ThreadPoolBuilder::new().num_threads(2).build();
        let pool = pool.expect("a pool");
        pool.install(|| join(|| thread::yield_now(), || thread::current().id()).1 != thread::current().id())
    };
    let (trace, _) = preemptions(1).first(body, |execution| matches!(execution.value, Some(Ok(true))));
    let (first, ..) = jobs(&trace)[1];
    let other = 3 - first;
    let expected = [
        (0, &Op::PushJob { job: 1 }, line),
        (first, &Op::TakeJob { job: 1, from: 0 }, None),
        (first, &Op::PushJob { job: 2 }, line),
        (other, &Op::TakeJob { job: 2, from: first }, None),
        (other, &Op::EndJob { job: 2 }, None),
        (first, &Op::EndJob { job: 1 }, None),
    ];
    assert_eq!(jobs(&trace), expected);
}

/// The waits of a deadlock, and its cycle.
#[track_caller]
fn deadlock(body: impl Fn() + 'static) -> (Vec<Wait>, Vec<usize>) {
    let (trace, _) = Explorer::default().first(body, |execution| !execution.trace.end.waits().is_empty());
    match trace.end {
        End::Deadlock { waits, cycle } => (waits, cycle),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_thread_that_waits_for_a_job_waits_for_the_thread_that_runs_it() {
    let joins = line!() + 9;
    let body = || {
        let lock = Mutex::new(());
        let barrier = Barrier::new(2);
        let both = || {
            let _guard = lock.lock().expect("no thread panics");
            let wait = || {
                barrier.wait();
            };
            join(wait, || (wait(), drop(lock.lock())));
        };
        both();
    };
    let (waits, cycle) = deadlock(move || {
        let pool = ThreadPoolBuilder::new().num_threads(2).build();
        pool.expect("a pool").install(body);
    });
    let [main, one, other] = &waits[..] else {
        panic!("{waits:?}")
    };
    assert_eq!((main.thread, &main.reason), (0, &WaitReason::Jobs { left: 1 }));
    let by_kind = |wait: &Wait| matches!(wait.reason, WaitReason::Jobs { left: 1 });
    let (waits_for_job, wants_lock) = if by_kind(one) { (one, other) } else { (other, one) };
    assert_eq!(waits_for_job.held_by, [wants_lock.thread]);
    assert_eq!(wants_lock.held_by, [waits_for_job.thread]);
    assert_eq!(line(waits_for_job.place.as_ref()), joins);
    assert_eq!(cycle.len(), 2);
}

#[test]
fn threads_without_a_job_have_no_part_in_a_deadlock() {
    let (waits, _) = deadlock(|| {
        let lock = Arc::new(Mutex::new(()));
        scope(|scope| scope.spawn(|_| ()));
        let _guard = lock.lock();
        drop(lock.lock());
    });
    assert_eq!(waits.len(), 1, "{waits:?}");
}
