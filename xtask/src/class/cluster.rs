//! `cargo xtask class … --script SYSTEM`: what runs the parts of a class on a cluster, to be saved and submitted.
//!
//! A part needs nothing from the others and may be run again, also while it still runs somewhere, so any system that
//! gives each task a number will do. These know Slurm, GNU parallel and Kubernetes.

use std::num::NonZero;
use std::path::{self, Path, PathBuf};

use clap::ValueEnum;
use grader::discover::Workspace;
use grader::help::Help;

use crate::error::Error;
use crate::flags::{ClassFlags, Cluster, Containment};
use crate::grade::quoted;

/// How many submissions a part has if nobody says how many parts there are: some minutes of work, which is long beside
/// what it costs to start a task.
const SUBMISSIONS_IN_A_PART: usize = 100;
/// How many pods run at once, if there are as many parts: a guess at what a small cluster has room for.
const PODS_AT_ONCE: usize = 16;
/// Where the volume of a class is in a pod.
const VOLUME: &str = "/class";

/// A word cannot be written into a script.
#[derive(Debug, thiserror::Error)]
#[error("failed to write a script: `{word}` is not UTF-8, or has a line feed")]
struct NotText {
    word: String,
}

impl Help for NotText {
    fn help(&self) -> Option<String> {
        Some("give the file or folder another name".to_owned())
    }
}

