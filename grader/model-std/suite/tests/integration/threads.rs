//! Threads, scopes, park tokens, barriers, and what is initialised once.

use std::collections::BTreeSet;
use std::time::Duration;

use model_std::model::trace::{AtomicType, MemoryOrder, ObjectKind, ObjectState, Op, RmwFunction, Value};
use model_std::panic::{AssertUnwindSafe, catch_unwind};
use model_std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use model_std::sync::{Arc, Barrier, LazyLock, Mutex, Once, OnceLock};
use model_std::thread;
use model_std_suite::{ends, preemptions, returns};

#[test]
fn threads_know_their_names_and_numbers_are_their_own() {
    let body = || {
        let main = thread::current();
        let name = || thread::current().name().map(str::to_owned);
        let named = thread::Builder::new().name("worker".to_owned()).spawn(name).unwrap();
        let other = thread::spawn(name);
        let ids = [main.id(), named.thread().id(), other.thread().id()];
        let distinct = ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2];
        (
            main.name().map(str::to_owned),
            named.join().unwrap(),
            other.join().unwrap(),
            distinct,
            format!("{:?}", ids[1]),
        )
    };
    let name = |name: &str| Some(name.to_owned());
    returns(
        body,
        [(name("main"), name("worker"), None, true, "ThreadId(2)".to_owned())],
    );
}

#[test]
fn a_trace_tells_threads_with_name_place_and_operations() {
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
        (0, Some("main"), None)
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
    assert_eq!(
        (object.kind, model_std_suite::line(object.created_at.as_ref())),
        (ObjectKind::Atomic(AtomicType::Usize), spawn_line - 1)
    );
}

#[test]
fn a_scope_ends_when_all_its_threads_have() {
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
fn a_thread_that_is_not_joined_runs_on() {
    let body = || {
        let flag = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&flag);
        drop(thread::spawn(move || theirs.store(1, SeqCst)));
        thread::sleep(Duration::from_secs(1));
        flag.load(SeqCst)
    };
    returns(body, [1]);
}

#[test]
fn a_token_is_kept_for_the_next_park_and_there_is_only_one() {
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
fn an_unpark_is_never_lost_whichever_comes_first() {
    let body = || {
        let sleeper = thread::spawn(|| {
            thread::park();
            7
        });
        sleeper.thread().unpark();
        sleeper.join().unwrap()
    };
    returns(body, [7]);
}

#[test]
fn a_barrier_opens_when_all_have_come_and_has_one_leader_each_time() {
    let body = || {
        let (barrier, before) = (Barrier::new(3), AtomicUsize::new(0));
        let meet = || {
            before.fetch_add(1, SeqCst);
            let first = barrier.wait().is_leader();
            let seen = before.load(SeqCst);
            let second = barrier.wait().is_leader();
            (usize::from(first), usize::from(second), seen)
        };
        thread::scope(|scope| {
            let threads = [scope.spawn(meet), scope.spawn(meet)];
            let mine = meet();
            let all = threads.map(|thread| thread.join().unwrap());
            let sum = |of: fn(&(usize, usize, usize)) -> usize| of(&mine) + all.iter().map(of).sum::<usize>();
            (sum(|of| of.0), sum(|of| of.1), sum(|of| of.2))
        })
    };
    preemptions(1).returns(body, [(1, 1, 9)]);
}

#[test]
fn any_thread_can_be_the_leader_and_a_missing_one_is_a_deadlock() {
    let body = || {
        let barrier = Arc::new(Barrier::new(2));
        let theirs = Arc::clone(&barrier);
        let thread = thread::spawn(move || theirs.wait().is_leader());
        (barrier.wait().is_leader(), thread.join().unwrap())
    };
    returns(body, [(false, true), (true, false)]);
    ends(|| Barrier::new(2).wait().is_leader(), &["deadlock []"]);
    returns(
        || (Barrier::new(0).wait().is_leader(), Barrier::new(1).wait().is_leader()),
        [(true, true)],
    );
}

#[test]
fn what_is_initialised_once_is_initialised_by_any_thread_while_the_others_wait() {
    let body = || {
        let (cell, runs) = (OnceLock::new(), AtomicUsize::new(0));
        let init = |id| {
            *cell.get_or_init(|| {
                runs.fetch_add(1, SeqCst);
                id
            })
        };
        let (one, other) = thread::scope(|scope| {
            let one = scope.spawn(|| init(1));
            let other = scope.spawn(|| init(2));
            (one.join().unwrap(), other.join().unwrap())
        });
        (one, other, runs.load(SeqCst), cell.set(3))
    };
    returns(body, [(1, 1, 1, Err(3)), (2, 2, 1, Err(3))]);
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
fn a_panic_poisons_a_once_and_a_lazy_value_but_not_a_cell() {
    let body = || {
        let (once, cell) = (Once::new(), OnceLock::new());
        let lazy: LazyLock<u8> = LazyLock::new(|| panic!("no value"));
        let panics = |f: &dyn Fn()| catch_unwind(AssertUnwindSafe(f)).is_err();
        let first = [
            panics(&|| once.call_once(|| panic!("not now"))),
            panics(&|| assert_eq!(cell.get_or_init(|| panic!("not now")), &3)),
            panics(&|| assert_eq!(*lazy, 0)),
        ];
        let poisoned = [
            panics(&|| once.call_once(|| {})),
            panics(&|| once.wait()),
            panics(&|| assert_eq!(*lazy, 0)),
        ];
        let mut state = false;
        once.call_once_force(|once| state = once.is_poisoned());
        (
            first,
            poisoned,
            state,
            once.is_completed(),
            *cell.get_or_init(|| 3),
            LazyLock::get(&lazy).is_none(),
        )
    };
    returns(body, [([true; 3], [true; 3], true, true, 3, true)]);
}

#[test]
fn a_forced_wait_outlasts_an_attempt_that_panics() {
    let body = || {
        let once = Arc::new(Once::new());
        let theirs = Arc::clone(&once);
        let thread = thread::spawn(move || {
            let failed = catch_unwind(AssertUnwindSafe(|| theirs.call_once(|| panic!("not now")))).is_err();
            thread::sleep(Duration::from_secs(1));
            theirs.call_once_force(|_| {});
            failed
        });
        once.wait_force();
        (thread.join().unwrap(), once.is_completed())
    };
    returns(body, [(true, true)]);
}

#[test]
fn hash_maps_are_iterated_over_in_the_same_order_in_every_run_of_a_schedule() {
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
