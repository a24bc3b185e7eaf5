//! The digest of a trace: FNV-1a over its events.
//!
//! For each event, its thread, its object and its operation are added. Everything is a number of 64 bits, lowest byte
//! first:
//!
//! * No object is all ones.
//! * An operation is the number that [`Encoder::op`] gives to its kind, then its fields in the order of declaration.
//! * A variant of another enum is its position in the declaration, counted from 0.
//! * `None` is 0. `Some` is 1, followed by the value.
//! * A list is its length, then its elements. Bytes that were written are added as they are, after their length.
//!
//! States follow from the operations, so they are not added. Times and places are not added either.
//!
//! Tokens hold a digest. So a change of this encoding, or of what an operation records, needs a new version of tokens.

use super::{
    ChannelProperty, ChannelSide, CompareExchangeOutcome, Event, Op, SelectOutcome, ThreadId, TransferOutcome, Value,
};
use crate::fnv;

pub(super) fn of(events: &[Event]) -> u32 {
    let mut encoder = Encoder(fnv::EMPTY);
    for event in events {
        encoder.index(event.thread);
        encoder.number(event.object.map_or(u64::MAX, |object| object as u64));
        encoder.op(&event.op);
    }
    encoder.0
}

/// The digest of what was encoded so far.
struct Encoder(u32);

impl Encoder {
    fn number(&mut self, number: u64) {
        self.0 = fnv::append(self.0, &number.to_le_bytes());
    }

    fn index(&mut self, index: usize) {
        self.number(index as u64);
    }

    fn value(&mut self, value: Value) {
        let (kind, bits) = match value {
            Value::Bool(value) => (0, value.into()),
            Value::Unsigned(value) => (1, value),
            Value::Signed(value) => (2, value.cast_unsigned()),
            Value::Pointer { is_null } => (3, is_null.into()),
        };
        self.number(kind);
        self.number(bits);
    }

    fn values(&mut self, values: [Value; 2]) {
        values.into_iter().for_each(|value| self.value(value));
    }

    fn threads(&mut self, threads: &[ThreadId]) {
        self.index(threads.len());
        threads.iter().for_each(|thread| self.index(*thread));
    }

    /// A function and an outcome.
    fn pair(&mut self, function: u64, outcome: u64) {
        self.number(function);
        self.number(outcome);
    }

    fn transfer(&mut self, outcome: TransferOutcome) {
        let (kind, n_bytes) = match outcome {
            TransferOutcome::Moved(n_bytes) => (0, n_bytes),
            TransferOutcome::AtEnd => (1, 0),
            TransferOutcome::Broken => (2, 0),
            TransferOutcome::WouldBlock => (3, 0),
            TransferOutcome::TimedOut => (4, 0),
            TransferOutcome::Nothing => (5, 0),
        };
        self.number(kind);
        self.number(n_bytes);
    }

