//! The macros `select!` and `select_biased!`, with the same grammar as in the library.
//!
//! The macro reads the cases one by one and normalises each. Then nested `match`es bind the channels, the first one
//! outermost. That keeps temporaries alive until the body of a case has run, and lets the body use the channels again.
//! A list that the library rejects is rejected here too. The messages of the library are better; a student sees those,
//! because a submission is first compiled with the library itself.

/// As [`crossbeam_channel::select!`].
#[macro_export]
macro_rules! select {
    ($($tokens:tt)*) => { $crate::__select!(@read ANY [] [] $($tokens)*) };
}

/// As [`crossbeam_channel::select_biased!`].
#[macro_export]
macro_rules! select_biased {
    ($($tokens:tt)*) => { $crate::__select!(@read FIRST [] [] $($tokens)*) };
}

/// The common part of [`select!`] and [`select_biased!`].
#[doc(hidden)]
#[macro_export]
macro_rules! __select {
    // Reads the cases one by one: the head, then the body with or without braces, then a comma where one is needed.
    (@read $order:ident [] []) => { $crate::internal::compile_error!("empty `select!` block") };
    (@read $order:ident [$($cases:tt)*] [$($default:tt)*]) => {
        $crate::__select!(@run $order [$($cases)*] [$($default)*])
    };
    (@read $order:ident $cases:tt $default:tt default => $($rest:tt)*) => {
        $crate::__select!(@read $order $cases $default default() => $($rest)*)
    };
    (@read $order:ident $cases:tt $default:tt
        $case:ident ($($arguments:tt)*) $(-> $result:pat)? => { $($body:tt)* }, $($rest:tt)*) => {
        $crate::__select!(@enter $order $cases $default [$case ($($arguments)*) $(-> $result)?] { $($body)* } $($rest)*)
    };
    (@read $order:ident $cases:tt $default:tt
        $case:ident ($($arguments:tt)*) $(-> $result:pat)? => $body:expr_2021, $($rest:tt)*) => {
        $crate::__select!(@enter $order $cases $default [$case ($($arguments)*) $(-> $result)?] { $body } $($rest)*)
    };
    (@read $order:ident $cases:tt $default:tt
        $case:ident ($($arguments:tt)*) $(-> $result:pat)? => { $($body:tt)* } $($rest:tt)*) => {
        $crate::__select!(@enter $order $cases $default [$case ($($arguments)*) $(-> $result)?] { $($body)* } $($rest)*)
    };
    (@read $order:ident $cases:tt $default:tt
        $case:ident ($($arguments:tt)*) $(-> $result:pat)? => $body:expr_2021) => {
        $crate::__select!(@enter $order $cases $default [$case ($($arguments)*) $(-> $result)?] { $body })
    };

    // Adds a case to those that were read.
    (@enter $order:ident [$($cases:tt)*] $default:tt
        [recv($receiver:expr_2021 $(,)?) -> $result:pat] $body:tt $($rest:tt)*) => {
        $crate::__select!(@read $order [$($cases)* [recv ($receiver) () -> $result => $body]] $default $($rest)*)
    };
    (@enter $order:ident [$($cases:tt)*] $default:tt
        [send($sender:expr_2021, $message:expr_2021 $(,)?) -> $result:pat] $body:tt $($rest:tt)*) => {
        $crate::__select!(
            @read $order [$($cases)* [send ($sender) (, $message) -> $result => $body]] $default $($rest)*
        )
    };
    (@enter $order:ident $cases:tt [] [default()] $body:tt $($rest:tt)*) => {
        $crate::__select!(@read $order $cases [() $body] $($rest)*)
    };
    (@enter $order:ident $cases:tt [] [default($timeout:expr_2021 $(,)?)] $body:tt $($rest:tt)*) => {
        $crate::__select!(@read $order $cases [($timeout) $body] $($rest)*)
    };

    // As in the library, a single receive is a plain `recv`.
    (@run $order:ident [[recv ($receiver:expr_2021) () -> $result:pat => $body:tt]] []) => {
        match $receiver {
            ref receiver => {
                let receiver: &$crate::Receiver<_> = receiver;
                let received = receiver.recv();
                let $result = received;
                $body
            }
        }
    };
    (@run $order:ident [[recv ($receiver:expr_2021) () -> $result:pat => $body:tt]] [() $default:tt]) => {
        match $receiver {
            ref receiver => {
                let receiver: &$crate::Receiver<_> = receiver;
                match receiver.try_recv() {
                    $crate::internal::Result::Err($crate::TryRecvError::Empty) => $default,
                    received => {
                        let received = received.map_err(|_| $crate::RecvError);
                        let $result = received;
                        $body
                    }
                }
            }
        }
    };
    (@run $order:ident [[recv ($receiver:expr_2021) () -> $result:pat => $body:tt]]
        [($timeout:expr_2021) $default:tt]) => {
        match $receiver {
            ref receiver => {
                let receiver: &$crate::Receiver<_> = receiver;
                match receiver.recv_timeout($timeout) {
                    $crate::internal::Result::Err($crate::RecvTimeoutError::Timeout) => $default,
                    received => {
                        let received = received.map_err(|_| $crate::RecvError);
                        let $result = received;
                        $body
                    }
                }
            }
        }
    };
    (@run $order:ident $cases:tt $default:tt) => { $crate::__select!(@bind $order $cases $default []) };

    // Binds the channels.
    (@bind $order:ident [[recv ($receiver:expr_2021) $message:tt -> $result:pat => $body:tt] $($cases:tt)*] $default:tt
        [$($bound:tt)*]) => {
        match $receiver {
            ref end => {
                let end: &$crate::Receiver<_> = end;
                $crate::__select!(@bind $order [$($cases)*] $default [$($bound)* [recv end $message $result => $body]])
            }
        }
    };
    (@bind $order:ident [[send ($sender:expr_2021) $message:tt -> $result:pat => $body:tt] $($cases:tt)*] $default:tt
        [$($bound:tt)*]) => {
        match $sender {
            ref end => {
                let end: &$crate::Sender<_> = end;
                $crate::__select!(@bind $order [$($cases)*] $default [$($bound)* [send end $message $result => $body]])
            }
        }
    };

    // Selects: without a limit, without waiting, or with a timeout.
    (@bind $order:ident [] [] [$([$kind:ident $end:ident $($case:tt)*])*]) => {{
        let selected = $crate::internal::select($crate::internal::$order, &[$($crate::internal::$kind($end)),*]);
        $crate::__select!(@complete selected (0usize) $([$kind $end $($case)*])*)
    }};
    (@bind $order:ident [] [() $default:tt] [$([$kind:ident $end:ident $($case:tt)*])*]) => {
        match $crate::internal::try_select($crate::internal::$order, &[$($crate::internal::$kind($end)),*]) {
            $crate::internal::Option::None => $default,
            $crate::internal::Option::Some(selected) => {
                $crate::__select!(@complete selected (0usize) $([$kind $end $($case)*])*)
            }
        }
    };
    (@bind $order:ident [] [($timeout:expr_2021) $default:tt] [$([$kind:ident $end:ident $($case:tt)*])*]) => {
        match $crate::internal::select_timeout(
            $crate::internal::$order,
            &[$($crate::internal::$kind($end)),*],
            $timeout,
        ) {
            $crate::internal::Option::None => $default,
            $crate::internal::Option::Some(selected) => {
                $crate::__select!(@complete selected (0usize) $([$kind $end $($case)*])*)
            }
        }
    };

    // Completes the selected operation, which is the one with this number or a later one.
    (@complete $selected:ident ($number:expr_2021)) => {
        // Moved: dropping it before it is completed would panic.
        $crate::internal::unreachable!("{:?} is none of the cases", $selected)
    };
    (@complete $selected:ident ($number:expr_2021)
        [$kind:ident $end:ident ($($message:tt)*) $result:pat => $body:tt] $($rest:tt)*) => {
        if $selected.index() == $number {
            let completed = $selected.$kind($end $($message)*);
            let $result = completed;
            $body
        } else {
            $crate::__select!(@complete $selected ($number + 1) $($rest)*)
        }
    };

    (@$($tokens:tt)*) => {
        $crate::internal::compile_error!(
            "expected cases such as `recv(r) -> msg => …`, `send(s, msg) -> res => …` or `default => …`"
        )
    };
}
