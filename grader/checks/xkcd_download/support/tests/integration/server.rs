//! The server as a client sees it, and what it counts.

use std::thread;
use std::time::Duration;

use reqwest::blocking::{Client, get};
use xkcd_download_support::{
    Hold, Outcome, QuiescentMoment, Server, Shelf, Trouble, Way, are_right, asked_once, connections_are_used_again,
    image_path, info_path, never_more_than, nobody_is_idle, nobody_polls,
};

fn start(shelf: Shelf, hold: Hold) -> Server {
    Server::start(shelf, hold).expect("a port of the loopback device")
}

fn url(server: &Server, path: &str) -> String {
    format!("{}{path}", server.base())
}

fn status(server: &Server, path: &str) -> u16 {
    let response = get(url(server, path)).expect("a reply");
    response.status().as_u16()
}

#[test]
fn comics_have_the_form_of_the_real_site() {
    let server = start(Shelf::of([100]), Hold::Nothing);
    let info: serde_json::Value = get(url(&server, "/100/info.0.json"))
        .expect("a reply")
        .json()
        .expect("JSON");
    assert_eq!(info["num"], 100);
    assert_eq!(info["title"], "Family Circus");
    assert_eq!(info["img"], url(&server, "/comics/family_circus.jpg"));
    let image = get(url(&server, "/comics/family_circus.jpg"))
        .expect("a reply")
        .bytes()
        .expect("an image");
    assert!(image.starts_with(b"\xff\xd8\xff\xe0"));
}

#[test]
fn each_trouble_is_seen_by_a_client() {
    let shelf = Shelf::of([])
        .with(1, Trouble::InfoStatus(404))
        .with(2, Trouble::ImageStatus(503))
        .with(3, Trouble::InfoMalformed)
        .with(4, Trouble::InfoCutOff)
        .with(5, Trouble::InfoStalled)
        .with(6, Trouble::ImageCutOff);
    let server = start(shelf, Hold::Nothing);
    assert_eq!(status(&server, &info_path(1)), 404);
    assert_eq!(status(&server, &image_path(2)), 503);
    assert_eq!(status(&server, "/nothing"), 404);
    let malformed = get(url(&server, &info_path(3)))
        .expect("a reply")
        .text()
        .expect("a text");
    assert!(serde_json::from_str::<serde_json::Value>(&malformed).is_err());
    for path in [info_path(4), image_path(6)] {
        let response = get(url(&server, &path)).expect("the head of a reply");
        assert!(response.status().is_success());
        assert!(response.content_length().is_some_and(|length| length > 0));
        assert!(response.bytes().is_err());
    }
    assert!(get(url(&server, &info_path(5))).is_err());
    assert!(get(server.closed_base()).expect_err("no server listens").is_connect());
}

#[test]
fn a_kept_client_keeps_its_connection_and_others_have_their_own() {
    let numbers: Vec<u32> = (1..=4).collect();
    let kept = start(Shelf::of(numbers.clone()), Hold::Nothing);
    let client = Client::new();
    for number in &numbers {
        let response = client.get(url(&kept, &info_path(*number))).send().expect("a reply");
        response.bytes().expect("a body");
    }
    assert_eq!(kept.n_connections(), 1);
    assert_eq!(connections_are_used_again(&kept), Ok(()));

    let others = start(Shelf::of(numbers.clone()), Hold::Nothing);
    for number in &numbers {
        get(url(&others, &info_path(*number)))
            .expect("a reply")
            .bytes()
            .expect("a body");
    }
    assert_eq!(others.n_connections(), 4);
    assert!(connections_are_used_again(&others).is_err());
}

#[test]
fn all_that_can_be_in_flight_at_once_is_there_when_replies_are_held() {
    let server = start(Shelf::of([1, 2, 3]), Hold::Rounds(1));
    let client = Client::new();
    thread::scope(|scope| {
        // The second makes many other requests before it asks for what is held.
        for (number, detours) in [(1, 0), (2, 50)] {
            let (client, server) = (&client, &server);
            scope.spawn(move || {
                for _ in 0..detours {
                    client.get(url(server, "/nothing")).send().expect("a reply");
                }
                client.get(url(server, &info_path(number))).send().expect("a reply")
            });
        }
    });
    let moment = QuiescentMoment {
        in_flight: 2,
        unfinished: 3,
    };
    assert_eq!(server.quiescent_moments(), [moment]);
    assert_eq!(server.most_in_flight(), 2);
    assert_eq!(server.in_flight(), 0);
    assert_eq!(never_more_than(2, &server), Ok(()));
    assert!(never_more_than(1, &server).is_err());
    assert_eq!(nobody_is_idle(2, &server), Ok(()));
    assert!(nobody_is_idle(3, &server).is_err());
}

