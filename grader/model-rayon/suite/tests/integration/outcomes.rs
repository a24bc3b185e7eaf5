//! Small programs over pools have exactly the possible outcomes, in every interleaving with few preemptions.

use model_rayon_core::{
    FnContext, ThreadPool, ThreadPoolBuilder, Yield, broadcast, current_num_threads, current_thread_has_pending_tasks,
    current_thread_index, in_place_scope, join, join_context, scope, scope_fifo, spawn, spawn_broadcast, spawn_fifo,
    yield_local, yield_now,
};
use model_std::panic::{AssertUnwindSafe, catch_unwind};
use model_std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use model_std::sync::mpsc::channel;
use model_std::sync::{Arc, Mutex};
use model_std::thread;
use model_std_suite::{ends, preemptions, reaches_the_limit, returns};

fn pool(threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool")
}

/// The place of the running thread in its pool.
fn index() -> usize {
    current_thread_index().expect("a thread of a pool")
}

/// What `body` panics with, if it does.
fn panic_of<R>(body: impl FnOnce() -> R) -> Result<R, &'static str> {
    catch_unwind(AssertUnwindSafe(body)).map_err(|payload| *payload.downcast().expect("the message of a test"))
}

#[test]
fn either_thread_of_a_pool_runs_each_half_of_a_join() {
    returns(
        || pool(2).install(|| join(index, index)),
        [(0, 0), (0, 1), (1, 0), (1, 1)],
    );
    returns(|| pool(1).install(|| join(index, index)), [(0, 0)]);
}

#[test]
fn a_join_outside_of_a_pool_runs_in_the_global_one() {
    returns(
        || (current_thread_index(), join(index, current_num_threads)),
        [0, 1, 2].map(|first| (None, (first, 3))),
    );
}

#[test]
fn the_second_half_knows_whether_it_has_migrated() {
    let body = || {
        pool(2).install(|| {
            let (a, b) = join_context(|_| index(), |context| (index(), context.migrated()));
            (a == b.0, b.1)
        })
    };
    returns(body, [(true, false), (false, true)]);
    let migrated = |context: FnContext| context.migrated();
    returns(move || join_context(migrated, migrated), [(true, true)]);
}

#[test]
fn the_halves_of_a_join_run_at_the_same_time_or_one_after_the_other() {
    let body = || {
        let number = AtomicUsize::new(0);
        let add = || number.store(number.load(SeqCst) + 1, SeqCst);
        pool(2).join(add, add);
        number.load(SeqCst)
    };
    returns(body, [1, 2]);
}

#[test]
fn the_first_half_does_not_wait_for_the_second_to_begin() {
    let body = || {
        let (sender, receiver) = channel();
        pool(2).join(move || receiver.recv().unwrap(), move || sender.send(1).unwrap());
    };
    // Rayon does not promise that the halves run at the same time. If no thread is free, this program hangs.
    ends(body, &["finished"]);
    let body = || {
        let (sender, receiver) = channel();
        pool(1).join(move || receiver.recv().unwrap(), move || sender.send(1).unwrap());
    };
    ends(body, &["deadlock []"]);
}

#[test]
fn both_halves_of_a_join_run_and_the_panic_of_the_first_counts() {
    let body = |a: fn(), b: fn()| {
        let calls = AtomicUsize::new(0);
        let count = |half: fn()| {
            calls.fetch_add(1, SeqCst);
            half();
        };
        let told = panic_of(|| pool(2).join(|| count(a), || count(b))).map(|_| ());
        (told, calls.load(SeqCst))
    };
    returns(move || body(|| (), || ()), [(Ok(()), 2)]);
    returns(move || body(|| panic!("a"), || ()), [(Err("a"), 2)]);
    returns(move || body(|| (), || panic!("b")), [(Err("b"), 2)]);
    returns(move || body(|| panic!("a"), || panic!("b")), [(Err("a"), 2)]);
}

#[test]
fn a_lock_held_across_a_join_is_a_deadlock() {
    let body = || {
        let lock = Mutex::new(0);
        pool(2).install(|| {
            let _guard = lock.lock().unwrap();
            join(|| (), || *lock.lock().unwrap() += 1);
        });
    };
    ends(body, &["deadlock [1]", "deadlock [2]", "deadlock [1, 2]"]);
}

#[test]
fn a_waiting_thread_runs_a_job_that_wants_its_lock() {
    let body = || {
        let (lock, other) = (Mutex::new(0), AtomicUsize::new(0));
        pool(3).scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|_| {
                    let mut guard = lock.lock().unwrap();
                    join(|| (), || other.load(SeqCst));
                    *guard += 1;
                });
            }
        });
    };
    let mut deadlocks = 0;
    preemptions(3).each(body, |execution| {
        deadlocks += u64::from(!execution.trace.end.waits().is_empty())
    });
    assert!(deadlocks > 0);
}

