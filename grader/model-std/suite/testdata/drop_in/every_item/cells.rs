//! `Once`, `OnceLock`, `LazyLock` and thread-local keys.

use std::cell::{Cell, RefCell};
use std::sync::{LazyLock, ONCE_INIT, Once, OnceLock, OnceState};
use std::thread::{AccessError, LocalKey};

static START: Once = ONCE_INIT;
static NAME: OnceLock<String> = OnceLock::new();
static TABLE: LazyLock<Vec<u32>> = LazyLock::new(|| vec![1, 2, 3]);

thread_local! {
    /// A documented key.
    pub static COUNT: Cell<u32> = const { Cell::new(1) };
    static WORDS: RefCell<Vec<&'static str>> = RefCell::new(vec!["one"]);
    #[allow(dead_code, reason = "that a key takes an attribute is what matters")]
    pub(crate) static UNUSED: u8 = 0;
}

fn once() -> String {
    let once = Once::new();
    let before = once.is_completed();
    once.call_once(|| {});
    once.call_once_force(|state: &OnceState| assert!(state.is_poisoned(), "never run"));
    once.wait();
    once.wait_force();
    START.call_once_force(|state| assert!(!state.is_poisoned()));
    format!("{before} {} {once:?} {}", once.is_completed(), START.is_completed())
}

fn once_lock() -> String {
    let mut cell = OnceLock::new();
    let empty = format!("{cell:?} {:?}", cell.get()) + if cell.get_mut().is_none() { " none" } else { " some" };
    let set = [cell.set(3), cell.set(4)];
    *cell.get_mut().unwrap() += 1;
    let filled = format!("{cell:?} {:?} {} {}", cell.get(), cell.wait(), cell.get_or_init(|| 9));
    let copy = cell.clone();
    let equal = copy == cell && OnceLock::from(4) == cell;
    let taken = (
        cell.take(),
        cell.into_inner(),
        copy.into_inner(),
        OnceLock::<u8>::default().get().is_none(),
    );
    NAME.get_or_init(|| "name".to_owned());
    format!("{empty} {set:?} {filled} {equal} {taken:?} {:?}", NAME.get())
}

fn lazy_lock() -> String {
    let mut lazy = LazyLock::new(|| vec![1]);
    let before = format!(
        "{lazy:?} {:?} {}",
        LazyLock::get(&lazy).cloned(),
        LazyLock::get_mut(&mut LazyLock::new(|| 1)).is_none()
    );
    LazyLock::force_mut(&mut lazy).push(2);
    lazy.push(3);
    let forced = LazyLock::force(&lazy).len() + TABLE.len();
    let default: LazyLock<u8> = LazyLock::default();
    format!(
        "{before} {forced} {lazy:?} {:?} {} {default:?}",
        LazyLock::get(&lazy),
        *default
    )
}

fn local() -> String {
    let key: &'static LocalKey<Cell<u32>> = &COUNT;
    key.set(2);
    let cells = (COUNT.get(), COUNT.replace(5), COUNT.take(), COUNT.with(Cell::get));
    WORDS.with_borrow_mut(|words| words.push("two"));
    let words = (WORDS.with_borrow(Vec::len), WORDS.replace(vec!["three"]), WORDS.take());
    WORDS.set(Vec::new());
    let tried: Result<usize, AccessError> = WORDS.try_with(|words| words.borrow().len());
    format!("{cells:?} {words:?} {tried:?} {:?}", COUNT)
}

pub fn run() -> Vec<String> {
    vec![once(), once_lock(), lazy_lock(), local()]
}
