//! What went wrong, told from the trace in a sentence or two.
//!
//! A story claims nothing that the trace does not show. Where no pattern is recognised, it says where a thread was
//! interrupted, or that none had to be.

use protocol::trace::{End, Event, Place, Trace};
use protocol::{Failure, Finding};

use super::names::{self, Names};
use super::waiting;

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Story {
    /// Sentences, in the order to be read.
    pub sentences: Vec<String>,
    /// The events that the sentences speak of.
    pub steps: Vec<usize>,
}

impl Story {
    fn new(sentence: String, steps: &[usize]) -> Self {
        Self {
            sentences: vec![sentence],
            steps: steps.to_vec(),
        }
    }
}

/// The story of a failure whose execution is `trace`.
pub fn story(failure: &Failure, trace: &Trace, names: &Names<'_>) -> Story {
    let mut story = match end(failure, trace, names) {
        Some(story) => story,
        None if depends_on_order(failure.finding) => lost_update(trace, names)
            .or_else(|| stale_read(trace, names))
            .or_else(|| let_go(failure, trace, names))
            .or_else(|| torn(failure, trace, names))
            .or_else(|| interruption(trace, names))
            .or_else(|| no_interruption(failure, trace))
            .unwrap_or_default(),
        None => Story::default(),
    };
    let panicked = trace.threads.iter().filter(|thread| thread.id != 0);
    for (thread, message) in panicked.filter_map(|thread| Some((thread.id, thread.panicked.as_ref()?))) {
        story.sentences.push(format!(
            "{} panicked: {message}",
            Names::at_start(&names.thread(thread))
        ));
    }
    story
}

/// Whether a finding says that some order of the threads is to blame.
fn depends_on_order(finding: Finding) -> bool {
    match finding {
        Finding::Race | Finding::LimitExceeded | Finding::Panic => true,
        Finding::CompileError
        | Finding::MissingItem
        | Finding::ForbiddenCode
        | Finding::WrongResult
        | Finding::WrongOutput
        | Finding::Deadlock
        | Finding::LostWakeup
        | Finding::Livelock
        | Finding::BusyWait
        | Finding::NotConcurrent
        | Finding::OverSerialized
        | Finding::ThreadLeak
        | Finding::ChildLeak
        | Finding::Exited
        | Finding::Timeout
        | Finding::CpuLimit
        | Finding::MemoryLimit
        | Finding::ProcessLimit
        | Finding::OutputLimit
        | Finding::AccessDenied
        | Finding::TooSlow
        | Finding::Nondeterministic => false,
    }
}

/// The story of an execution that did not finish as it should.
fn end(failure: &Failure, trace: &Trace, names: &Names<'_>) -> Option<Story> {
    let at = |place: &Option<Place>| names.at(place.as_ref());
    let name = |thread: &usize| Names::at_start(&names.thread(*thread));
    let sentence = match &trace.end {
        End::Finished => return None,
        End::Deadlock { waits, cycle } => return Some(waiting::deadlock(trace, waits, cycle, names)),
        End::LostWakeup {
            waits,
            waiter,
            notified_at,
        } => {
            return Some(waiting::lost_wakeup(trace, waits, *waiter, notified_at.as_ref(), names));
        }
        End::Panicked { message, place } => return Some(panicked(failure, message, at(place), trace, names)),
        End::ThreadsLeft { threads } => return Some(threads_left(trace, threads, names)),
        End::Livelock { threads } => {
            let named: Vec<String> = threads.iter().map(|&thread| names.thread(thread)).collect();
            match &named[..] {
                [alone] => format!(
                    "{} does the same again and again, and nothing that it sees ends it.",
                    Names::at_start(alone)
                ),
                _ => format!(
                    "{} keep acting on each other and none of them gets on.",
                    Names::at_start(&named.join(", "))
                ),
            }
        }
        End::BusyWait { thread, place } => {
            let (name, at) = (name(thread), at(place));
            format!(
                "{name} asks again and again{at} instead of sleeping until another thread has changed what it asks for."
            )
        }
        End::StepLimit => "The threads were still working when the limit of steps was reached.".to_owned(),
        End::Exited {
            code: Some(code),
            thread,
            place,
        } => {
            format!(
                "{} ended the whole process with exit code {code}{}.",
                name(thread),
                at(place)
            )
        }
        End::Exited {
            code: None,
            thread,
            place,
        } => format!("{} aborted the whole process{}.", name(thread), at(place)),
        End::Nondeterministic { difference } => format!("The same schedule did not do the same again: {difference}"),
    };
    Some(Story::new(sentence, &[]))
}

/// A panic, and what led to it where that can be told.
fn panicked(failure: &Failure, message: &str, at: String, trace: &Trace, names: &Names<'_>) -> Story {
    let mut story = lost_update(trace, names)
        .or_else(|| stale_read(trace, names))
        .unwrap_or_default();
    if !failure.got.as_ref().is_some_and(|got| got.contains(message)) {
        story.sentences.insert(0, format!("The panic{at} says: {message}"));
    }
    story
}

