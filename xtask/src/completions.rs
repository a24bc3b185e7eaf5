//! `cargo xtask completions`: what makes a shell complete the commands, their flags, and the names of the exercises.
//!
//! The shell knows only `cargo`. So the completions are those of another command, and a few lines pass on what is typed
//! after `cargo xtask`. What cargo itself completes stays as it is.

use clap::CommandFactory;
use clap::builder::PossibleValuesParser;
use grader::discover::Workspace;

use crate::console::Console;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::flags::{CompletionsFlags, Flags, Shell};
use crate::named::current_dir;

/// Bash loads cargo's own completions only if nothing else completes `cargo`, so they are loaded first.
const FOR_BASH: &str = r#"
if ! declare -F _cargo > /dev/null; then
    if declare -F _comp_load > /dev/null; then
        _comp_load cargo
    elif declare -F _completion_loader > /dev/null; then
        _completion_loader cargo
    fi
fi

_cargo_or_xtask() {
    if [[ "${COMP_WORDS[1]-}" == xtask && "${COMP_CWORD}" -gt 1 ]]; then
        COMP_WORDS=(xtask "${COMP_WORDS[@]:2}")
        COMP_CWORD=$((COMP_CWORD - 1))
        _xtask xtask "${2-}" "${3-}"
    elif declare -F _cargo > /dev/null; then
        _cargo "$@"
    fi
}

complete -F _cargo_or_xtask -o bashdefault -o default cargo
"#;

/// Fish completes the same words after `cargo-xtask`, and is told the exercises, of which clap says nothing to it.
fn for_fish(command: &clap::Command, names: &[&str]) -> String {
    let names = names.join(" ");
    let commands: Vec<&str> = command
        .get_subcommands()
        .filter(|subcommand| subcommand.get_arguments().any(names_exercises))
        .map(clap::Command::get_name)
        .collect();
    let commands = commands.join(" ");
    format!(
        r#"
complete -c cargo-xtask -f -a '{names}' \
    -n '__fish_seen_subcommand_from {commands}'
complete -c cargo -f -n '__fish_seen_subcommand_from xtask' \
    -a '(complete -C (string replace -r "^\s*cargo\s+xtask" cargo-xtask (commandline -cp)))'
"#
    )
}

fn names_exercises(arg: &clap::Arg) -> bool {
    matches!(arg.get_id().as_str(), "exercise" | "exercises")
}

/// Prints the script of a shell.
pub(crate) fn run(flags: &CompletionsFlags, console: &Console) -> Result<ExitCode, Error> {
    let workspace = Workspace::find_from(&current_dir()?)?;
    // clap keeps names for as long as the process lives.
    let names: Vec<&'static str> = workspace
        .exercises()?
        .into_iter()
        .map(|exercise| &*exercise.name.leak())
        .collect();
    let mut command = Flags::command().mut_subcommands(|subcommand| {
        subcommand.mut_args(|arg| {
            if names_exercises(&arg) {
                arg.value_parser(PossibleValuesParser::new(&names))
            } else {
                arg
            }
        })
    });
    // Zsh calls the function that is named after `cargo-xtask` by itself.
    let (shell, name, rest) = match flags.shell {
        Shell::Bash => (clap_complete::Shell::Bash, "xtask", FOR_BASH.to_owned()),
        Shell::Fish => (clap_complete::Shell::Fish, "cargo-xtask", for_fish(&command, &names)),
        Shell::Zsh => (clap_complete::Shell::Zsh, "cargo-xtask", String::new()),
    };
    command = command.name(name).bin_name(name);
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, name, &mut script);
    let script = String::from_utf8(script).expect("a script is text");
    console.print_bytes(&(script + &rest))?;
    Ok(ExitCode::Passed)
}