#[test]
fn a_thread_that_polls_is_noticed_and_one_that_sleeps_is_not() {
    for is_polling in [true, false] {
        let server = start(Shelf::of([1]), Hold::Rounds(1));
        thread::scope(|scope| {
            let request = scope.spawn(|| get(url(&server, &info_path(1))).expect("a reply"));
            while !request.is_finished() && is_polling {
                thread::sleep(Duration::from_millis(2));
            }
        });
        assert_eq!(server.was_polled(), is_polling);
        assert_eq!(nobody_polls(&server).is_err(), is_polling);
    }
}

#[test]
fn the_last_comic_goes_first_and_one_path_waits_for_all_others() {
    for hold in [Hold::LastFirst, Hold::Only(info_path(1))] {
        let server = start(Shelf::of([1, 2]), hold.clone());
        let order = std::sync::Mutex::new(Vec::new());
        let client = Client::new();
        thread::scope(|scope| {
            for number in [1, 2] {
                let (client, server, order) = (&client, &server, &order);
                scope.spawn(move || {
                    client.get(url(server, &info_path(number))).send().expect("a reply");
                    order.lock().expect("nobody panicked").push(number);
                });
            }
        });
        assert_eq!(order.into_inner().expect("nobody panicked"), [2, 1], "{hold:?}");
    }
}

#[test]
fn requests_that_are_repeated_unknown_or_missing_are_reported() {
    let ask = |paths: &[&str]| {
        let server = start(Shelf::of([7]).with(8, Trouble::InfoStatus(404)), Hold::Nothing);
        for path in paths {
            status(&server, path);
        }
        asked_once(&server).err().and_then(|violation| violation.got)
    };
    let (info, image, missing) = ("/7/info.0.json", "/comics/picture_7.png", "/8/info.0.json");
    assert_eq!(ask(&[info, image, missing]), None);
    let got = |paths: &[&str]| ask(paths).expect("a violation");
    assert_eq!(got(&[info, image]), "`/8/info.0.json` was not asked for");
    assert_eq!(
        got(&[info, missing, image, missing]),
        "`/8/info.0.json` was asked for 2 times"
    );
    assert_eq!(got(&["/9"]), "`/9` was asked for, which belongs to no comic");
}

#[test]
fn results_are_compared_in_their_order_and_with_their_kind() {
    let shelf = Shelf::of([])
        .with(1, Trouble::InfoStatus(404))
        .with(2, Trouble::InfoCutOff);
    let server = start(shelf, Hold::Nothing);
    let status = Outcome::Status {
        url: url(&server, &info_path(1)),
        status: 404,
    };
    let cut_off = |is_decode| {
        let url = url(&server, &info_path(2));
        if is_decode {
            Outcome::Decode { url }
        } else {
            Outcome::Transport { url }
        }
    };
    let judge = |way, got: &[Outcome]| {
        are_right(way, &server, &[1, 2], got)
            .err()
            .map(|violation| violation.finding.as_str())
    };
    for is_decode in [false, true] {
        assert_eq!(judge(Way::InParallel, &[status.clone(), cut_off(is_decode)]), None);
    }
    let shuffled = [cut_off(false), status.clone()];
    assert_eq!(judge(Way::InParallel, &shuffled), Some("race"));
    assert_eq!(judge(Way::InSequence, &shuffled), Some("wrong_result"));
    let shuffled = [cut_off(true), status.clone()];
    assert_eq!(judge(Way::InParallel, &shuffled), Some("race"));
    assert_eq!(
        judge(Way::InParallel, std::slice::from_ref(&status)),
        Some("wrong_result")
    );
    assert_eq!(judge(Way::InParallel, &[status.clone(), status]), Some("wrong_result"));
}