fn threads_left(trace: &Trace, threads: &[usize], names: &Names<'_>) -> Story {
    let left = |&thread: &usize| {
        let place = trace.threads.get(thread).and_then(|thread| thread.spawned_at.as_ref());
        let spawned = place.map_or(String::new(), |place| format!(", spawned at {},", names.place(place)));
        let name = names.thread(thread);
        format!(
            "{}{spawned} was still running when the function returned: nobody joined it.",
            Names::at_start(&name)
        )
    };
    Story {
        sentences: threads.iter().take(SENTENCES).map(left).collect(),
        steps: Vec::new(),
    }
}

/// More threads that were left behind say nothing new.
const SENTENCES: usize = 4;

fn is_load(event: &Event) -> bool {
    event.operation == "load"
}

fn is_store(event: &Event) -> bool {
    event.operation == "store"
}

/// Whether an operation changes an atomic whatever it held.
fn is_change(event: &Event) -> bool {
    is_store(event) || event.operation == "swap" || event.operation.starts_with("fetch_")
}

/// The value that an operation saw: `→ 0`.
fn seen(event: &Event) -> Option<&str> {
    event
        .detail
        .as_deref()?
        .rsplit_once("→ ")
        .map(|(_, value)| value.trim())
}

/// The latest event before `index` of the same thread on the same object.
fn previous(trace: &Trace, index: usize) -> Option<usize> {
    let event = &trace.events[index];
    (0..index)
        .rev()
        .find(|&before| trace.events[before].thread == event.thread && trace.events[before].object == event.object)
}

/// A store of what was computed from a load, over a change that another thread made in between.
fn lost_update(trace: &Trace, names: &Names<'_>) -> Option<Story> {
    let events = &trace.events;
    (0..events.len()).filter(|&store| is_store(&events[store])).find_map(|store| {
        let load = previous(trace, store).filter(|&load| is_load(&events[load]))?;
        let change = (load + 1..store).find(|&change| is_change_by_another(trace, change, store))?;
        let counter = names.object(events[store].object?);
        let lines = format!("Between the load{} and the store{}", names.at(events[load].place.as_ref()), names.at(events[store].place.as_ref()));
        let other_load = previous(trace, change).filter(|&other| is_load(&events[other]));
        let sentence = match (seen(&events[load]), other_load) {
            (Some(value), Some(other)) if load.max(other) < change && seen(&events[other]) == Some(value) => {
                let threads = format!("{} and {}", names.thread(events[other.min(load)].thread), names.thread(events[other.max(load)].thread));
                let both = Names::at_start(&threads);
                format!("{both} both read {value} from `{counter}` before either wrote, so one of the two writes is lost. {lines} another thread may run.")
            }
            _ => {
                let other = names.thread(events[change].thread);
                format!("{lines} {other} changed `{counter}`, and the store wrote over that change.")
            }
        };
        Some(Story::new(sentence, &[load, other_load.unwrap_or(load), change, store]))
    })
}

fn is_change_by_another(trace: &Trace, change: usize, index: usize) -> bool {
    let (change, event) = (&trace.events[change], &trace.events[index]);
    change.object == event.object && change.thread != event.thread && is_change(change)
}

/// The last change that was made because of what a load had seen, after another thread had changed that.
fn stale_read(trace: &Trace, names: &Names<'_>) -> Option<Story> {
    let events = &trace.events;
    (0..events.len())
        .rev()
        .filter(|&act| is_change(&events[act]))
        .find_map(|act| {
            let load = previous(trace, act).filter(|&load| is_load(&events[load]))?;
            let change = (load + 1..act).find(|&change| is_change_by_another(trace, change, act))?;
            let value = seen(&events[load]).map_or(String::new(), |value| format!(" {value}"));
            let sentence = format!(
                "{} read{value} from `{}`{} and acted on it{}. In between {} changed it{}.",
                Names::at_start(&names.thread(events[act].thread)),
                names.object(events[act].object?),
                names.at(events[load].place.as_ref()),
                names.at(events[act].place.as_ref()),
                names.thread(events[change].thread),
                names.at(events[change].place.as_ref()),
            );
            Some(Story::new(sentence, &[load, change, act]))
        })
}

/// Whether the event at `index` takes the turn from `thread`. In an execution without a preemption any change of turns does.
fn preempts(trace: &Trace, index: usize, thread: usize) -> bool {
    let events = &trace.events;
    let is_change = index > 0 && events[index - 1].thread == thread && events[index].thread != thread;
    is_change && (events[index].preempts || !events.iter().any(|event| event.preempts))
}

