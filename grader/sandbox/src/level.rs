//! The level of containment that a machine offers, and what is missing for the next level.

use std::fmt;

/// How well a program is contained, from weak to strong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// It is ended with all its descendants, and its resources are limited. It can read and write what the grader can.
    Basic,
    /// It also cannot start processes, use the network or act on other processes. It can read files.
    Partial,
    /// It also cannot open files. It can find out whether a file with a guessed name exists, and how long it is.
    Strong,
    /// It also cannot name any file, because its root folder is almost empty.
    Full,
}

impl Level {
    /// The letter, `A` to `D`.
    pub fn letter(self) -> char {
        match self {
            Level::Full => 'A',
            Level::Strong => 'B',
            Level::Partial => 'C',
            Level::Basic => 'D',
        }
    }

    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            Level::Full => "full",
            Level::Strong => "strong",
            Level::Partial => "partial",
            Level::Basic => "basic",
        }
    }
}

/// `B strong`
impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.letter(), self.word())
    }
}

/// One mechanism that contains a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mechanism {
    /// A session, limits and a process group that is ended as a whole.
    Session,
    /// Landlock, which restricts files and signals.
    Landlock,
    /// A filter of system calls (seccomp).
    Filter,
    /// An almost empty root folder.
    Root,
    /// A user that nothing else runs as, or a user namespace.
    User,
    /// A network of its own.
    Network,
}

impl Mechanism {
    /// Its name, which a reader can look up.
    pub fn word(self) -> &'static str {
        match self {
            Mechanism::Session => "session",
            Mechanism::Landlock => "landlock",
            Mechanism::Filter => "seccomp",
            Mechanism::Root => "chroot",
            Mechanism::User => "own user",
            Mechanism::Network => "own network",
        }
    }

    /// What a program can do without it.
    pub fn consequence(self) -> &'static str {
        match self {
            Mechanism::Session => "a program may outlive its run",
            Mechanism::Landlock => "files can be read",
            Mechanism::Filter => "a program can start processes, use the network and act on other processes",
            Mechanism::Root => "names of hidden files can be guessed",
            Mechanism::User => "threads are counted by polling",
            Mechanism::Network => "a program that uses the network can connect to other programs",
        }
    }
}

/// A mechanism that this machine does not offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Which.
    pub mechanism: Mechanism,
    /// Why, with the kernel's error: `unshare refused: EPERM`.
    pub reason: String,
    /// The kernel's error as a number; 0 if there was none.
    pub errno: i32,
    /// How to get it.
    pub help: &'static str,
}

/// `no chroot: unshare refused: EPERM → names of hidden files can be guessed`
impl fmt::Display for Missing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, consequence) = (self.mechanism.word(), self.mechanism.consequence());
        write!(formatter, "no {word}: {} → {consequence}", self.reason)
    }
}
