//! Crates that a macro names, as older libraries do to choose between `alloc` and `std`. The compiler refuses that for a
//! crate that is named on its command line as well.
//!
//! Compiled by the test `drop_in` in several editions, against the real `std` and against the modelled one.

macro_rules! items {
    ($($item:item)*) => { $($item)* };
}

items! {
    extern crate std as alloc;
    extern crate core as base;
}

mod inner {
    items! { extern crate alloc as collected; }

    pub fn list() -> collected::vec::Vec<u8> {
        collected::vec::Vec::from([1, 2])
    }
}

fn text() -> alloc::string::String {
    alloc::string::String::from("text")
}

pub fn run() -> Vec<String> {
    let count = base::sync::atomic::AtomicUsize::new(1);
    std::thread::yield_now();
    vec![text(), format!("{:?} {:?}", count, inner::list())]
}
