//! The parts of a class on a real Slurm, of which a node and the controller are lost in the midst.
//!
//! Slurm runs on this machine alone, on ports of loopback and without a service of the system. Where it is not
//! installed, the test says so and is skipped.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::classes::{COMPILES_FOR_EVER, Class};
use super::small_course::{COUNTS, LOSES_COUNTS};

/// How long a test waits before it fails; the machine may be busy.
const WATCHDOG: Duration = Duration::from_secs(400);
/// How often something is looked up that no event tells of.
const POLL_INTERVAL: Duration = Duration::from_millis(20);
/// How often the cluster is cared for. The controller begins anew each time to find out which nodes do not answer, for
/// which it takes most of this time.
const CARE_INTERVAL: Duration = Duration::from_secs(60);
/// What the test starts.
const PROGRAMS: [&str; 7] = ["munged", "slurmctld", "slurmd", "sbatch", "sinfo", "squeue", "scontrol"];
const N_NODES: usize = 3;

/// Where the daemons are; for an ordinary user they are not on the `PATH`.
fn path() -> String {
    format!("{}:/usr/sbin:/usr/local/sbin", env::var("PATH").unwrap_or_default())
}

fn find(program: &str) -> Option<PathBuf> {
    let folders = path();
    let mut paths = folders.split(':').map(|folder| Path::new(folder).join(program));
    paths.find(|path| path.is_file())
}

/// A Slurm with its daemons, all of which end with it.
struct Slurm {
    folder: PathBuf,
    munge: Child,
    controller: Child,
    nodes: Vec<Option<Child>>,
}

impl Slurm {
    fn start(folder: &Path) -> Self {
        let folder = folder.canonicalize().expect("it is there");
        for name in ["munge", "socket", "state"] {
            fs::create_dir(folder.join(name)).expect("a folder");
        }
        configure(&folder);
        let munge = start(
            &folder,
            "munged",
            &[
                "--foreground".to_owned(),
                format!("--key-file={}", folder.join("munge/key").display()),
                format!("--socket={}", folder.join("socket/s").display()),
                format!("--pid-file={}", folder.join("munge/pid").display()),
                format!("--log-file={}", folder.join("munge/log").display()),
                format!("--seed-file={}", folder.join("munge/seed").display()),
            ],
        );
        wait_for("the socket of munge", || folder.join("socket/s").exists());
        let controller = controller(&folder);
        let nodes = (1..=N_NODES).map(|number| {
            let name = format!("node{number}");
            Some(start(&folder, "slurmd", &["-D".to_owned(), "-N".to_owned(), name]))
        });
        let slurm = Slurm {
            nodes: nodes.collect(),
            folder: folder.clone(),
            munge,
            controller,
        };
        let idle = format!("{N_NODES} idle");
        wait_for("the nodes", || {
            slurm.ask("sinfo", &["--noheader", "--format=%D %t"]).trim() == idle
        });
        slurm
    }

