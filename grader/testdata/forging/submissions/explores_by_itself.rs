//! Finds the explorer behind a name of the standard library, and hides itself inside an exploration of its own.

use std::rc::Rc;

mod model {
    //! What is found where nothing is modelled.

    use std::rc::Rc;

    /// No bounds.
    #[derive(Default)]
    pub struct Bounds;

    /// No settings.
    #[derive(Default)]
    pub struct Settings;

    /// Explores nothing.
    pub fn explore(_: &Bounds, _: &Settings, _: &Rc<dyn Fn() -> u64>, _: impl FnMut(u64) -> std::ops::ControlFlow<()>) {}
}

/// Whoever has a way to explore hides in it, and answers rightly.
pub fn answer(question: u64) -> u64 {
    #[allow(unused_imports)]
    use std::*;
    let answers = Rc::new(cell::Cell::new(0));
    let theirs = Rc::clone(&answers);
    let body: Rc<dyn Fn() -> u64> = Rc::new(move || {
        theirs.set(7 * question);
        0
    });
    model::explore(&Default::default(), &Default::default(), &body, |_| ops::ControlFlow::Break(()));
    answers.get()
}
