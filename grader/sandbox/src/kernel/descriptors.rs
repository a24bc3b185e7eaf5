//! What the open descriptors of processes lead to, as the links under `/proc/<pid>/fd` say.

use protocol::DescriptorKind;

/// A descriptor of a process in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Descriptor {
    /// The number of the process that has it open.
    pub process: i32,
    /// Its number there.
    pub number: i32,
    /// What it leads to.
    pub target: Target,
    /// Whether it was opened for reading.
    pub can_read: bool,
    /// Whether it was opened for writing.
    pub can_write: bool,
}

/// What a descriptor leads to; pipes and sockets with their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A pipe, by its inode.
    Pipe(u64),
    /// A socket, by its inode.
    Socket(u64),
    /// A file, a device, or anything else.
    File,
    /// An epoll instance, an event counter, a timer, or another thing without a name.
    Other,
}

impl Target {
    /// What the text of the link says: `pipe:[4711]`, `socket:[4712]`, `/dev/null`, `anon_inode:[eventpoll]`.
    pub fn parse(link: &str) -> Target {
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
    pub fn kind(self) -> Option<DescriptorKind> {
        match self {
            Target::Pipe(_) => Some(DescriptorKind::Pipe),
            Target::Socket(_) => Some(DescriptorKind::Socket),
            Target::File => Some(DescriptorKind::File),
            Target::Other => None,
        }
    }
}
