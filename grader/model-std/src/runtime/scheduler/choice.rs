//! The choices of an execution, and the prefix of choices that a new execution follows.

use std::rc::Rc;

use crate::model::trace::{ChoiceOptions, Difference};

/// One choice among several options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    /// The number of the option that was taken; 0 is the default.
    pub(crate) chosen: u16,
    /// How many options there were.
    pub(crate) options: u16,
    /// How many of them, from the first, cost no preemption.
    pub(crate) n_non_preemptive: u16,
    /// What was chosen.
    pub(crate) kind: ChoiceKind,
    /// A hash of the operations before it.
    pub(super) operations: u16,
}

/// What is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChoiceKind {
    /// The next thread, or the outcome of an operation.
    Any,
    /// The value that a load of an atomic returns. The default is the newest one.
    Value,
}

impl Choice {
    /// A choice of which only the number of the option is known.
    pub(crate) fn of_any(chosen: u16) -> Self {
        Self {
            chosen,
            options: 0,
            n_non_preemptive: 0,
            operations: 0,
            kind: ChoiceKind::Any,
        }
    }

    /// Whether it preempted a thread that could have gone on.
    pub(crate) fn is_preemption(&self) -> bool {
        self.chosen >= self.n_non_preemptive
    }

    /// Whether it let a load return an older value.
    pub(crate) fn is_stale_read(&self) -> bool {
        self.kind == ChoiceKind::Value && self.chosen > 0
    }

    /// Whether a new execution fits the one that made this choice. It is at the same choice, has these options, and its
    /// operations have this hash.
    #[inline]
    pub(super) fn fits(&self, found: ChoiceOptions, operations: u16) -> bool {
        match self.expected() {
            Some(expected) => expected == found && self.operations == operations,
            None => usize::from(self.chosen) < found.options,
        }
    }

    /// How a new execution differs from the one that made this choice with the number `index`, where it does not fit.
    #[cold]
    pub(super) fn difference(&self, index: usize, found: ChoiceOptions) -> Difference {
        let expected = self.expected();
        if expected == Some(found) {
            return Difference::Operations { index };
        }
        Difference::Choice {
            index,
            chosen: self.chosen,
            expected,
            found,
        }
    }

    /// The options that there were, if they are known.
    #[inline]
    fn expected(&self) -> Option<ChoiceOptions> {
        (self.options != 0).then(|| ChoiceOptions {
            options: self.options.into(),
            n_non_preemptive: self.n_non_preemptive.into(),
        })
    }
}

/// How many of the choices preempted a thread.
pub(crate) fn n_preemptions(choices: &[Choice]) -> u32 {
    choices.iter().filter(|choice| choice.is_preemption()).count() as u32
}

/// The choices to follow: those of an earlier execution up to some choice, and another option there.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prefix {
    base: Rc<[Choice]>,
    length: usize,
    /// The option to take after `length` choices of `base`, instead of the option that `base` has there.
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

    /// The first `length` of `choices`, then `option` instead of the next choice.
    pub(crate) fn deviating(choices: &Rc<[Choice]>, length: usize, option: u16) -> Self {
        Self {
            base: Rc::clone(choices),
            length,
            deviation: Some(option),
        }
    }

    /// How many choices the prefix has.
    pub(crate) fn len(&self) -> usize {
        self.length + usize::from(self.deviation.is_some())
    }

    /// How many choices the earlier execution had.
    pub(super) fn base_len(&self) -> usize {
        self.base.len()
    }

    /// The choice with this index; `None` beyond the prefix.
    pub(super) fn get(&self, index: usize) -> Option<Choice> {
        if index < self.length {
            return self.base.get(index).copied();
        }
        let chosen = self.deviation.filter(|_| index == self.length)?;
        self.base.get(index).map(|choice| Choice { chosen, ..*choice })
    }
}
