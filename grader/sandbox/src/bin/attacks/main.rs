//! A hostile program that makes the one attack named by its first argument.
//!
//! It prints `trying` first, which distinguishes a program that was stopped from one that did not start. It exits with
//! code 0 if the attack succeeded and with code 3 if it was refused. A test can clean up after every attack.

#[cfg(target_os = "linux")]
mod files;
#[cfg(target_os = "linux")]
mod kernel;
#[cfg(target_os = "linux")]
mod memory;
#[cfg(target_os = "linux")]
mod network;
#[cfg(target_os = "linux")]
mod others;
#[cfg(target_os = "linux")]
mod own;
#[cfg(target_os = "linux")]
mod target;
#[cfg(target_os = "linux")]
mod trees;

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    use std::io::Write as _;

    let mut args = std::env::args().skip(1);
    let name = args.next().unwrap_or_default();
    let target = target::Target::from_args(args);
    let all = [
        trees::ATTACKS,
        memory::ATTACKS,
        files::ATTACKS,
        network::ATTACKS,
        kernel::ATTACKS,
        others::ATTACKS,
        own::ATTACKS,
    ];
    let Some((_, attack)) = all.iter().copied().flatten().find(|(known, _)| *known == name) else {
        return std::process::ExitCode::from(2);
    };
    // If nobody reads, there is nobody to tell.
    let _ = writeln!(std::io::stdout(), "trying");
    match attack(&target) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stdout(), "refused: {error}");
            std::process::ExitCode::from(3)
        }
    }
}
