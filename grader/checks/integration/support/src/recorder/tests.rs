//! The numbering of threads, which are characters here.

use super::*;

#[test]
fn threads_are_numbered_as_they_came() {
    let recorder = Recorder::new('c');
    for (thread, x) in [('x', 0.0), ('c', 1.0), ('y', 2.0), ('x', 3.0)] {
        assert_eq!(recorder.note(thread, x), curve(x));
    }
    let computed = recorder.into_computed(5.0);
    let threads: Vec<usize> = computed.calls.iter().map(|call| call.thread).collect();
    assert_eq!((threads, computed.value), (vec![1, 0, 2, 1], 5.0));
}