    /// What a command of Slurm prints. It prints nothing while the controller is away.
    fn ask(&self, program: &str, args: &[&str]) -> String {
        let output = command(&self.folder, program).args(args).output().expect("it starts");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The processes of the jobs on a node, apart from those of Slurm.
    fn tasks(&self, node: usize) -> Vec<u32> {
        let node = format!("SLURMD_NODENAME=node{node}");
        let configuration = format!("SLURM_CONF={}", self.folder.join("slurm.conf").display());
        let has = |environment: &[u8], entry: &str| environment.split(|byte| *byte == 0).any(|e| e == entry.as_bytes());
        processes()
            .filter(|number| {
                let environment = fs::read(format!("/proc/{number}/environ")).unwrap_or_default();
                has(&environment, &node) && has(&environment, &configuration)
            })
            .collect()
    }

    /// Ends everything on a node at once, as a power cut does.
    fn lose_node(&mut self, node: usize) {
        let tasks = self.tasks(node);
        let steps = tasks.iter().filter_map(|task| parent(*task)).filter(|parent| {
            fs::read_to_string(format!("/proc/{parent}/comm")).is_ok_and(|name| name.starts_with("slurmstepd"))
        });
        let all: Vec<u32> = steps.chain(tasks.iter().copied()).collect();
        let mut daemon = self.nodes[node - 1].take().expect("it runs");
        daemon.kill().expect("it runs");
        daemon.wait().expect("it has ended");
        for number in all {
            kill(number);
        }
    }

    /// Ends the controller at once, and starts it again.
    fn lose_controller(&mut self) {
        self.controller.kill().expect("it runs");
        self.controller.wait().expect("it has ended");
        self.controller = controller(&self.folder);
    }

    /// Waits until no task of the job is left.
    fn wait_for_the_end(&self, job: &str) {
        let mut asked = Instant::now();
        wait_for("the end of the job", || {
            if asked.elapsed() > CARE_INTERVAL {
                self.care_for(job);
                asked = Instant::now();
            }
            let left = command(&self.folder, "squeue")
                .args(["--noheader", "--array", &format!("--jobs={job}")])
                .output()
                .expect("it starts");
            // Once it is over, the controller may have forgotten it.
            let is_forgotten = String::from_utf8_lossy(&left.stderr).contains("Invalid job id");
            (left.status.success() && left.stdout.is_empty()) || is_forgotten
        });
    }

    /// What an administrator does after the loss of a controller. What happened just before is not in the state that it
    /// has saved. So a task that has ended seems to run until the controller asks its node, and a task that is started
    /// where it runs already is held, and its node gets no others.
    fn care_for(&self, job: &str) {
        self.ask("scontrol", &["reconfigure"]);
        for (node, daemon) in (1..).zip(&self.nodes) {
            if daemon.is_some() {
                self.ask("scontrol", &["update", &format!("nodename=node{node}"), "state=resume"]);
            }
        }
        self.ask("scontrol", &["release", job]);
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("slurmctld.log")).unwrap_or_default()
    }
}

impl Drop for Slurm {
    fn drop(&mut self) {
        // Jobs that are left end with their step.
        for node in 1..=N_NODES {
            for task in self.tasks(node) {
                kill(task);
            }
        }
        let daemons = self.nodes.iter_mut().flatten();
        for daemon in daemons.chain([&mut self.controller, &mut self.munge]) {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
    }
}

/// The configuration: everything in one folder, for whichever user runs the test.
fn configure(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = |name: &str, mode: u32| {
        fs::set_permissions(folder.join(name), fs::Permissions::from_mode(mode)).expect("it is ours");
    };
    let key: Vec<u8> = (0..=u8::MAX).cycle().take(1024).collect();
    fs::write(folder.join("munge/key"), key).expect("a file");
    mode("munge/key", 0o600);
    mode("munge", 0o700);
    mode("socket", 0o755);
    let host = fs::read_to_string("/proc/sys/kernel/hostname").expect("a name");
    let host = host.trim().split('.').next().unwrap_or_default().to_owned();
    let user = Command::new("id").arg("-un").output().expect("it starts").stdout;
    let user = String::from_utf8_lossy(&user).trim().to_owned();
    // Held all at the same time, so that no two are the same.
    let ports: Vec<TcpListener> = (0..=N_NODES)
        .map(|_| TcpListener::bind("127.0.0.1:0").expect("a port is free"))
        .collect();
    let ports: Vec<u16> = ports
        .iter()
        .map(|port| port.local_addr().expect("it has one").port())
        .collect();
    let shown = folder.display();
    let mut text = format!(
        "ClusterName=test\nSlurmctldHost={host}(127.0.0.1)\nSlurmctldPort={}\nSlurmUser={user}\nSlurmdUser={user}\n\
         AuthInfo=socket={shown}/socket/s,cred_expire=5\n\
         CommunicationParameters=NoInAddrAny,NoCtldInAddrAny\n\
         StateSaveLocation={shown}/state\nSlurmdSpoolDir={shown}/spool-%n\n\
         SlurmctldPidFile={shown}/slurmctld.pid\nSlurmdPidFile={shown}/slurmd-%n.pid\n\
         SlurmctldLogFile={shown}/slurmctld.log\nSlurmdLogFile={shown}/slurmd-%n.log\n\
         ProctrackType=proctrack/linuxproc\nTaskPlugin=task/none\n\
         SelectType=select/cons_tres\nSelectTypeParameters=CR_Core\n\
         SchedulerParameters=batch_sched_delay=0,sched_interval=2\nSlurmdParameters=config_overrides\n\
         ReturnToService=2\nSlurmdTimeout=10\nMailProg=/bin/true\n",
        ports[0]
    );
    for (number, port) in ports.iter().enumerate().skip(1) {
        let spool = folder.join(format!("spool-node{number}"));
        fs::create_dir(spool).expect("a folder");
        text.push_str(&format!(
            "NodeName=node{number} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs=1 RealMemory=1000\n"
        ));
    }
    text.push_str(&format!(
        "PartitionName=all Nodes=node[1-{N_NODES}] Default=YES State=UP\n"
    ));
    fs::write(folder.join("slurm.conf"), text).expect("a file");
}

fn command(folder: &Path, program: &str) -> Command {
    let mut command = Command::new(find(program).expect("it is installed"));
    command
        .env("PATH", path())
        .env("SLURM_CONF", folder.join("slurm.conf"))
        .stdin(Stdio::null());
    command
}

fn start(folder: &Path, program: &str, args: &[String]) -> Child {
    let output = |end: &str| {
        fs::File::options()
            .create(true)
            .append(true)
            .open(folder.join(format!("{program}.{end}")))
    };
    command(folder, program)
        .args(args)
        .stdout(output("out").expect("a file"))
        .stderr(output("err").expect("a file"))
        .spawn()
        .expect("it starts")
}

fn controller(folder: &Path) -> Child {
    start(folder, "slurmctld", &["-D".to_owned()])
}

fn processes() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").expect("it is there").flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

fn parent(process: u32) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("PPid:"))?;
    line.trim().parse().ok()
}

