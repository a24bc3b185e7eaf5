//! What `cargo xtask completions` prints makes a shell complete.

use std::process::Command;

use super::root;

fn script(shell: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["completions", shell])
        .current_dir(root())
        .output()
        .expect("it starts");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("a script is text")
}

/// What bash offers for the last of these words.
fn offered(words: &[&str]) -> Vec<String> {
    let [.., before, last] = words else {
        panic!("there are two words at least");
    };
    let script = script("bash");
    let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    let program = format!(
        "_cargo() {{ COMPREPLY=(build); }}
         {script}
         COMP_WORDS=({})
         COMP_CWORD={}
         _cargo_or_xtask cargo '{last}' '{before}'
         printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        quoted.join(" "),
        words.len() - 1,
    );
    let output = Command::new("bash")
        .args(["--norc", "-u", "-c", &program])
        .output()
        .expect("bash starts");
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).expect("completions are text");
    text.lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_flags_and_exercises_and_leaves_cargo_alone() {
    assert_eq!(offered(&["cargo", "xtask", "sol"]), ["solution"]);
    assert_eq!(offered(&["cargo", "xtask", "grade", "stdout"]), ["stdout_writer"]);
    assert_eq!(offered(&["cargo", "xtask", "grade", "--sol"]), ["--solution"]);
    assert_eq!(
        offered(&["cargo", "xtask", "grade", "--format", "j"]),
        ["json", "junit"]
    );
    assert_eq!(offered(&["cargo", "bu"]), ["build"]);
    assert_eq!(offered(&["cargo", "xtask"]), ["build"]);
}

#[test]
fn fish_and_zsh_get_the_names_of_the_exercises() {
    for shell in ["fish", "zsh"] {
        let script = script(shell);
        assert!(script.contains("stdout_writer"), "{shell}");
        assert!(script.contains("cargo-xtask"), "{shell}");
    }
}

#[test]
fn fish_gets_them_after_each_command_that_takes_an_exercise() {
    let script = script("fish");
    let line = script
        .lines()
        .find(|line| line.contains("from watch"))
        .expect("there is one");
    for command in ["watch", "grade", "class", "verify"] {
        assert!(line.split([' ', '\'']).any(|word| word == command), "{command}: {line}");
    }
    assert!(!line.contains("list"), "{line}");
}