/// The script for `cluster` that grades the `n_submissions` of the class in parts.
pub(super) fn script(
    cluster: Cluster,
    flags: &ClassFlags,
    workspace: &Workspace,
    n_submissions: usize,
) -> Result<String, Error> {
    let parts = flags.parts.map_or_else(|| parts_of(n_submissions), NonZero::get);
    let here = Places {
        submissions: word(&absolute(&flags.submissions)?)?.to_owned(),
        out: word(&absolute(&flags.out)?)?.to_owned(),
    };
    let root = quoted(word(&workspace.root)?);
    let executable = std::env::current_exe()?;
    let part = format!("{} class {}", quoted(word(&executable)?), part_flags(flags, &here)?);
    let values = |special: [(&'static str, String); 2]| {
        let merge = format!("cargo xtask class {} --resume", merge_flags(flags, &here)?);
        let [one, other] = special;
        Ok::<_, Error>([("parts", parts.to_string()), ("merge", merge), one, other])
    };
    Ok(match cluster {
        Cluster::Slurm => fill(
            include_str!("cluster/slurm.sbatch"),
            &values([("root", root), ("part", part)])?,
        ),
        Cluster::Parallel => {
            let command = quoted(&format!("cd {root} && {part} --part {{}}/{parts}"));
            let values = values([("command", command), ("root", root)])?;
            fill(include_str!("cluster/parallel.sh"), &values)
        }
        Cluster::Kubernetes => {
            let part = part_flags(flags, &here.in_volume()?)?;
            let index = format!("--part \"$((JOB_COMPLETION_INDEX + 1))/{parts}\"");
            let command = format!("exec cargo xtask class {part} {index}");
            // A string of JSON is one of YAML as well.
            let args = serde_json::to_string(&command).expect("it is a text");
            let at_once = parts.min(PODS_AT_ONCE).to_string();
            let values = values([("args", args), ("at_once", at_once)])?;
            fill(include_str!("cluster/kubernetes.yml"), &values)
        }
    })
}

/// Into how many parts so many submissions are divided.
fn parts_of(n_submissions: usize) -> usize {
    n_submissions.div_ceil(SUBMISSIONS_IN_A_PART).max(1)
}

/// Where the folders of a class are for whoever runs a command.
struct Places {
    submissions: String,
    out: String,
}

impl Places {
    /// The same folders in the volume of a pod, which has them side by side.
    fn in_volume(&self) -> Result<Places, Error> {
        let inside = |path: &str| {
            let name = Path::new(path).file_name().unwrap_or_default();
            Ok::<_, Error>(format!("{VOLUME}/{}", word(Path::new(name))?))
        };
        Ok(Places {
            submissions: inside(&self.submissions)?,
            out: inside(&self.out)?,
        })
    }
}

/// The flags of a part. Who is in the class makes no difference to it.
fn part_flags(flags: &ClassFlags, places: &Places) -> Result<String, Error> {
    let mut words: Vec<String> = if flags.all {
        vec!["--all".to_owned()]
    } else {
        flags.exercises.clone()
    };
    words.extend(["--submissions".to_owned(), places.submissions.clone()]);
    words.extend(["--out".to_owned(), places.out.clone()]);
    if let Some(pattern) = &flags.id_from {
        words.push(format!("--id-from={pattern}"));
    }
    // What students hand in is code of strangers.
    let containment = match flags.containment.unwrap_or(Containment::Require) {
        Containment::Auto => "auto",
        Containment::Require => "require",
        Containment::Basic => "basic",
    };
    words.push(format!("--containment={containment}"));
    let quoted: Result<Vec<String>, Error> = words.iter().map(|text| Ok(quoted(word(Path::new(text))?))).collect();
    Ok(quoted?.join(" "))
}

/// The flags of the command that makes the marks of what the parts have graded.
fn merge_flags(flags: &ClassFlags, places: &Places) -> Result<String, Error> {
    let mut words = part_flags(flags, places)?;
    if let Some(roster) = &flags.roster {
        words.push_str(&format!(" --roster {}", quoted(word(&absolute(roster)?)?)));
    }
    let outputs = flags.outputs.iter().filter_map(ValueEnum::to_possible_value);
    let outputs: Vec<String> = outputs.map(|output| output.get_name().to_owned()).collect();
    if !outputs.is_empty() {
        words.push_str(&format!(" --outputs {}", outputs.join(",")));
    }
    Ok(words)
}

fn absolute(path: &Path) -> Result<PathBuf, Error> {
    Ok(path::absolute(path)?)
}

/// A path as a word of a script. A line feed would end a comment.
fn word(path: &Path) -> Result<&str, Error> {
    let text = path.to_str().filter(|text| !text.contains(char::is_control));
    text.ok_or_else(|| {
        let word = path.to_string_lossy().into_owned();
        Error::Usage(Box::new(NotText { word }))
    })
}

/// The template with `{name}` replaced by the value of that name. What a value holds is not replaced again.
fn fill(template: &str, values: &[(&str, String)]) -> String {
    let mut filled = String::new();
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        filled.push_str(&rest[..at]);
        rest = &rest[at..];
        let found = values.iter().find_map(|(name, value)| {
            let after = rest.strip_prefix('{')?.strip_prefix(name)?.strip_prefix('}')?;
            Some((value, after))
        });
        match found {
            Some((value, after)) => {
                filled.push_str(value);
                rest = after;
            }
            None => {
                filled.push('{');
                rest = &rest[1..];
            }
        }
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flags::Output;

    fn flags(submissions: &str) -> ClassFlags {
        ClassFlags {
            exercises: vec!["semaphores".to_owned()],
            all: false,
            submissions: submissions.into(),
            out: "/data/marks".into(),
            roster: Some("/data/class.csv".into()),
            id_from: Some("^([^_]+)_".to_owned()),
            resume: false,
            part: None,
            script: None,
            parts: NonZero::new(8),
            containment: None,
            outputs: vec![Output::Sarif],
        }
    }

    fn script_of(cluster: Cluster, submissions: &str) -> Result<String, Error> {
        let root = "/a course".into();
        script(cluster, &flags(submissions), &Workspace { root }, 0)
    }

    #[test]
    fn a_script_repeats_the_command_with_its_words_quoted() {
        let slurm = script_of(Cluster::Slurm, "/data/it's {parts}").expect("it is text");
        assert!(slurm.contains("#SBATCH --array=1-8\n") && slurm.contains("cd '/a course' || exit 3\n"));
        let command = "class semaphores --submissions '/data/it'\\''s {parts}' --out /data/marks '--id-from=^([^_]+)_' \
                       --containment=require";
        assert!(
            slurm.contains(&format!("{command} --part \"$SLURM_ARRAY_TASK_ID/8\"\n")),
            "{slurm}"
        );
        assert!(
            slurm.contains(&format!(
                "cargo xtask {command} --roster /data/class.csv --outputs sarif --resume\n"
            )),
            "{slurm}"
        );
        let parallel = script_of(Cluster::Parallel, "/data/in").expect("it is text");
        assert!(
            parallel.contains("--retries 4 'cd '\\''/a course'\\'' && "),
            "{parallel}"
        );
        let kubernetes = script_of(Cluster::Kubernetes, "/data/it's").expect("it is text");
        let submissions = "--submissions '/class/it'\\\\''s' --out /class/marks ";
        assert!(kubernetes.contains(submissions), "{kubernetes}");
        assert!(
            kubernetes.contains("  completions: 8\n  parallelism: 8\n"),
            "{kubernetes}"
        );
    }

    #[test]
    fn a_path_that_would_end_a_comment_is_refused() {
        for cluster in [Cluster::Slurm, Cluster::Parallel, Cluster::Kubernetes] {
            assert!(script_of(cluster, "/data/a\nrm -r .").is_err());
        }
    }

    #[test]
    fn a_part_is_worth_starting_a_task_for() {
        assert_eq!([0, 1, 100, 101, 10_000].map(parts_of), [1, 1, 1, 2, 100]);
    }
}