fn kill(process: u32) {
    // It may have ended meanwhile.
    let _ = Command::new("kill")
        .args(["-KILL", &process.to_string()])
        .stderr(Stdio::null())
        .status();
}

#[track_caller]
fn wait_for(what: &str, mut is_there: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_there() {
        assert!(start.elapsed() < WATCHDOG, "{what} did not come");
        thread::sleep(POLL_INTERVAL);
    }
}

/// How many reports there are.
fn n_reports(class: &Class) -> usize {
    let entries = class.path("out/reports").read_dir().into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.path().extension().is_some_and(|end| end == "json"))
        .count()
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn parts_on_slurm_lose_nothing_and_repeat_nothing_when_a_node_and_the_controller_are_lost() {
    if let Some(missing) = PROGRAMS.iter().find(|program| find(program).is_none()) {
        eprintln!("skipped: `{missing}` is not installed: apt-get install slurmctld slurmd slurm-client munge");
        return;
    }
    let class = Class::new(&[]);
    for number in 0..18 {
        let submission = if number % 3 == 0 { LOSES_COUNTS } else { COUNTS };
        class.hands_in(&format!("s{number:02}.rs"), &format!("{submission}\n// {number}\n"));
    }
    // Equal to `s01`, and in another part.
    class.hands_in("twin.rs", &format!("{COUNTS}\n// 1\n"));
    class.hands_in("zed.rs", COMPILES_FOR_EVER);
    let (n_students, n_contents, of_zed, of_75) = (20, 19, 2, 9);
    save_script(&class, of_75);

    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut slurm = Slurm::start(folder.path());
    let log = class.path("task-%a.log");
    let args = [
        "--parsable".to_owned(),
        format!("--output={}", log.display()),
        class.path("grade.sbatch").display().to_string(),
    ];
    let submitted = command(&slurm.folder, "sbatch").args(args).output().expect("it starts");
    let told = String::from_utf8_lossy(&submitted.stderr).into_owned();
    assert!(submitted.status.success(), "{told}\n{}", slurm.log());
    let job = String::from_utf8_lossy(&submitted.stdout).trim().to_owned();

    // The node is lost while its part has something to do.
    let node_of_zed = || {
        starts(&class)
            .into_iter()
            .find_map(|(part, node)| (part == of_zed).then_some(node))
    };
    wait_for("the part that takes long", || {
        node_of_zed().is_some() && n_reports(&class) >= 6
    });
    let lost = node_of_zed().expect("it has begun");
    slurm.lose_node(lost);
    class.hands_in("zed.rs", &format!("{COUNTS}\n// zed\n"));
    let before = reports(&class);
    wait_for("some more reports", || n_reports(&class) >= 10);
    slurm.lose_controller();
    slurm.wait_for_the_end(&job);

    let starts = starts(&class);
    let nodes_of = |part: usize| starts.iter().filter(move |start| start.0 == part).map(|start| start.1);
    assert!(nodes_of(of_zed).any(|node| node != lost), "{starts:?}\n{}", slurm.log());
    assert!(nodes_of(of_75).count() >= 2, "{starts:?}\n{}", slurm.log());
    let after = reports(&class);
    assert_eq!(
        after.len(),
        n_contents,
        "the parts have graded everything: {}",
        logs(&class)
    );
    assert!(
        before.iter().all(|report| after.get(report.0) == Some(report.1)),
        "and nothing twice"
    );

    class.grade("out", &["--resume"]).assert().code(0);
    assert!(after == reports(&class), "nothing was left to grade");
    class.grade("whole", &[]).assert().code(0);
    assert!(class.outputs("out") == class.outputs("whole"), "the same as in one run");
    let results = fs::read_to_string(class.path("out/results.jsonl")).expect("it is there");
    let mut ids: Vec<String> = results
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON")["id"].to_string())
        .collect();
    ids.dedup();
    assert_eq!((results.lines().count(), ids.len()), (n_students, n_students));
}

