//! The outcomes that C++20 allows of a litmus program, found by checking every candidate execution against its axioms.
//!
//! The rules are those of ISO/IEC 14882:2020, [intro.races] and [atomics.order], in the terms of Lahav, Vafeiadis,
//! Kang, Hur & Dreyer, *Repairing Sequential Consistency in C/C++11*, PLDI 2017, with the release sequences of C++20,
//! which end at any store that is no read-modify-write. Nothing here depends on how the model works.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use super::litmus::{Litmus, N_ATOMICS, Outcome, Step};

/// A relation between at most 32 events: for each, the set of those that follow it.
#[derive(Clone)]
struct Relation(Vec<u32>);

impl Relation {
    fn new(n: usize, holds: impl Fn(usize, usize) -> bool) -> Self {
        let row = |one| {
            (0..n)
                .filter(|other| holds(one, *other))
                .fold(0, |row, other| row | 1 << other)
        };
        Self((0..n).map(row).collect())
    }

    fn has(&self, one: usize, other: usize) -> bool {
        self.0[one] >> other & 1 == 1
    }

    fn or(&self, other: &Self) -> Self {
        Self(self.0.iter().zip(&other.0).map(|(one, other)| one | other).collect())
    }

    /// This relation, then the other.
    fn then(&self, other: &Self) -> Self {
        let follow = |row: &u32| {
            let steps = (0..other.0.len()).filter(|middle| row >> middle & 1 == 1);
            steps.fold(0, |row, middle| row | other.0[middle])
        };
        Self(self.0.iter().map(follow).collect())
    }

    fn closed(mut self) -> Self {
        for middle in 0..self.0.len() {
            for one in 0..self.0.len() {
                if self.has(one, middle) {
                    self.0[one] |= self.0[middle];
                }
            }
        }
        self
    }

    fn is_acyclic(&self) -> bool {
        let closed = self.clone().closed();
        (0..self.0.len()).all(|event| !closed.has(event, event))
    }
}

/// What a compare-exchange, which stands for a swap or a load here, must read.
#[derive(Clone, Copy)]
enum Requirement {
    Any,
    Equal(u64),
    Other(u64),
}

#[derive(Clone, Copy)]
struct Event {
    /// `None` for the store that creates an atomic.
    thread: Option<usize>,
    /// Its position among the steps of the thread.
    index: usize,
    /// Not a compare-exchange.
    step: Step,
    requires: Requirement,
}

impl Event {
    fn order(&self) -> Ordering {
        match self.step {
            Step::Load(_, order) | Step::Store(_, _, order) | Step::Swap(_, _, order) | Step::Fence(order) => order,
            Step::Exchange(..) => unreachable!("it became a swap or a load"),
        }
    }

    fn is_sequential(&self) -> bool {
        self.order() == Ordering::SeqCst
    }

    fn releases(&self) -> bool {
        matches!(self.order(), Ordering::Release | Ordering::AcqRel | Ordering::SeqCst)
    }

    fn acquires(&self) -> bool {
        matches!(self.order(), Ordering::Acquire | Ordering::AcqRel | Ordering::SeqCst)
    }

    fn is_fence(&self) -> bool {
        matches!(self.step, Step::Fence(_))
    }

    fn is_swap(&self) -> bool {
        matches!(self.step, Step::Swap(..))
    }

    fn reads(&self) -> Option<usize> {
        match self.step {
            Step::Load(atomic, _) | Step::Swap(atomic, _, _) => Some(atomic),
            Step::Store(..) | Step::Exchange(..) | Step::Fence(_) => None,
        }
    }

    fn writes(&self) -> Option<(usize, u64)> {
        match self.step {
            Step::Store(atomic, value, _) | Step::Swap(atomic, value, _) => Some((atomic, value)),
            Step::Load(..) | Step::Exchange(..) | Step::Fence(_) => None,
        }
    }

    fn may_read(&self, value: u64) -> bool {
        match self.requires {
            Requirement::Any => true,
            Requirement::Equal(expected) => value == expected,
            Requirement::Other(expected) => value != expected,
        }
    }

    fn is_before(&self, other: &Event) -> bool {
        match (self.thread, other.thread) {
            (None, Some(_)) => true,
            (Some(one), Some(two)) => one == two && self.index < other.index,
            (_, None) => false,
        }
    }
}

/// The outcomes that the axioms allow.
#[derive(Default)]
pub(crate) struct Allowed {
    /// All that C++20 allows.
    pub(crate) by_the_standard: BTreeSet<Outcome>,
    /// Those for which one order of all stores and `SeqCst` operations exists that agrees with the modification orders
    /// and in which no store is read before it is performed.
    pub(crate) in_one_order: BTreeSet<Outcome>,
}

