//! Acts on files that belong to others.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};

use crate::scene::{Act, Scene, c_path, call, nothing, text};

pub(crate) const ACTS: &[(&str, Act)] = &[
    ("read-solution", |scene| read(scene.file("solution.rs"))),
    ("list-solutions", |scene| list(scene.folder())),
    ("stat-hidden", |scene| fs::metadata(scene.file("solution.rs")).map(drop)),
    ("read-proc-root", read_proc_root),
    ("overwrite-cache", |scene| fs::write(scene.file("cache"), "forged")),
    ("create", |scene| File::create(scene.file("planted")).map(drop)),
    ("delete", |scene| fs::remove_file(scene.file("submission.rs"))),
    ("truncate", truncate),
    ("chmod", chmod),
    ("utimes", utimes),
    ("setxattr", setxattr),
    ("symlink", |scene| {
        std::os::unix::fs::symlink("/etc/passwd", scene.file("link"))
    }),
    ("rename", |scene| {
        fs::rename(scene.file("submission.rs"), scene.file("moved"))
    }),
    ("dev-shm", dev_shm),
    ("proc-environ", |scene| {
        read(format!("/proc/{}/environ", scene.victim()).into())
    }),
    ("proc-cmdline", |scene| {
        read(format!("/proc/{}/cmdline", scene.victim()).into())
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

fn read_proc_root(scene: &Scene) -> io::Result<()> {
    let file = scene.file("solution.rs");
    let below = file.strip_prefix("/").map_err(io::Error::other)?;
    read(std::path::Path::new(&format!("/proc/{}/root", scene.victim())).join(below))
}

fn truncate(scene: &Scene) -> io::Result<()> {
    call(libc::SYS_truncate, &[text(&c_path(&scene.file("cache"))), 0]).map(drop)
}

fn chmod(scene: &Scene) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(scene.file("solution.rs"), fs::Permissions::from_mode(0o000))
}

fn utimes(scene: &Scene) -> io::Result<()> {
    let path = c_path(&scene.file("cache"));
    let times = [0i64; 4];
    let here = libc::AT_FDCWD as usize;
    call(libc::SYS_utimensat, &[here, text(&path), times.as_ptr() as usize, 0]).map(drop)
}

fn setxattr(scene: &Scene) -> io::Result<()> {
    let path = c_path(&scene.file("cache"));
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

fn dev_shm(_: &Scene) -> io::Result<()> {
    let path = format!("/dev/shm/interleave-{}", std::process::id());
    File::create(&path)?.write_all(b"left")?;
    fs::remove_file(path)
}

fn own_executable(_: &Scene) -> io::Result<()> {
    let path = std::env::args().next().unwrap_or_default();
    read(path.into()).or_else(|_| read("/proc/self/exe".into()))
}