#[test]
fn the_jobs_of_a_scope_run_in_any_order() {
    let body = |threads| {
        let order = Mutex::new(Vec::new());
        pool(threads).scope(|scope| {
            for number in 0..2 {
                let order = &order;
                scope.spawn(move |scope| {
                    order.lock().unwrap().push(number);
                    scope.spawn(move |_| order.lock().unwrap().push(number + 2));
                });
            }
        });
        order.into_inner().unwrap()
    };
    let [both, one_thread] = [2, 1].map(|threads| move || body(threads));
    returns(one_thread, [vec![1, 3, 0, 2]]);
    let any = [
        [0, 1, 2, 3],
        [0, 1, 3, 2],
        [0, 2, 1, 3],
        [1, 0, 2, 3],
        [1, 0, 3, 2],
        [1, 3, 0, 2],
    ];
    preemptions(3).returns(both, any.map(Vec::from));
}

#[test]
fn jobs_in_order_run_in_order_on_each_thread() {
    let body = |threads| {
        let order = Mutex::new(Vec::new());
        pool(threads).scope_fifo(|scope| {
            for number in 0..3 {
                let order = &order;
                scope.spawn_fifo(move |_| order.lock().unwrap().push(number));
            }
        });
        order.into_inner().unwrap()
    };
    returns(move || body(1), [vec![0, 1, 2]]);
    returns(
        move || body(2),
        [vec![0, 1, 2], vec![0, 2, 1], vec![1, 0, 2], vec![1, 2, 0]],
    );
}

#[test]
fn a_scope_waits_for_all_jobs_and_passes_the_first_panic_on() {
    let body = || {
        let calls = AtomicUsize::new(0);
        let told = panic_of(|| {
            in_place_scope(|scope| {
                for number in 0..3 {
                    let calls = &calls;
                    scope.spawn(move |_| {
                        calls.fetch_add(1, SeqCst);
                        assert_ne!(number, 1, "one job panics");
                    });
                }
                panic!("the opener");
            });
        });
        (told.is_err(), calls.load(SeqCst))
    };
    preemptions(1).returns(body, [(true, 3)]);
}

#[test]
fn a_spawned_job_runs_at_some_time_on_some_thread() {
    let body = || {
        let pool = pool(2);
        let (sender, receiver) = channel();
        for number in 0..2 {
            let sender = sender.clone();
            pool.spawn(move || sender.send(number).unwrap());
        }
        drop((pool, sender));
        receiver.iter().collect::<Vec<_>>()
    };
    returns(body, [vec![0, 1], vec![1, 0]]);
    let in_order = || {
        let (sender, receiver) = channel();
        pool(1).install(|| {
            for number in 0..3 {
                let sender = sender.clone();
                spawn_fifo(move || sender.send(number).unwrap());
            }
        });
        drop(sender);
        receiver.iter().collect::<Vec<_>>()
    };
    returns(in_order, [vec![0, 1, 2]]);
}

#[test]
fn a_job_that_still_runs_at_the_end_is_a_thread_left_and_an_idle_thread_is_not() {
    let body = || {
        let number = Arc::new(AtomicUsize::new(0));
        let shared = Arc::clone(&number);
        spawn(move || {
            shared.store(1, SeqCst);
            shared.store(2, SeqCst);
        });
        number.load(SeqCst);
    };
    ends(
        body,
        &["finished", "threads left [1]", "threads left [2]", "threads left [3]"],
    );
    ends(|| join(index, index), &["finished"]);
}

#[test]
fn a_panic_that_no_caller_gets_goes_to_the_handler_or_ends_the_process() {
    let body = || {
        let (sender, receiver) = channel();
        let told = Mutex::new(sender);
        let builder = ThreadPoolBuilder::new().num_threads(1).panic_handler(move |payload| {
            let message = payload.downcast_ref::<&str>().map(|message| (*message).to_owned());
            told.lock().unwrap().send(message).unwrap();
        });
        let spawn = |pool: &ThreadPool| pool.spawn(|| panic!("a job"));
        builder.build_scoped(|thread| thread.run(), spawn).unwrap();
        receiver.recv().unwrap()
    };
    returns(body, [Some("a job".to_owned())]);
    let body = || {
        pool(1).spawn(|| panic!("a job"));
        thread::park();
    };
    ends(body, &["1 exited with None"]);
}

#[test]
fn every_thread_runs_what_is_broadcast() {
    let body = || pool(3).broadcast(|context| (context.index(), context.num_threads()));
    preemptions(1).returns(body, [vec![(0, 3), (1, 3), (2, 3)]]);
    returns(|| broadcast(|_| index()), [vec![0, 1, 2]]);
    let inside = || pool(2).install(|| broadcast(|context| context.index()));
    returns(inside, [vec![0, 1]]);
    let unwaited = || {
        let (sender, receiver) = channel();
        let sender = Mutex::new(sender);
        pool(2).install(|| spawn_broadcast(move |context| sender.lock().unwrap().send(context.index()).unwrap()));
        receiver.iter().collect::<Vec<_>>()
    };
    returns(unwaited, [vec![0, 1], vec![1, 0]]);
    let in_scope = || {
        let sum = AtomicUsize::new(0);
        pool(2).scope(|scope| {
            scope.spawn_broadcast(|_, context| {
                sum.fetch_add(context.index() + 1, SeqCst);
            });
        });
        sum.load(SeqCst)
    };
    returns(in_scope, [3]);
}

