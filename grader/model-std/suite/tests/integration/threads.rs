//! Threads, scopes, park tokens, cells and hash maps under the model, and what a trace tells about threads.

use std::collections::BTreeSet;
use std::time::Duration;

use model_std::model::trace::{AtomicType, MemoryOrder, ObjectKind, ObjectState, Op, RmwFunction, Value};
use model_std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use model_std::sync::{Arc, Mutex, OnceLock};
use model_std::thread;
use model_std_suite::{ends, preemptions, returns};

#[test]
fn a_trace_tells_name_place_and_operations_of_threads() {
    let spawn_line = line!() + 4;
    let (trace, _) = preemptions(0).first(
        || {
            let counter = Arc::new(AtomicUsize::new(0));
            let thread = thread::Builder::new().name("adder".to_owned()).spawn({
                let counter = Arc::clone(&counter);
                move || counter.fetch_add(1, SeqCst)
            });
            thread.unwrap().join().unwrap()
        },
        |_| true,
    );
    let [main, adder] = &trace.threads[..] else {
        panic!("{:?}", trace.threads)
    };
    assert_eq!(
        (main.id, main.name.as_deref(), main.spawned_at.as_ref()),
        (0, std::thread::current().name(), None)
    );
    assert_eq!((adder.id, adder.name.as_deref()), (1, Some("adder")));
    assert!(adder.operations > 0 && main.operations > 0);
    assert!((spawn_line - 1..=spawn_line + 1).contains(&model_std_suite::line(adder.spawned_at.as_ref())));
    let add = trace
        .events
        .iter()
        .find(|event| matches!(event.op, Op::Rmw { .. }))
        .expect("the operation");
    let [old, new] = [0, 1].map(Value::Unsigned);
    let expected = Op::Rmw {
        function: RmwFunction::FetchAdd,
        order: MemoryOrder::SeqCst,
        old,
        new,
    };
    assert_eq!((add.thread, &add.op), (1, &expected));
    let object = &trace.objects[add.object.expect("an object")];
    assert_eq!(add.states, [(object.id, ObjectState::Value(new))]);
    assert_eq!(object.kind, ObjectKind::Atomic(AtomicType::Usize));
    assert_eq!((&object.created_at, &object.first_used_at), (&None, &add.place));
}

#[test]
fn a_scope_ends_after_all_its_threads() {
    let body = || {
        let counter = AtomicUsize::new(0);
        let inside = thread::scope(|scope| {
            scope.spawn(|| {
                scope.spawn(|| counter.fetch_add(10, SeqCst));
                counter.fetch_add(1, SeqCst);
            });
            counter.load(SeqCst)
        });
        (inside, counter.load(SeqCst))
    };
    returns(body, [(0, 11), (1, 11), (10, 11), (11, 11)]);
}

#[test]
fn there_is_one_park_token_and_it_is_kept_for_the_next_park() {
    let body = || {
        let me = thread::current();
        me.unpark();
        me.unpark();
        thread::park();
        thread::park_timeout(Duration::from_secs(1));
        model_std::time::Instant::now()
    };
    preemptions(0).each(body, |execution| {
        assert_eq!(execution.trace.elapsed, Duration::from_secs(1))
    });
    ends(
        || {
            thread::current().unpark();
            thread::park();
            thread::park();
        },
        &["deadlock []"],
    );
}

#[test]
fn a_cell_is_empty_until_its_initialiser_has_returned() {
    let body = || {
        let (cell, inside) = (OnceLock::new(), AtomicUsize::new(0));
        thread::scope(|scope| {
            scope.spawn(|| {
                cell.get_or_init(|| {
                    inside.store(1, SeqCst);
                    7
                });
            });
            (inside.load(SeqCst), cell.get().copied(), *cell.wait())
        })
    };
    returns(body, [(0, None, 7), (0, Some(7), 7), (1, None, 7), (1, Some(7), 7)]);
}

#[test]
fn hash_maps_iterate_in_the_same_order_in_every_execution() {
    use model_std::collections::{HashMap, HashSet};
    let body = || {
        let names = || ["ada", "bob", "cyd", "dan", "eve", "fay"].map(str::to_owned);
        let set: HashSet<String> = names().into();
        let map: HashMap<String, usize> = names()
            .into_iter()
            .enumerate()
            .map(|(index, name)| (name, index))
            .collect();
        let log = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for name in &set {
                let log = &log;
                scope.spawn(move || log.lock().unwrap().push(name.clone()));
            }
        });
        map.into_keys().chain(log.into_inner().unwrap()).collect::<Vec<_>>()
    };
    let explorer = preemptions(0);
    let mut orders = BTreeSet::new();
    explorer.each(body, |execution| {
        let order = execution.value.expect("it returns").expect("it does not panic");
        orders.insert(order[..6].to_vec());
    });
    assert_eq!(orders.len(), 1, "{orders:?}");
}
