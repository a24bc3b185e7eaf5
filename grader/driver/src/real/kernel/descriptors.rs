//! What the open descriptors of processes lead to, as the links under `/proc/<pid>/fd` say.

use crate::protocol::DescriptorKind;

/// A descriptor of a process in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Descriptor {
    pub(crate) process: i32,
    pub(crate) number: i32,
    pub(crate) target: Target,
    pub(crate) can_read: bool,
    pub(crate) can_write: bool,
}

/// What a descriptor leads to; pipes and sockets with their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Pipe(u64),
    Socket(u64),
    File,
    /// An epoll instance, an event counter, a timer, or another thing without a name.
    Other,
}

impl Target {
    /// What the text of the link says: `pipe:[4711]`, `socket:[4712]`, `/dev/null`, `anon_inode:[eventpoll]`.
    pub(crate) fn parse(link: &str) -> Target {
        let inode = |kind: &str| {
            link.strip_prefix(kind)?
                .strip_prefix(":[")?
                .strip_suffix(']')?
                .parse()
                .ok()
        };
        if let Some(inode) = inode("pipe") {
            Target::Pipe(inode)
        } else if let Some(inode) = inode("socket") {
            Target::Socket(inode)
        } else if link.starts_with('/') {
            Target::File
        } else {
            Target::Other
        }
    }

    /// The kind that a report names.
    pub(crate) fn kind(self) -> Option<DescriptorKind> {
        match self {
            Target::Pipe(_) => Some(DescriptorKind::Pipe),
            Target::Socket(_) => Some(DescriptorKind::Socket),
            Target::File => Some(DescriptorKind::File),
            Target::Other => None,
        }
    }
}
