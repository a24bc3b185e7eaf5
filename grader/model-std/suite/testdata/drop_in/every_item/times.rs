//! `std::time`.

use std::time::{Duration, Instant, SystemTime, SystemTimeError, UNIX_EPOCH};

fn instants() -> String {
    let start = Instant::now();
    let second = core::time::Duration::from_secs(1);
    let mut later = start + second;
    later += second;
    later -= second;
    let differences = [
        later - start,
        later.duration_since(start),
        start.duration_since(later),
        later.saturating_duration_since(start),
        start.checked_duration_since(later).unwrap_or(Duration::MAX),
        (later - second).duration_since(start),
    ];
    let checked = (
        start.checked_add(Duration::MAX),
        start.checked_sub(Duration::MAX),
        start.checked_add(second) == Some(later),
    );
    let passed = start.elapsed() < Duration::from_secs(3600);
    format!(
        "{differences:?} {checked:?} {passed} {} {}",
        start < later,
        format!("{start:?}").starts_with("Instant")
    )
}

fn system_times() -> String {
    let now = SystemTime::now();
    let second = Duration::from_secs(1);
    let mut later = now + second;
    later += second;
    later -= second;
    let since: Result<Duration, SystemTimeError> = now.duration_since(later);
    let before = since.unwrap_err().duration();
    let checked = (
        now.checked_add(second) == Some(later),
        now.checked_sub(second) == Some(now - second),
    );
    let recent = now.elapsed().unwrap_or_default() < Duration::from_secs(3600);
    let text = format!("{UNIX_EPOCH:?}").starts_with("SystemTime");
    format!(
        "{before:?} {checked:?} {recent} {text} {} {:?}",
        now > SystemTime::UNIX_EPOCH,
        later.duration_since(now)
    )
}

pub fn run() -> Vec<String> {
    vec![instants(), system_times()]
}
