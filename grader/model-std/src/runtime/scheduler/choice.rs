//! The choices of an execution, and those of an earlier one that a new one follows.

use std::rc::Rc;

use crate::model::trace::ChoiceOptions;

/// One choice among several options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    /// The option taken; 0 is the default.
    pub(crate) chosen: u16,
    /// How many options there were.
    pub(crate) options: u16,
    /// How many of them, from the first, cost no preemption.
    pub(crate) free: u16,
}

impl Choice {
    /// A choice of which only the option taken is known.
    pub(crate) fn of_any(chosen: u16) -> Self {
        Self {
            chosen,
            options: 0,
            free: 0,
        }
    }

    /// Whether it took the turn from a thread that could have gone on.
    pub(crate) fn is_preemption(&self) -> bool {
        self.chosen >= self.free
    }

    /// What there was to choose from, where that is known.
    pub(super) fn known_options(&self) -> Option<ChoiceOptions> {
        (self.options != 0).then(|| ChoiceOptions {
            options: self.options.into(),
            free: self.free.into(),
        })
    }

    /// Whether this choice, followed again, meets the same options.
    pub(super) fn fits(&self, options: usize, free: usize) -> bool {
        if self.options == 0 {
            return usize::from(self.chosen) < options;
        }
        usize::from(self.options) == options && usize::from(self.free) == free
    }
}

/// The choices to follow: those of an earlier execution up to a point, and another option there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prefix {
    base: Rc<[Choice]>,
    length: usize,
    /// The option to take after `length` choices of `base`, in place of the one that stands there.
    deviation: Option<u16>,
}

impl Prefix {
    /// All of `choices`.
    pub(crate) fn whole(choices: Rc<[Choice]>) -> Self {
        Self {
            length: choices.len(),
            base: choices,
            deviation: None,
        }
    }

    /// The first `length` of `choices`, then `option` instead of the choice that follows there.
    pub(crate) fn deviating(choices: &Rc<[Choice]>, length: usize, option: u16) -> Self {
        Self {
            base: Rc::clone(choices),
            length,
            deviation: Some(option),
        }
    }

    /// How many choices it determines.
    pub(crate) fn len(&self) -> usize {
        self.length + usize::from(self.deviation.is_some())
    }

    /// How many choices the earlier execution had.
    pub(super) fn base_len(&self) -> usize {
        self.base.len()
    }

    /// The choice to follow after `index` others; `None` beyond the prefix.
    pub(super) fn get(&self, index: usize) -> Option<Choice> {
        if index < self.length {
            return self.base.get(index).copied();
        }
        let chosen = self.deviation.filter(|_| index == self.length)?;
        self.base.get(index).map(|choice| Choice { chosen, ..*choice })
    }
}