    fn op(&mut self, op: &Op) {
        match op {
            Op::Load { order, value, newest } => {
                self.pair(0, *order as u64);
                self.value(*value);
                self.number(newest.is_some().into());
                newest.iter().for_each(|newest| self.value(*newest));
            }
            Op::Store { order, value } => {
                self.pair(1, *order as u64);
                self.value(*value);
            }
            Op::Rmw {
                function,
                order,
                old,
                new,
            } => {
                self.number(2);
                self.pair(*function as u64, *order as u64);
                self.values([*old, *new]);
            }
            Op::CompareExchange {
                function,
                order,
                outcome,
            } => {
                self.number(3);
                self.pair(*function as u64, *order as u64);
                match outcome {
                    CompareExchangeOutcome::Exchanged { old, new } => {
                        self.number(0);
                        self.values([*old, *new]);
                    }
                    CompareExchangeOutcome::Differs {
                        found,
                        expected,
                        newest: None,
                    } => {
                        self.number(1);
                        self.values([*found, *expected]);
                    }
                    CompareExchangeOutcome::Differs {
                        found,
                        expected,
                        newest: Some(newest),
                    } => {
                        self.number(3);
                        self.values([*found, *expected]);
                        self.value(*newest);
                    }
                    CompareExchangeOutcome::Spurious { found } => {
                        self.number(2);
                        self.value(*found);
                    }
                }
            }
            Op::Fence { order } => self.pair(4, *order as u64),
            Op::Lock { function, outcome } => {
                self.number(5);
                self.pair(*function as u64, *outcome as u64);
            }
            Op::Unlock => self.number(6),
            Op::Downgrade => self.number(7),
            Op::IsPoisoned { poisoned } => self.pair(8, (*poisoned).into()),
            Op::ClearPoison => self.number(9),
            Op::Wait { lock, has_timeout } => {
                self.number(10);
                self.index(*lock);
                self.number((*has_timeout).into());
            }
            Op::WakeUp { lock, reason, poisoned } => {
                self.number(11);
                self.index(*lock);
                self.pair(*reason as u64, (*poisoned).into());
            }
            Op::Notify { whom, woke } => {
                self.pair(12, *whom as u64);
                self.threads(woke);
            }
            Op::BarrierWait { arrived, needed } => {
                self.number(13);
                self.index(*arrived);
                self.index(*needed);
            }
            Op::Send { function, outcome } => {
                self.number(14);
                self.pair(*function as u64, *outcome as u64);
            }
            Op::Receive { function, outcome } => {
                self.number(15);
                self.pair(*function as u64, *outcome as u64);
            }
            Op::DropSender { left } => self.pair(16, *left as u64),
            Op::DropReceiver { left } => self.pair(17, *left as u64),
            Op::Inspect { seen } => {
                self.number(18);
                match seen {
                    ChannelProperty::IsEmpty(is_empty) => self.pair(0, (*is_empty).into()),
                    ChannelProperty::IsFull(is_full) => self.pair(1, (*is_full).into()),
                    ChannelProperty::Len(len) => self.pair(2, *len as u64),
                }
            }
            Op::Select { function, outcome } => {
                self.pair(19, *function as u64);
                let of = |side: &ChannelSide| *side as u64;
                match outcome {
                    SelectOutcome::Taken(side) => self.pair(0, of(side)),
                    SelectOutcome::Disconnected(side) => self.pair(1, of(side)),
                    SelectOutcome::Ready(side) => self.pair(2, of(side)),
                    SelectOutcome::WouldBlock => self.number(3),
                    SelectOutcome::TimedOut => self.number(4),
                }
            }
            Op::Initialize { function, outcome } => {
                self.number(20);
                self.pair(*function as u64, *outcome as u64);
            }
            Op::Spawn { thread } => self.pair(21, *thread as u64),
            Op::Join { thread } => self.pair(22, *thread as u64),
            Op::IsFinished { thread, finished } => {
                self.number(23);
                self.pair(*thread as u64, (*finished).into());
            }
            Op::LeaveScope => self.number(24),
            Op::EndThread { panicked } => self.pair(25, (*panicked).into()),
            Op::Park { has_timeout, reason } => {
                self.number(26);
                self.pair((*has_timeout).into(), *reason as u64);
            }
            Op::Unpark { thread } => self.pair(27, *thread as u64),
            Op::Sleep { duration } => {
                self.number(28);
                self.pair(duration.as_secs(), duration.subsec_nanos().into());
            }
            Op::Yield { function } => self.pair(29, *function as u64),
            Op::Write { bytes } => {
                self.number(30);
                self.index(bytes.len());
                self.0 = fnv::append(self.0, bytes);
            }
            Op::Exit { code } => {
                self.pair(31, code.is_some().into());
                code.iter()
                    .for_each(|code| self.number(i64::from(*code).cast_unsigned()));
            }
            Op::Count { access, of, found } => {
                self.number(32);
                self.pair(*access as u64, *of as u64);
                self.number(*found);
            }
            Op::PushJob { job } => self.pair(33, *job),
            Op::TakeJob { job, from } => {
                self.pair(34, *job);
                self.index(*from);
            }
            Op::EndJob { job } => self.pair(35, *job),
            Op::ReadBytes { outcome } => {
                self.number(36);
                self.transfer(*outcome);
            }
            Op::WriteBytes { outcome } => {
                self.number(37);
                self.transfer(*outcome);
            }
            Op::CloseEnd { end } => self.pair(38, *end as u64),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::trace::{
        ChannelOutcome, ChannelSide, CountAccess, CountKind, LockFunction, LockOutcome, MemoryOrder, PipeEnd,
        SelectFunction, SendFunction,
    };

    fn digest(op: Op) -> u32 {
        of(&[Event {
            thread: 1,
            op,
            object: Some(2),
            states: Vec::new(),
            time: Duration::ZERO,
            place: None,
            preempts: false,
            calls: Vec::new(),
        }])
    }

    /// Tokens from before must still fit. A change to one of these numbers needs a new version of tokens.
    #[test]
    fn the_encoding_stays_as_it_is() {
        let order = MemoryOrder::Acquire;
        let load = |value, newest| Op::Load { order, value, newest };
        let found = [
            digest(load(Value::Unsigned(7), None)),
            digest(load(Value::Signed(-7), Some(Value::Bool(true)))),
            digest(Op::Lock {
                function: LockFunction::TryLock,
                outcome: LockOutcome::WouldBlock,
            }),
            digest(Op::Send {
                function: SendFunction::SendTimeout,
                outcome: ChannelOutcome::Disconnected,
            }),
            digest(Op::Select {
                function: SelectFunction::Ready,
                outcome: SelectOutcome::Ready(ChannelSide::Receive),
            }),
            digest(Op::Write {
                bytes: b"text".to_vec(),
            }),
            digest(Op::Exit { code: Some(-1) }),
            digest(Op::Count {
                access: CountAccess::Claim,
                of: CountKind::Strong,
                found: 2,
            }),
            digest(Op::PushJob { job: 1 }),
            digest(Op::TakeJob { job: 1, from: 0 }),
            digest(Op::EndJob { job: 1 }),
            digest(Op::ReadBytes {
                outcome: TransferOutcome::Moved(7),
            }),
            digest(Op::WriteBytes {
                outcome: TransferOutcome::Broken,
            }),
            digest(Op::CloseEnd { end: PipeEnd::Writer }),
        ];
        let expected = [
            0xD421_C462,
            0x10F4_1138,
            0xFC77_B0A0,
            0x56BA_2569,
            0x4116_8372,
            0xDDF5_3B3B,
            0xC919_1630,
            0x8309_B507,
            0x829F_0DC6,
            0x6511_88E5,
            0x19E8_0944,
            0xEF54_5145,
            0x1B3C_18C1,
            0xCEE1_3C41,
        ];
        assert_eq!(found, expected);
    }
}
