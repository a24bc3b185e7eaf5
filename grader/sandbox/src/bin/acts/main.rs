//! A hostile program: it performs the one act that its first argument names.
//!
//! It says `trying` first, so that a program that did not even start is not taken for one that was stopped. Code 0 means that the
//! act succeeded, code 3 that it was refused. Every act is one that a test can clear up after.

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
mod scene;
#[cfg(target_os = "linux")]
mod trees;

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    use std::io::Write as _;

    let mut args = std::env::args().skip(1);
    let name = args.next().unwrap_or_default();
    let scene = scene::Scene::from_args(args);
    let all = [
        trees::ACTS,
        memory::ACTS,
        files::ACTS,
        network::ACTS,
        kernel::ACTS,
        others::ACTS,
        own::ACTS,
    ];
    let Some((_, act)) = all.iter().copied().flatten().find(|(known, _)| *known == name) else {
        return std::process::ExitCode::from(2);
    };
    // Without a reader there is nobody to tell.
    let _ = writeln!(std::io::stdout(), "trying");
    match act(&scene) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stdout(), "refused: {error}");
            std::process::ExitCode::from(3)
        }
    }
}