/// Saves what `--script slurm` prints. A wrapper of the command writes down where each part begins, and the first
/// attempt at the part `of_75` ends as if something could not be graded.
fn save_script(class: &Class, of_75: usize) {
    let args = ["--script", "slurm", "--parts", "9", "--containment", "auto"];
    let printed = class.grade("out", &args).assert().code(0).get_output().stdout.clone();
    let script = String::from_utf8(printed).expect("a text");
    let (wrapper, starts, once) = (class.path("xtask"), class.path("starts"), class.path("once"));
    let (starts, once, real) = (starts.display(), once.display(), env!("CARGO_BIN_EXE_xtask"));
    let text = format!(
        "#!/bin/sh\necho \"$SLURM_ARRAY_TASK_ID $SLURMD_NODENAME\" >>'{starts}'\n\
         if [ \"$SLURM_ARRAY_TASK_ID\" = {of_75} ] && mkdir '{once}' 2>/dev/null; then exit 75; fi\n\
         exec '{real}' \"$@\"\n"
    );
    fs::write(&wrapper, text).expect("a file");
    assert!(script.contains(real), "{script}");
    let script = script.replace(real, &format!("sh {}", wrapper.display()));
    fs::write(class.path("grade.sbatch"), script).expect("a file");
}

/// Which part has begun on which node, in the order of time.
fn starts(class: &Class) -> Vec<(usize, usize)> {
    let text = fs::read_to_string(class.path("starts")).unwrap_or_default();
    let start = |line: &str| {
        let (part, node) = line.split_once(" node")?;
        Some((part.parse().ok()?, node.parse().ok()?))
    };
    text.lines().filter_map(start).collect()
}

/// The reports with the times of their files.
fn reports(class: &Class) -> BTreeMap<PathBuf, std::time::SystemTime> {
    let entries = class.path("out/reports").read_dir().expect("it is there").flatten();
    entries
        .map(|entry| {
            (
                entry.path(),
                entry
                    .metadata()
                    .and_then(|metadata| metadata.modified())
                    .expect("a time"),
            )
        })
        .collect()
}

fn logs(class: &Class) -> String {
    let read = |number: usize| fs::read_to_string(class.path(&format!("task-{number}.log"))).unwrap_or_default();
    (1..=9)
        .map(|number| format!("part {number}: {}\n", read(number)))
        .collect()
}
