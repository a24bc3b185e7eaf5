//! Every public item of the library has a shim with the same signature and the same auto traits, and no shim has traits
//! that the item lacks.
//!
//! Each list is one module that is compiled against both libraries.

#![allow(
    dead_code,
    reason = "of the two answers to whether a type has a trait, one is never given"
)]

/// The items that are named of both libraries.
macro_rules! surface {
    ($library:ident, $instant:path) => {
        mod $library {
            use std::fmt::{Debug, Display};
            use std::iter::FusedIterator;
            use std::panic::{RefUnwindSafe, UnwindSafe};
            use std::time::Duration;

            use $instant as Instant;
            use $library::*;

            type Message = std::cell::Cell<u8>;

            pub(crate) const FUNCTIONS: (
                fn() -> (Sender<Message>, Receiver<Message>),
                fn(usize) -> (Sender<Message>, Receiver<Message>),
                fn(Duration) -> Receiver<Instant>,
                fn(Instant) -> Receiver<Instant>,
                fn(Duration) -> Receiver<Instant>,
                Receiver<Message>,
            ) = (unbounded, bounded, after, at, tick, never());

            pub(crate) const SENDER: (
                fn(&Sender<Message>, Message) -> Result<(), TrySendError<Message>>,
                fn(&Sender<Message>, Message) -> Result<(), SendError<Message>>,
                fn(&Sender<Message>, Message, Duration) -> Result<(), SendTimeoutError<Message>>,
                fn(&Sender<Message>, Message, Instant) -> Result<(), SendTimeoutError<Message>>,
                [fn(&Sender<Message>) -> bool; 2],
                fn(&Sender<Message>) -> usize,
                fn(&Sender<Message>) -> Option<usize>,
                fn(&Sender<Message>, &Sender<Message>) -> bool,
            ) = (
                Sender::try_send,
                Sender::send,
                Sender::send_timeout,
                Sender::send_deadline,
                [Sender::is_empty, Sender::is_full],
                Sender::len,
                Sender::capacity,
                Sender::same_channel,
            );

            pub(crate) const RECEIVER: (
                fn(&Receiver<Message>) -> Result<Message, TryRecvError>,
                fn(&Receiver<Message>) -> Result<Message, RecvError>,
                fn(&Receiver<Message>, Duration) -> Result<Message, RecvTimeoutError>,
                fn(&Receiver<Message>, Instant) -> Result<Message, RecvTimeoutError>,
                [fn(&Receiver<Message>) -> bool; 2],
                fn(&Receiver<Message>) -> usize,
                fn(&Receiver<Message>) -> Option<usize>,
                fn(&Receiver<Message>) -> Iter<'_, Message>,
                fn(&Receiver<Message>) -> TryIter<'_, Message>,
                fn(&Receiver<Message>, &Receiver<Message>) -> bool,
            ) = (
                Receiver::try_recv,
                Receiver::recv,
                Receiver::recv_timeout,
                Receiver::recv_deadline,
                [Receiver::is_empty, Receiver::is_full],
                Receiver::len,
                Receiver::capacity,
                Receiver::iter,
                Receiver::try_iter,
                Receiver::same_channel,
            );

            type Chosen<'a, E> = Result<SelectedOperation<'a>, E>;

            pub(crate) fn selections<'a>(s: &'a Sender<Message>, r: &'a Receiver<Message>) -> [Select<'a>; 3] {
                let _: fn(&mut Select<'a>, &'a Sender<Message>) -> usize = Select::send;
                let _: fn(&mut Select<'a>, &'a Receiver<Message>) -> usize = Select::recv;
                let _: fn(&mut Select<'a>, usize) = Select::remove;
                let _: fn(&mut Select<'a>) -> Chosen<'a, TrySelectError> = Select::try_select;
                let _: fn(&mut Select<'a>) -> SelectedOperation<'a> = Select::select;
                let _: fn(&mut Select<'a>, Duration) -> Chosen<'a, SelectTimeoutError> = Select::select_timeout;
                let _: fn(&mut Select<'a>, Instant) -> Chosen<'a, SelectTimeoutError> = Select::select_deadline;
                let _: fn(&mut Select<'a>) -> Result<usize, TryReadyError> = Select::try_ready;
                let _: fn(&mut Select<'a>) -> usize = Select::ready;
                let _: fn(&mut Select<'a>, Duration) -> Result<usize, ReadyTimeoutError> = Select::ready_timeout;
                let _: fn(&mut Select<'a>, Instant) -> Result<usize, ReadyTimeoutError> = Select::ready_deadline;
                let _: fn(&SelectedOperation<'a>) -> usize = SelectedOperation::index;
                let _: fn(SelectedOperation<'a>, &Sender<Message>, Message) -> Result<(), SendError<Message>> =
                    SelectedOperation::send;
                let _: fn(SelectedOperation<'a>, &Receiver<Message>) -> Result<Message, RecvError> =
                    SelectedOperation::recv;
                let _ = |select: &Select<'a>| select.clone();
                let mut select = Select::new();
                let _ = (select.send(s), select.recv(r));
                [select, Select::new_biased(), Select::default()]
            }

            fn is_error<E: std::error::Error + Debug + Display + Clone + Copy + Eq + 'static>() {}
            fn iterates<I: Iterator<Item = Message> + Debug>() {}
            fn iterates_to_the_end<I: FusedIterator>() {}
            fn is_made_of<T: From<U>, U>() {}
            fn says_what_it_is<T: Debug>() {}
            fn into_iterator<I: IntoIterator<Item = Message>>() {}

            pub(crate) fn traits() {
                is_error::<SendError<u8>>();
                is_error::<TrySendError<u8>>();
                is_error::<SendTimeoutError<u8>>();
                is_error::<RecvError>();
                is_error::<TryRecvError>();
                is_error::<RecvTimeoutError>();
                is_error::<TrySelectError>();
                is_error::<SelectTimeoutError>();
                says_what_it_is::<(TryReadyError, ReadyTimeoutError)>();
                says_what_it_is::<(
                    Sender<Message>,
                    Receiver<Message>,
                    Select<'_>,
                    SelectedOperation<'_>,
                )>();
                is_made_of::<TrySendError<Message>, SendError<Message>>();
                is_made_of::<SendTimeoutError<Message>, SendError<Message>>();
                is_made_of::<TryRecvError, RecvError>();
                is_made_of::<RecvTimeoutError, RecvError>();
                iterates::<Iter<'_, Message>>();
                iterates::<TryIter<'_, Message>>();
                iterates::<IntoIter<Message>>();
                iterates_to_the_end::<Iter<'_, Message>>();
                iterates_to_the_end::<IntoIter<Message>>();
                into_iterator::<&Receiver<Message>>();
                into_iterator::<Receiver<Message>>();
            }

            /// Whether a type has each of these traits, found by whether the constant of the bounded implementation
            /// exists.
            macro_rules! auto_traits {
                ($type:ty) => {
                    [
                        has!($type, Send),
                        has!($type, Sync),
                        has!($type, UnwindSafe),
                        has!($type, RefUnwindSafe),
                        has!($type, Unpin),
                        has!($type, Clone),
                    ]
                };
            }

            macro_rules! has {
                ($type:ty, $trait:ident) => {{
                    struct Asked<T>(std::marker::PhantomData<T>);
                    trait Otherwise {
                        const ANSWER: bool = false;
                    }
                    impl<T> Otherwise for Asked<T> {}
                    impl<T: $trait> Asked<T> {
                        const ANSWER: bool = true;
                    }
                    let _ = |asked: Asked<$type>| asked.0;
                    <Asked<$type>>::ANSWER
                }};
            }

            /// Messages that lack an auto trait, which the ends of their channel must not add.
            type NotSync = std::cell::Cell<u8>;
            type NotSend = std::rc::Rc<u8>;
            type NotUnpin = std::marker::PhantomPinned;

            pub(crate) fn auto_traits() -> Vec<[bool; 6]> {
                vec![
                    auto_traits!(Sender<u8>),
                    auto_traits!(Sender<NotSync>),
                    auto_traits!(Sender<NotSend>),
                    auto_traits!(Sender<NotUnpin>),
                    auto_traits!(Receiver<u8>),
                    auto_traits!(Receiver<NotSync>),
                    auto_traits!(Receiver<NotSend>),
                    auto_traits!(Receiver<NotUnpin>),
                    auto_traits!(Iter<'static, u8>),
                    auto_traits!(Iter<'static, NotSync>),
                    auto_traits!(Iter<'static, NotSend>),
                    auto_traits!(TryIter<'static, u8>),
                    auto_traits!(TryIter<'static, NotSync>),
                    auto_traits!(TryIter<'static, NotSend>),
                    auto_traits!(IntoIter<u8>),
                    auto_traits!(IntoIter<NotSync>),
                    auto_traits!(IntoIter<NotSend>),
                    auto_traits!(Select<'static>),
                    auto_traits!(SelectedOperation<'static>),
                    auto_traits!(SendError<NotSend>),
                    auto_traits!(TrySendError<NotSend>),
                ]
            }
        }
    };
}

surface!(crossbeam_channel, std::time::Instant);
surface!(model_crossbeam_channel, model_std::time::Instant);

#[test]
fn the_auto_traits_are_equal() {
    let [real, modelled] = [crossbeam_channel::auto_traits(), model_crossbeam_channel::auto_traits()];
    assert_eq!(modelled, real);
    let all: Vec<bool> = real.into_iter().flatten().collect();
    assert!(
        all.contains(&true) && all.contains(&false),
        "nothing is told apart: {all:?}"
    );
}

#[test]
fn every_item_is_there() {
    let (s, r) = model_crossbeam_channel::FUNCTIONS.0();
    assert_eq!(
        (model_crossbeam_channel::SENDER.5)(&s),
        (model_crossbeam_channel::RECEIVER.5)(&r)
    );
    assert_eq!(model_crossbeam_channel::selections(&s, &r).len(), 3);
    model_crossbeam_channel::traits();
    let (s, r) = crossbeam_channel::FUNCTIONS.0();
    assert_eq!((crossbeam_channel::SENDER.5)(&s), (crossbeam_channel::RECEIVER.5)(&r));
    assert_eq!(crossbeam_channel::selections(&s, &r).len(), 3);
    crossbeam_channel::traits();
}
