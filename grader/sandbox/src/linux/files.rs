//! The files that each kind of program may use, as a Landlock ruleset.
//!
//! Every kind of access that this kernel's Landlock handles is refused unless a rule here allows it. Landlock does not
//! handle `stat`.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible as _, NetPort, PathBeneath, PathFd,
    Ruleset, RulesetAttr as _, RulesetCreated, RulesetCreatedAttr as _, Scope,
};

use super::root::Runtime;
use super::{Plan, Spec};
use crate::profile::Profile;

/// The newest version whose kinds of access have been reviewed one by one.
const KNOWN: ABI = ABI::V9;

/// The folders with a system's programs and libraries.
const SYSTEM: [&str; 6] = ["/usr", "/bin", "/lib", "/lib64", "/lib32", "/nix/store"];

/// The folders with a system's libraries.
const LIBRARIES: [&str; 5] = ["/usr/lib", "/usr/lib64", "/lib", "/lib64", "/nix/store"];

/// Harmless devices.
const DEVICES: [&str; 2] = ["/dev/zero", "/dev/urandom"];

/// What the loader and the C compiler read to find libraries and programs.
const SETTINGS: [&str; 2] = ["/etc/ld.so.cache", "/etc/alternatives"];

/// The ruleset for `spec`, whose program is open as `program`.
pub(super) fn ruleset(plan: &Plan, spec: &Spec<'_>, program: impl AsFd) -> io::Result<Option<OwnedFd>> {
    let mut rules = Rules(Some(create(spec).map_err(io::Error::other)?));
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let execute = read | AccessFs::Execute;
    match spec.profile {
        Profile::Compile => {
            rules.allow_if_there(&SYSTEM, execute)?;
            rules.allow_if_there(&SETTINGS, read)?;
            rules.devices()?;
        }
        Profile::RunWithChildren | Profile::RunWithChildrenAndLoopback => {
            rules.allow_if_there(&LIBRARIES, read)?;
            rules.allow_if_there(&SETTINGS, read)?;
            rules.devices()?;
            rules.loader()?;
        }
        Profile::Run | Profile::RunWithLoopback => match &plan.root {
            // The root folder holds nothing but the C library, and its entries need not be listed.
            Some(root) => rules.allow(root, AccessFs::ReadFile | AccessFs::Execute)?,
            None => {
                rules.loader()?;
                rules.allow_if_there(&SETTINGS[..1], AccessFs::ReadFile.into())?;
            }
        },
    }
    // Landlock requires both to execute a file.
    rules.add(program, AccessFs::ReadFile | AccessFs::Execute)?;
    for path in &spec.paths.executable {
        rules.allow(path, execute)?;
    }
    for path in &spec.paths.readable {
        rules.allow(path, read)?;
    }
    for path in &spec.paths.listable {
        rules.allow(path, AccessFs::ReadDir.into())?;
    }
    for path in &spec.paths.writable {
        rules.allow(path, writing())?;
    }
    for port in &spec.ports {
        rules.connect(*port)?;
    }
    Ok(rules.0.and_then(Into::into))
}

fn create(spec: &Spec<'_>) -> Result<RulesetCreated, landlock::RulesetError> {
    let mut ruleset = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(KNOWN))?
        .scope(Scope::from_all(KNOWN))?;
    // Rules name ports, not addresses. A program that may connect to any port needs none.
    if !spec.profile.has_network() || !spec.ports.is_empty() {
        ruleset = ruleset.handle_access(AccessNet::from_all(KNOWN))?;
    }
    ruleset.create()
}

/// The access to a writable folder: everything with regular files, folders and links.
fn writing() -> BitFlags<AccessFs> {
    let with_files = AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::Truncate | AccessFs::MakeReg;
    let with_folders = AccessFs::ReadDir | AccessFs::MakeDir | AccessFs::RemoveDir;
    with_files | with_folders | AccessFs::RemoveFile | AccessFs::MakeSym | AccessFs::Refer
}

/// A ruleset under construction.
struct Rules(Option<RulesetCreated>);

impl Rules {
    fn devices(&mut self) -> io::Result<()> {
        self.allow_if_there(&["/dev/null"], AccessFs::ReadFile | AccessFs::WriteFile)?;
        self.allow_if_there(&DEVICES, AccessFs::ReadFile.into())
    }

    /// Allows the C library of this machine.
    fn loader(&mut self) -> io::Result<()> {
        let Runtime { loader, libraries } = Runtime::of_this_process()?;
        self.allow(loader, AccessFs::ReadFile | AccessFs::Execute)?;
        for library in libraries {
            self.allow(library, AccessFs::ReadFile.into())?;
        }
        Ok(())
    }

    fn connect(&mut self, port: u16) -> io::Result<()> {
        let ruleset = self.0.take().expect("whoever takes the ruleset puts it back");
        let ruleset = ruleset.add_rule(NetPort::new(port, AccessNet::ConnectTcp));
        self.0 = Some(ruleset.map_err(io::Error::other)?);
        Ok(())
    }

    fn allow_if_there(&mut self, paths: &[&str], access: BitFlags<AccessFs>) -> io::Result<()> {
        for path in paths.iter().map(Path::new).filter(|path| path.exists()) {
            self.allow(path, access)?;
        }
        Ok(())
    }

    fn allow(&mut self, path: &Path, access: BitFlags<AccessFs>) -> io::Result<()> {
        let access = if path.is_dir() {
            access
        } else {
            access & AccessFs::from_file(KNOWN)
        };
        let fd = PathFd::new(path).map_err(io::Error::other)?;
        self.add(fd, access)
    }

    fn add(&mut self, fd: impl AsFd, access: BitFlags<AccessFs>) -> io::Result<()> {
        let ruleset = self.0.take().expect("whoever takes the ruleset puts it back");
        let ruleset = ruleset.add_rule(PathBeneath::new(fd, access));
        self.0 = Some(ruleset.map_err(io::Error::other)?);
        Ok(())
    }
}