/// A lock taken twice by one thread, and by another that interrupted it in between; the last such time.
///
/// Where a limit is exceeded that is no story: whoever counts under a lock takes it again and again.
fn let_go(failure: &Failure, trace: &Trace, names: &Names<'_>) -> Option<Story> {
    if failure.finding != Finding::Race {
        return None;
    }
    let events = &trace.events;
    let is_lock = |object: usize| trace.objects.get(object).is_some_and(names::is_lock);
    let takes = |index: usize| {
        matches!(events[index].operation.as_str(), "lock" | "write" | "read")
            && events[index].object.is_some_and(is_lock)
    };
    (0..events.len()).rev().filter(|&again| takes(again)).find_map(|again| {
        let (thread, object) = (events[again].thread, events[again].object);
        let own = |index: &usize| takes(*index) && events[*index].thread == thread && events[*index].object == object;
        let first = (0..again).rev().find(own)?;
        let other = (first + 1..again).find(|&other| takes(other) && events[other].object == object && events[other].thread != thread)?;
        (first + 1..=other).find(|&index| preempts(trace, index, thread))?;
        let sentence = format!(
            "{} locked `{}`{}, let go of it and locked it again{}. In between {} had it{}, so what was known before may no longer hold.",
            Names::at_start(&names.thread(thread)),
            names.object(object?),
            names.at(events[first].place.as_ref()),
            names.at(events[again].place.as_ref()),
            names.thread(events[other].thread),
            names.at(events[other].place.as_ref()),
        );
        Some(Story::new(sentence, &[first, other, again]))
    })
}

/// A thread that wrote into a line that another had begun; where lines may be shared, that is no story.
fn torn(failure: &Failure, trace: &Trace, names: &Names<'_>) -> Option<Story> {
    if failure.finding != Finding::Race {
        return None;
    }
    let tear = trace
        .stdout
        .windows(2)
        .position(|pair| pair[0].thread != pair[1].thread && !pair[0].bytes.ends_with(b"\n"))?;
    let (begun, written) = (writing(trace, tear), writing(trace, tear + 1));
    let at = |writing: Option<usize>| names.at(writing.and_then(|index| trace.events[index].place.as_ref()));
    let first = names.thread(trace.stdout[tear].thread);
    let second = names.thread(trace.stdout[tear + 1].thread);
    let sentence = format!(
        "{} wrote{} into the line that {first} had begun{} and not ended yet.",
        Names::at_start(&second),
        at(written),
        at(begun)
    );
    Some(Story::new(
        sentence,
        &begun.into_iter().chain(written).collect::<Vec<_>>(),
    ))
}

/// The event that wrote the segment at this index; `None` where events and segments do not match one to one.
fn writing(trace: &Trace, segment: usize) -> Option<usize> {
    let is_stdout = |event: &Event| {
        event
            .object
            .is_some_and(|object| trace.objects.get(object).is_some_and(names::is_stdout))
    };
    let is_writing =
        |event: &Event| is_stdout(event) && ["write", "print"].iter().any(|word| event.operation.starts_with(word));
    let writings: Vec<usize> = (0..trace.events.len())
        .filter(|&index| is_writing(&trace.events[index]))
        .collect();
    let threads = |index: &usize| trace.events[*index].thread;
    let is_matching = writings
        .iter()
        .map(threads)
        .eq(trace.stdout.iter().map(|segment| segment.thread));
    writings.get(segment).copied().filter(|_| is_matching)
}

/// Where the last preemption hit.
fn interruption(trace: &Trace, names: &Names<'_>) -> Option<Story> {
    let events = &trace.events;
    let switch = (1..events.len()).rev().find(|&index| events[index].preempts)?;
    let thread = events[switch - 1].thread;
    let resumed = (switch..events.len()).find(|&index| events[index].thread == thread);
    let name = Names::at_start(&names.thread(thread));
    let other = names.thread(events[switch].thread);
    let after = events[switch - 1].place.as_ref().map(|place| names.place(place));
    let before = resumed
        .and_then(|index| events[index].place.as_ref())
        .map(|place| names.place(place));
    let sentence = match (after, before) {
        (Some(after), Some(before)) if after != before => {
            format!("{name} was interrupted between {after} and {before}, and {other} ran in between.")
        }
        (Some(after), _) => format!("{name} was interrupted after {after}, and {other} ran in between."),
        (None, _) => format!("{name} was interrupted, and {other} ran in between."),
    };
    Some(Story::new(sentence, &[switch - 1, switch]))
}

/// Several threads, and none of them was interrupted.
fn no_interruption(failure: &Failure, trace: &Trace) -> Option<Story> {
    let sentence = "No thread had to be interrupted for this: the order in which they ran is enough.";
    (failure.preemptions == 0 && trace.threads.len() > 2).then(|| Story::new(sentence.to_owned(), &[]))
}
