//! The grammar and the meaning of `select!` and `select_biased!`.

use super::check;
use super::library::channel::{
    self, Receiver, RecvError, SendError, Sender, after, bounded, never, select, select_biased, unbounded,
};
use super::library::sync::Arc;
use super::library::thread;
use super::library::time::Duration;

const MOMENT: Duration = Duration::from_millis(5);

#[test]
fn cases_may_be_written_in_many_ways() {
    check(|| {
        let (s, r) = unbounded::<u32>();
        let full = bounded::<u32>(1);
        full.0.send(0).unwrap();
        let text = select! {
            recv(r) -> message => { format!("{message:?}") }
            send(full.0, 1,) -> _ => "sent".to_owned(),
            default => "nothing".into()
        };
        assert_eq!(text, "nothing");
        s.send(1).unwrap();
        select!(recv(&r,) -> message => assert_eq!(message, Ok(1)), default() => unreachable!(),);
        select! { default(MOMENT) => {} }
        select! { default() => (), };
        select! { recv(r) -> _ => panic!(), default(Duration::ZERO,) => {} };
        s.send(2).unwrap();
        let number = select! { recv(r) -> message => message.map(|n| n + 1).unwrap() };
        assert_eq!(number, 3);
        channel::select_biased! {
            send(s, number) -> result => result.unwrap(),
            recv(r) -> _ => {},
        }
        assert_eq!(r.recv(), Ok(3));
    });
}

#[test]
fn ends_may_be_any_expression() {
    struct Owner {
        channel: (Sender<u32>, Receiver<u32>),
    }
    check(|| {
        let owner = Owner { channel: unbounded() };
        let shared = Arc::new(owner.channel.1.clone());
        let list = [owner.channel.0.clone(), owner.channel.0.clone()];
        let index = |n: usize| n;
        select! {
            send(&list[index(1)], { 1 + 1 }) -> sent => sent.unwrap(),
            recv(unbounded::<u32>().1) -> message => assert_eq!(message, Err(RecvError)),
        }
        list[0].send(9).unwrap();
        select! {
            recv(shared) -> message => assert!(message.is_ok()),
            recv(Box::new(never::<u32>())) -> _ => unreachable!(),
        }
        select! {
            recv(&owner.channel.1) -> _ => {}
            recv(if list.is_empty() { after(MOMENT) } else { after(Duration::ZERO) }) -> _ => {}
        }
    });
}

#[test]
fn the_message_is_only_made_when_it_is_sent() {
    check(|| {
        let (s, r) = bounded(1);
        let mut made = 0;
        for _ in 0..2 {
            select! {
                send(s, { made += 1; made }) -> sent => sent.unwrap(),
                default => {}
            }
        }
        assert_eq!((made, r.recv()), (1, Ok(1)));
        drop(r);
        select! { send(s, 7) -> sent => assert_eq!(sent, Err(SendError(7))) }
    });
}

#[test]
fn bodies_may_leave_the_selection() {
    fn first(r: &Receiver<u32>, s: &Sender<u32>) -> Result<u32, RecvError> {
        loop {
            select! {
                recv(r) -> message => {
                    if message? == 1 {
                        continue;
                    }
                    break;
                }
                send(s, 0) -> _ => return Ok(0),
            }
        }
        Ok(2)
    }
    check(|| {
        let ((s, r), (full, _r)) = (unbounded(), bounded(1));
        full.send(0).unwrap();
        s.send(1).unwrap();
        s.send(2).unwrap();
        assert_eq!(first(&r, &full), Ok(2));
        drop(s);
        assert_eq!(first(&r, &full), Err(RecvError));
        assert_eq!(first(&never(), &unbounded().0), Ok(0));
    });
}

#[test]
fn bodies_may_use_and_move_what_they_selected() {
    check(|| {
        let ((s, r), (s2, r2)) = (unbounded::<Vec<u32>>(), unbounded::<Vec<u32>>());
        s.send(vec![1]).unwrap();
        let mut outer = select! {
            recv(r) -> mut message => {
                message.as_mut().unwrap().push(2);
                drop(r);
                message
            }
            recv(r2) -> _ => unreachable!(),
        };
        outer.as_mut().unwrap().push(3);
        assert_eq!(outer, Ok(vec![1, 2, 3]));
        assert!(s.send(vec![]).is_err());
        s2.send(vec![4]).unwrap();
        select! {
            recv(r2) -> message => select! {
                send(s2, message.unwrap()) -> (Ok(()) | Err(SendError(_))) => {}
                default => unreachable!(),
            },
            default(MOMENT) => unreachable!(),
        }
        assert_eq!(r2.recv(), Ok(vec![4]));
    });
}

#[test]
fn names_of_the_program_keep_their_meaning() {
    check(|| {
        let (end, selected) = bounded(1);
        let (receiver, completed, received, index, result) = (1, 2, 3, 4, 5);
        select! {
            send(end, receiver + completed + received + index + result) -> message => message.unwrap(),
            recv(selected) -> _ => unreachable!(),
        }
        select! {
            recv(selected) -> end => assert_eq!(end, Ok(receiver + completed + received + index + result)),
            recv(never::<u32>()) -> _ => unreachable!(),
        }
    });
}

#[test]
fn a_biased_selection_takes_the_first_that_is_ready() {
    check(|| {
        let channels = [unbounded(), unbounded(), unbounded()];
        channels.iter().for_each(|(s, _)| s.send(()).unwrap());
        let mut order = Vec::new();
        loop {
            select_biased! {
                recv(channels[2].1) -> _ => order.push(2),
                recv(channels[0].1) -> _ => order.push(0),
                recv(channels[1].1) -> _ => order.push(1),
                default => break,
            }
        }
        assert_eq!(order, [2, 0, 1]);
    });
}

#[test]
fn a_selection_may_have_many_cases() {
    check(|| {
        let channels: Vec<(Sender<usize>, Receiver<usize>)> = (0..9).map(|_| unbounded()).collect();
        let r = |n: usize| &channels[n].1;
        for (n, (s, _)) in channels.iter().enumerate() {
            s.send(n).unwrap();
            let got = select! {
                recv(r(0)) -> m => (0, m),
                recv(r(1)) -> m => (1, m),
                recv(r(2)) -> m => (2, m),
                recv(r(3)) -> m => (3, m),
                recv(r(4)) -> m => (4, m),
                recv(r(5)) -> m => (5, m),
                recv(r(6)) -> m => (6, m),
                recv(r(7)) -> m => (7, m),
                recv(r(8)) -> m => (8, m),
            };
            assert_eq!(got, (n, Ok(n)));
        }
    });
}

#[test]
fn a_selection_in_a_loop_serves_until_it_is_told_to_stop() {
    check(|| {
        let ((s, r), (stop, stopped)) = (bounded(1), bounded::<()>(0));
        let thread = thread::spawn(move || {
            let mut sum = 0;
            loop {
                select! {
                    recv(r) -> message => sum += message.unwrap_or(0),
                    recv(stopped) -> _ => break sum + r.try_iter().sum::<u32>(),
                }
            }
        });
        s.send(1).unwrap();
        s.send(2).unwrap();
        drop(stop);
        assert_eq!(thread.join().unwrap(), 3);
    });
}
