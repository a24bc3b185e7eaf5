//! The place of an operation in a trace: a line of the program, or none.

use model_std::model::trace::{End, Op, WaitKind};
use model_std::sync::Mutex;
use model_std::sync::atomic::{AtomicBool, Ordering};
use model_std::sync::mpsc::{Receiver, channel};
use model_std::thread::{self, JoinHandle};
use model_std_suite::Explorer;

#[test]
fn an_operation_called_by_the_standard_library_has_no_line() {
    let body = || {
        let handles: Vec<_> = (0..2).map(|_| thread::spawn(|| ())).collect();
        handles.into_iter().map(JoinHandle::join).for_each(Result::unwrap);
        let _ = [&Mutex::new(0)].into_iter().map(Mutex::lock).count();
        let load: fn(&AtomicBool, Ordering) -> bool = AtomicBool::load;
        load(&AtomicBool::new(false), Ordering::SeqCst);
    };
    let (trace, _) = Explorer::default().first(body, |_| true);
    let files = |is_wanted: fn(&Op) -> bool| {
        let events = trace.events.iter().filter(|event| is_wanted(&event.op));
        let files = events.map(|event| event.place.as_ref().map(|place| place.file.as_str()));
        files.collect::<Vec<_>>()
    };
    assert_eq!(files(|op| matches!(op, Op::Spawn { .. })), [Some(file!()); 2]);
    assert_eq!(files(|op| matches!(op, Op::Join { .. })), [None; 2]);
    assert_eq!(files(|op| matches!(op, Op::Lock { .. })), [None]);
    assert_eq!(files(|op| matches!(op, Op::Load { .. })), [None]);
}

#[test]
fn a_wait_inside_the_standard_library_has_no_line() {
    let body = || {
        let (_sender, receiver) = channel::<u8>();
        let _ = [&receiver].into_iter().map(Receiver::recv).count();
    };
    let End::Deadlock { waits, .. } = Explorer::default().first_failure(body).0.end else {
        panic!("the sender stays");
    };
    let told = waits.iter().map(|wait| (wait.reason.kind(), wait.place.as_ref()));
    assert_eq!(told.collect::<Vec<_>>(), [(WaitKind::Message, None)]);
}
