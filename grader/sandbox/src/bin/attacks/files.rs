//! Attacks on files that belong to others.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};

use crate::target::{Attack, Target, c_path, call, nothing, text};

pub(crate) const ATTACKS: &[(&str, Attack)] = &[
    ("read-solution", |target| read(target.file("solution.rs"))),
    ("list-solutions", |target| list(target.folder())),
    ("stat-hidden", |target| {
        fs::metadata(target.file("solution.rs")).map(drop)
    }),
    ("read-proc-root", read_proc_root),
    ("overwrite-cache", |target| fs::write(target.file("cache"), "forged")),
    ("create", |target| File::create(target.file("planted")).map(drop)),
    ("delete", |target| fs::remove_file(target.file("submission.rs"))),
    ("truncate", truncate),
    ("chmod", chmod),
    ("utimes", utimes),
    ("setxattr", setxattr),
    ("symlink", |target| {
        std::os::unix::fs::symlink("/etc/passwd", target.file("link"))
    }),
    ("rename", |target| {
        fs::rename(target.file("submission.rs"), target.file("moved"))
    }),
    ("dev-shm", dev_shm),
    ("proc-environ", |target| {
        read(format!("/proc/{}/environ", target.victim()).into())
    }),
    ("proc-cmdline", |target| {
        read(format!("/proc/{}/cmdline", target.victim()).into())
    }),
    ("list-proc", |_| list("/proc".into())),
    ("proc-mem", |_| {
        File::options().read(true).write(true).open("/proc/self/mem").map(drop)
    }),
    ("own-executable", own_executable),
    ("dev-tty", |_| File::open("/dev/tty").map(drop)),
];

fn read(path: std::path::PathBuf) -> io::Result<()> {
    let mut bytes = Vec::new();
    match File::open(path)?.read_to_end(&mut bytes)? {
        0 => Err(nothing()),
        _ => Ok(()),
    }
}

fn list(path: std::path::PathBuf) -> io::Result<()> {
    fs::read_dir(path)?.next().ok_or_else(nothing)?.map(drop)
}

fn read_proc_root(target: &Target) -> io::Result<()> {
    let file = target.file("solution.rs");
    let below = file.strip_prefix("/").map_err(io::Error::other)?;
    read(std::path::Path::new(&format!("/proc/{}/root", target.victim())).join(below))
}

fn truncate(target: &Target) -> io::Result<()> {
    call(libc::SYS_truncate, &[text(&c_path(&target.file("cache"))), 0]).map(drop)
}

fn chmod(target: &Target) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(target.file("solution.rs"), fs::Permissions::from_mode(0o000))
}

fn utimes(target: &Target) -> io::Result<()> {
    let path = c_path(&target.file("cache"));
    let times = [0i64; 4];
    let here = libc::AT_FDCWD as usize;
    call(libc::SYS_utimensat, &[here, text(&path), times.as_ptr() as usize, 0]).map(drop)
}

fn setxattr(target: &Target) -> io::Result<()> {
    let path = c_path(&target.file("cache"));
    let value = b"1";
    let args = [
        text(&path),
        text(c"user.forged"),
        value.as_ptr() as usize,
        value.len(),
        0,
    ];
    call(libc::SYS_setxattr, &args).map(drop)
}

fn dev_shm(_: &Target) -> io::Result<()> {
    let path = format!("/dev/shm/interleave-{}", std::process::id());
    File::create(&path)?.write_all(b"left")?;
    fs::remove_file(path)
}

fn own_executable(_: &Target) -> io::Result<()> {
    let path = std::env::args().next().unwrap_or_default();
    read(path.into()).or_else(|_| read("/proc/self/exe".into()))
}