/// What a candidate execution adds to the program: which store each load reads, and the order of the stores to each
/// atomic.
struct Candidate<'a> {
    events: &'a [Event],
    /// For each event, the store that it reads from.
    sources: &'a [Option<usize>],
    /// For each event, its place among the stores to its atomic.
    ranks: &'a [usize],
}

/// Tries every candidate execution of `litmus`.
pub(crate) fn allowed(litmus: &Litmus) -> Allowed {
    let created = (0..N_ATOMICS).map(|atomic| Event {
        thread: None,
        index: 0,
        step: Step::Store(atomic, 0, Ordering::Relaxed),
        requires: Requirement::Any,
    });
    let performed = litmus.iter().enumerate().flat_map(|(thread, steps)| {
        steps.iter().enumerate().map(move |(index, step)| Event {
            thread: Some(thread),
            index,
            step: *step,
            requires: Requirement::Any,
        })
    });
    let mut events: Vec<Event> = created.chain(performed).collect();
    let mut allowed = Allowed::default();
    each_exchange(&mut events, 0, &mut |events| {
        let mut sources = vec![None; events.len()];
        each_source(events, 0, &mut sources, &mut |sources| {
            each_rank(events, N_ATOMICS, &mut vec![0; events.len()], &mut |ranks| {
                let candidate = Candidate { events, sources, ranks };
                candidate.judge(&mut allowed);
            });
        });
    });
    allowed
}

/// Tries success and failure for every compare-exchange from `from` on. With success it is a swap that reads the
/// expected value, with failure a load that reads another one: [atomics.types.operations] paragraph 20.
fn each_exchange(events: &mut Vec<Event>, from: usize, look: &mut impl FnMut(&[Event])) {
    let Some(event) = events.get(from).copied() else {
        return look(events);
    };
    let Step::Exchange(atomic, [expected, new], [success, failure]) = event.step else {
        return each_exchange(events, from + 1, look);
    };
    for (step, requires) in [
        (Step::Swap(atomic, new, success), Requirement::Equal(expected)),
        (Step::Load(atomic, failure), Requirement::Other(expected)),
    ] {
        events[from] = Event {
            step,
            requires,
            ..event
        };
        each_exchange(events, from + 1, look);
    }
    events[from] = event;
}

/// Tries every store to its atomic for every event from `from` on that reads.
fn each_source(
    events: &[Event],
    from: usize,
    sources: &mut Vec<Option<usize>>,
    look: &mut impl FnMut(&[Option<usize>]),
) {
    let Some(event) = events.get(from) else {
        return look(sources);
    };
    let Some(atomic) = event.reads() else {
        return each_source(events, from + 1, sources, look);
    };
    for (store, other) in events.iter().enumerate() {
        let read = other
            .writes()
            .filter(|(written, _)| store != from && *written == atomic);
        if read.is_some_and(|(_, value)| event.may_read(value)) {
            sources[from] = Some(store);
            each_source(events, from + 1, sources, look);
        }
    }
}

/// Tries every position among the stores before it for every event from `from` on that writes. The stores that create
/// the atomics stay first.
fn each_rank(events: &[Event], from: usize, ranks: &mut Vec<usize>, look: &mut impl FnMut(&[usize])) {
    let Some(event) = events.get(from) else {
        return look(ranks);
    };
    let Some((atomic, _)) = event.writes() else {
        return each_rank(events, from + 1, ranks, look);
    };
    let same = |other: usize| events[other].writes().is_some_and(|(written, _)| written == atomic);
    let earlier: Vec<usize> = (0..from).filter(|other| same(*other)).collect();
    for rank in 1..=earlier.len() {
        let before = ranks.clone();
        for other in &earlier {
            ranks[*other] += usize::from(ranks[*other] >= rank);
        }
        ranks[from] = rank;
        each_rank(events, from + 1, ranks, look);
        *ranks = before;
    }
}