#[test]
fn a_thread_of_one_pool_that_waits_for_another_runs_its_own_jobs() {
    let body = || {
        let (first, second) = (pool(1), pool(1));
        let (sender, receiver) = channel();
        first.install(|| {
            spawn(move || sender.send(index()).unwrap());
            // The other pool waits for the job, which only the waiting thread can run.
            second.install(move || receiver.recv().unwrap())
        })
    };
    returns(body, [0]);
}

#[test]
fn a_yielding_thread_runs_one_job_if_there_is_one() {
    let body = || {
        pool(1).install(|| {
            let calls = Arc::new(AtomicUsize::new(0));
            let shared = Arc::clone(&calls);
            let before = current_thread_has_pending_tasks();
            spawn(move || {
                shared.fetch_add(1, SeqCst);
            });
            let pending = current_thread_has_pending_tasks();
            let yields = (yield_local(), yield_now());
            (
                before,
                pending,
                yields == (Some(Yield::Executed), Some(Yield::Idle)),
                calls.load(SeqCst),
            )
        })
    };
    returns(body, [(Some(false), Some(true), true, 1)]);
    returns(
        || (yield_now(), yield_local(), current_thread_has_pending_tasks()) == (None, None, None),
        [true],
    );
    let by_another = || {
        pool(2).install(|| {
            let done = Arc::new(AtomicUsize::new(0));
            let shared = Arc::clone(&done);
            spawn(move || shared.store(1 + index(), SeqCst));
            while done.load(SeqCst) == 0 {
                yield_now();
            }
            done.load(SeqCst) == 1 + index()
        })
    };
    returns(by_another, [false, true]);
}

#[test]
fn a_pool_can_use_the_thread_that_builds_it() {
    let body = || {
        let build = || ThreadPoolBuilder::new().num_threads(2).use_current_thread().build();
        let pool = build().unwrap();
        let again = build().map(drop).map_err(|error| error.to_string());
        assert_eq!(
            again,
            Err("The current thread is already part of another thread pool.".to_owned())
        );
        let second = pool.join(index, index).1;
        (index(), second)
    };
    returns(body, [(0, 0), (0, 1)]);
}

#[test]
fn the_global_pool_is_built_once() {
    let body = || {
        let build = |n| {
            let built = ThreadPoolBuilder::new().num_threads(n).build_global();
            built.map_err(|error| error.to_string())
        };
        let first = build(3);
        let second = build(4);
        (first, second, current_num_threads())
    };
    let twice = Err("The global thread pool has already been initialized.".to_owned());
    returns(body, [(Ok(()), twice, 3)]);
}

#[test]
fn handlers_and_names_are_used_by_each_thread() {
    let body = || {
        let calls = Arc::new(Mutex::new(Vec::new()));
        let [start, exit] = ["start", "exit"].map(|what| {
            let calls = Arc::clone(&calls);
            move |index| calls.lock().unwrap().push((what, index))
        });
        let builder = ThreadPoolBuilder::new()
            .num_threads(1)
            .thread_name(|index| format!("worker {index}"));
        let builder = builder.start_handler(start).exit_handler(exit);
        let name = builder.build_scoped(
            |thread| thread.run(),
            |pool| pool.install(|| thread::current().name().map(str::to_owned)),
        );
        let calls = calls.lock().unwrap().clone();
        (name.unwrap(), calls)
    };
    let name = Some("worker 0".to_owned());
    returns(body, [(name, vec![("start", 0), ("exit", 0)])]);
}

#[test]
fn scopes_nest_in_pools_and_joins() {
    let body = || {
        let sum = AtomicUsize::new(0);
        let add = |n| {
            sum.fetch_add(n, SeqCst);
        };
        join(
            || scope(|scope| scope.spawn(|_| add(1))),
            || scope_fifo(|scope| scope.spawn_fifo(|_| add(2))),
        );
        sum.load(SeqCst)
    };
    returns(body, [3]);
}

#[test]
fn a_long_loop_beside_a_pool_without_jobs_is_no_livelock() {
    reaches_the_limit(|| {
        let counter = Mutex::new(0);
        assert_eq!(join(|| 1, || 2), (1, 2));
        (0..20_001).for_each(|_| *counter.lock().unwrap() += 1);
    });
}

#[test]
fn long_queues_of_a_pool_that_empty_are_no_livelock() {
    reaches_the_limit(|| {
        let done = Mutex::new(0);
        pool(1).scope(|scope| {
            for _ in 0..10_500 {
                scope.spawn(|_| *done.lock().unwrap() += 1);
            }
        });
    });
}
