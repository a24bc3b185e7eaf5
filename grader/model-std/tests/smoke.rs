use std::ops::ControlFlow;
use std::rc::Rc;
use std::collections::BTreeSet;
use std::time::Duration;
use model_std::model::{explore, replay, Bounds, Settings, trace::End};
use model_std::sync::{atomic::{AtomicUsize, Ordering::SeqCst}, Arc, Mutex, Condvar, mpsc};
use model_std::thread;

fn outcomes<T: 'static + std::fmt::Debug>(bounds: Bounds, body: impl Fn() -> T + 'static) -> (BTreeSet<String>, model_std::model::Coverage) {
    let body: Rc<dyn Fn() -> T> = Rc::new(body);
    let mut set = BTreeSet::new();
    let c = explore(&bounds, &Settings::default(), &body, |e| {
        let s = match (&e.value, &e.trace.end) { (Some(Ok(v)), End::Finished) => format!("{v:?}"), (_, end) => format!("{end:?}").chars().take(60).collect() };
        set.insert(s); ControlFlow::Continue(())
    });
    (set, c)
}
#[test] fn lost_update() {
    let r = outcomes(Bounds { preemptions: 3, ..Bounds::default() }, || {
        let c = Arc::new(AtomicUsize::new(0));
        let hs: Vec<_> = (0..2).map(|_| { let c = c.clone(); thread::spawn(move || { let v = c.load(SeqCst); c.store(v+1, SeqCst); }) }).collect();
        for h in hs { h.join().unwrap(); }
        c.load(SeqCst)
    });
    println!("{r:?}");
    assert_eq!(r.0.len(), 2);
}
#[test] fn deadlock() {
    let r = outcomes(Bounds::default(), || {
        let (a, b) = (Mutex::new(0), Mutex::new(0));
        thread::scope(|s| { s.spawn(|| { let _x = a.lock(); let _y = b.lock(); }); s.spawn(|| { let _y = b.lock(); let _x = a.lock(); }); });
    });
    println!("{r:?}");
}
#[test] fn statics() {
    static N: AtomicUsize = AtomicUsize::new(5);
    static V: Mutex<Vec<u32>> = Mutex::new(Vec::new());
    static L: model_std::sync::LazyLock<Mutex<String>> = model_std::sync::LazyLock::new(|| Mutex::new("x".into()));
    let r = outcomes(Bounds::default(), || {
        thread::scope(|s| { for _ in 0..2 { s.spawn(|| { N.fetch_add(1, SeqCst); V.lock().unwrap().push(3); L.lock().unwrap().push('y'); }); } });
        (N.load(SeqCst), V.lock().unwrap().clone(), L.lock().unwrap().clone())
    });
    println!("{r:?}");
    assert_eq!(r.0.len(), 1);
}
#[test] fn sleeps() {
    let r = outcomes(Bounds::default(), || {
        let start = model_std::time::Instant::now();
        let (tx, rx) = mpsc::channel();
        let hs: Vec<_> = (1..=3u64).map(|i| { let tx = tx.clone(); thread::spawn(move || { for _ in 0..2 { thread::sleep(Duration::from_secs(i)); } tx.send(i).unwrap(); }) }).collect();
        drop(tx);
        let v: Vec<u64> = rx.iter().collect();
        for h in hs { h.join().unwrap(); }
        (v, start.elapsed())
    });
    println!("{r:?}");
}
#[test] fn panic_in_thread() {
    let r = outcomes(Bounds::default(), || {
        let m = Arc::new(Mutex::new(0));
        let m2 = m.clone();
        let h = thread::spawn(move || { let _g = m2.lock().unwrap(); panic!("boom"); });
        let m3 = m.clone();
        let h2 = thread::spawn(move || { m3.lock().is_err() });
        (h.join().is_err(), h2.join().unwrap(), m.is_poisoned())
    });
    println!("{r:?}");
}
#[test] fn condvar_lost() {
    let r = outcomes(Bounds::default(), || {
        let p = Arc::new((Mutex::new(()), Condvar::new()));
        let q = p.clone();
        let h = thread::spawn(move || { q.1.notify_one(); });
        { let g = p.0.lock().unwrap(); drop(p.1.wait(g).unwrap()); }
        h.join().unwrap();
    });
    println!("{r:?}");
}
#[test] fn spin() {
    let r = outcomes(Bounds::default(), || {
        let f = Arc::new(model_std::sync::atomic::AtomicBool::new(false));
        let f2 = f.clone();
        let h = thread::spawn(move || { thread::sleep(Duration::from_secs(1)); f2.store(true, SeqCst); });
        while !f.load(SeqCst) { }
        h.join().unwrap();
    });
    println!("{r:?}");
    let r = outcomes(Bounds::default(), || {
        let f = Arc::new(model_std::sync::atomic::AtomicBool::new(false));
        let f2 = f.clone();
        let h = thread::spawn(move || { f2.store(true, SeqCst); });
        while !f.load(SeqCst) { }
        h.join().unwrap();
    });
    println!("{r:?}");
    let r = outcomes(Bounds::default(), || {
        let start = model_std::time::Instant::now();
        while start.elapsed() <= Duration::from_nanos(0) { }
        start.elapsed()
    });
    println!("{r:?}");
}
#[test] fn three_by_three() {
    for b in 0..4 {
    let t = std::time::Instant::now();
    let r = outcomes(Bounds { preemptions: b, executions: 1_000_000, random: 0, ..Bounds::default() }, || {
        let m = Arc::new(Mutex::new(0));
        let hs: Vec<_> = (0..3).map(|_| { let m = m.clone(); thread::spawn(move || { for _ in 0..3 { *m.lock().unwrap() += 1; } }) }).collect();
        for h in hs { h.join().unwrap(); }
        let v = *m.lock().unwrap(); v
    });
    println!("{r:?} {:?}", t.elapsed());
    }
}
#[test] fn stdout_lock() {
    let body: Rc<dyn Fn()> = Rc::new(|| { thread::scope(|s| for i in 0..2 { s.spawn(move || { model_std::print!("{i} writing.."); thread::sleep(Duration::from_secs(1)); model_std::println!("..done"); }); }); });
    let mut sched = None;
    let mut n = 0;
    let c = explore(&Bounds::default(), &Settings::default(), &body, |e| { n+=1; if n == 5 { println!("{:?}", e.trace.stdout); ControlFlow::Break(()) } else { ControlFlow::Continue(()) }});
    sched = c.stopped; let s = sched.unwrap();
    let e = replay(&Settings::default(), &body, &s.schedule);
    for ev in &e.trace.events { println!("{} {} {:?} {:?} {:?} {}", ev.thread, ev.operation, ev.detail, ev.state, ev.time, ev.preempts); }
    println!("{:?} {}", e.trace.end, e.trace.digest());
}
