//! The steps of starting a child in the sandbox, with the names that error messages use.

use std::fmt;

use crate::level::Mechanism;

/// A step of starting a child in the sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Opening what the child needs, before the fork.
    Prepare,
    /// Forking.
    Fork,
    /// Asking for its end when the grader ends.
    ParentDeath,
    /// Its own namespaces.
    Namespaces,
    /// The user and group maps of its namespace.
    Users,
    /// The loopback device of its network.
    Loopback,
    /// Its own session.
    Session,
    /// Its signals.
    Signals,
    /// Its descriptors.
    Descriptors,
    /// Its own root folder.
    Root,
    /// Its folder.
    Folder,
    /// Its limits.
    Limits,
    /// Another user.
    User,
    /// Dropping capabilities.
    Capabilities,
    /// Ruling out new privileges.
    NoNewPrivileges,
    /// Landlock.
    Landlock,
    /// The filter of system calls.
    Filter,
    /// Starting the program.
    Start,
}

impl Stage {
    const ALL: [Stage; 18] = [
        Stage::Prepare,
        Stage::Fork,
        Stage::ParentDeath,
        Stage::Namespaces,
        Stage::Users,
        Stage::Loopback,
        Stage::Session,
        Stage::Signals,
        Stage::Descriptors,
        Stage::Root,
        Stage::Folder,
        Stage::Limits,
        Stage::User,
        Stage::Capabilities,
        Stage::NoNewPrivileges,
        Stage::Landlock,
        Stage::Filter,
        Stage::Start,
    ];

    pub(super) fn from_number(number: u32) -> Option<Stage> {
        let mut stages = Stage::ALL.into_iter();
        stages.find(|stage| *stage as u32 == number)
    }

    /// The mechanism that is missing if this step fails.
    pub(super) fn mechanism(self) -> Mechanism {
        match self {
            Stage::Landlock => Mechanism::Landlock,
            Stage::Filter => Mechanism::Filter,
            Stage::Root => Mechanism::Root,
            Stage::Namespaces | Stage::Users | Stage::User => Mechanism::User,
            Stage::Loopback => Mechanism::Network,
            Stage::Prepare
            | Stage::Fork
            | Stage::ParentDeath
            | Stage::Session
            | Stage::Signals
            | Stage::Descriptors
            | Stage::Folder
            | Stage::Limits
            | Stage::Capabilities
            | Stage::NoNewPrivileges
            | Stage::Start => Mechanism::Session,
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Stage::Prepare => "preparation",
            Stage::Fork => "fork",
            Stage::ParentDeath => "death with the grader",
            Stage::Namespaces => "namespaces",
            Stage::Users => "users of the namespace",
            Stage::Loopback => "loopback device",
            Stage::Session => "session",
            Stage::Signals => "signals",
            Stage::Descriptors => "descriptors",
            Stage::Root => "root",
            Stage::Folder => "folder",
            Stage::Limits => "limits",
            Stage::User => "user",
            Stage::Capabilities => "capabilities",
            Stage::NoNewPrivileges => "no new privileges",
            Stage::Landlock => "landlock",
            Stage::Filter => "seccomp",
            Stage::Start => "start",
        })
    }
}