impl Candidate<'_> {
    fn relation(&self, holds: impl Fn(usize, usize) -> bool) -> Relation {
        Relation::new(self.events.len(), holds)
    }

    fn judge(&self, allowed: &mut Allowed) {
        if !self.swaps_are_atomic() {
            return;
        }
        let events = self.events;
        let program = self.relation(|one, other| events[one].is_before(&events[other]));
        let read_from = self.relation(|one, other| self.sources[other] == Some(one));
        let stores = self.relation(|one, other| self.is_older(one, other));
        let overtaken = self.relation(|one, other| {
            one != other && self.sources[one].is_some_and(|source| self.is_older(source, other))
        });
        let synchronized = self.synchronized(&program, &read_from);
        let before = program.or(&synchronized).closed();
        let coherent = read_from.or(&stores).or(&overtaken).closed();
        let back = before.then(&coherent);
        if (0..events.len()).any(|event| back.has(event, event) || coherent.has(event, event)) {
            return;
        }
        let sequential = self.sequential(&before, &coherent);
        let strongly = self.strongly_before(&program, &synchronized, &before);
        if !sequential.or(&strongly).is_acyclic() {
            return;
        }
        let outcome = self.outcome();
        if program.or(&read_from).or(&stores).or(&sequential).is_acyclic() {
            allowed.in_one_order.insert(outcome.clone());
        }
        allowed.by_the_standard.insert(outcome);
    }

    fn is_older(&self, one: usize, other: usize) -> bool {
        let (one_writes, other_writes) = (self.events[one].writes(), self.events[other].writes());
        let same =
            one_writes.is_some() && one_writes.map(|(atomic, _)| atomic) == other_writes.map(|(atomic, _)| atomic);
        same && self.ranks[one] < self.ranks[other]
    }

    /// A swap reads the store right before its own.
    fn swaps_are_atomic(&self) -> bool {
        let swaps = (0..self.events.len()).filter(|event| self.events[*event].is_swap());
        let mut read = swaps.filter_map(|swap| Some((swap, self.sources[swap]?)));
        read.all(|(swap, source)| self.ranks[source] + 1 == self.ranks[swap])
    }

    /// The synchronizes-with relation: [atomics.order] and [atomics.fences].
    fn synchronized(&self, program: &Relation, read_from: &Relation) -> Relation {
        let events = self.events;
        let n = events.len();
        let into_swaps = self.relation(|one, other| read_from.has(one, other) && events[other].is_swap());
        let same = self.relation(|one, other| one == other && events[one].writes().is_some());
        let sequence = same.or(&into_swaps.closed());
        let observed = sequence.then(read_from);
        let released_by = |store: usize, event: usize| {
            let stands_before = events[event].is_fence() && program.has(event, store);
            events[event].releases() && (event == store || stands_before)
        };
        let acquired_by = |load: usize, event: usize| {
            let stands_behind = events[event].is_fence() && program.has(load, event);
            events[event].acquires() && (event == load || stands_behind)
        };
        self.relation(|one, other| {
            (0..n).any(|store| {
                released_by(store, one) && (0..n).any(|load| observed.has(store, load) && acquired_by(load, other))
            })
        })
    }

    /// The order that [atomics.order] paragraph 4 imposes on `SeqCst` operations by coherence.
    fn sequential(&self, before: &Relation, coherent: &Relation) -> Relation {
        let events = self.events;
        let n = events.len();
        let is_fence = |event: usize| events[event].is_fence() && events[event].is_sequential();
        let stands_for = |sequential: usize, access: usize, is_first: bool| {
            let fenced = if is_first {
                before.has(sequential, access)
            } else {
                before.has(access, sequential)
            };
            (sequential == access && events[access].is_sequential()) || (is_fence(sequential) && fenced)
        };
        self.relation(|one, other| {
            one != other
                && (0..n).any(|first| {
                    stands_for(one, first, true)
                        && (0..n).any(|second| coherent.has(first, second) && stands_for(other, second, false))
                })
        })
    }

    /// Which `SeqCst` operations strongly happen before which: [intro.races] paragraph 12.
    fn strongly_before(&self, program: &Relation, synchronized: &Relation, before: &Relation) -> Relation {
        let sequential = |event: usize| self.events[event].is_sequential();
        let direct = self.relation(|one, other| synchronized.has(one, other) && sequential(one) && sequential(other));
        let strongly = program.or(&direct).or(&program.then(before).then(program)).closed();
        self.relation(|one, other| strongly.has(one, other) && sequential(one) && sequential(other))
    }

    fn outcome(&self) -> Outcome {
        let value = |store: usize| self.events[store].writes().map_or(0, |(_, value)| value);
        let n_threads = self
            .events
            .iter()
            .filter_map(|event| event.thread)
            .max()
            .map_or(0, |last| last + 1);
        let mut read = vec![Vec::new(); n_threads];
        let mut last = [(0, 0); N_ATOMICS];
        for (index, event) in self.events.iter().enumerate() {
            if let (Some(thread), Some(source)) = (event.thread, self.sources[index]) {
                read[thread].push(value(source));
            }
            if let Some((atomic, value)) = event.writes() {
                last[atomic] = last[atomic].max((self.ranks[index], value));
            }
        }
        (read, last.map(|(_, value)| value))
    }
}
