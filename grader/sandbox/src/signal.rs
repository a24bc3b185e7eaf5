//! The signal that ended a process.

/// A signal. The named ones say why a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// `SIGABRT`: the process ended itself, as `std` does after a failed allocation.
    Abort,
    /// `SIGKILL`.
    Kill,
    /// `SIGSEGV`: it used memory that it does not have, as after a stack overflow.
    SegmentationFault,
    /// `SIGXCPU`: it used more CPU time than its limit.
    CpuTimeLimit,
    /// `SIGXFSZ`: it wrote more to a file than its limit.
    FileSizeLimit,
    /// `SIGSYS`: it made a system call that the filter answers with the end of the process.
    BadSystemCall,
    /// Another one, by its number.
    Other(i32),
}

impl Signal {
    const NAMED: [Signal; 6] = [
        Signal::Abort,
        Signal::Kill,
        Signal::SegmentationFault,
        Signal::CpuTimeLimit,
        Signal::FileSizeLimit,
        Signal::BadSystemCall,
    ];

    /// The signal with this number.
    pub fn from_number(number: i32) -> Signal {
        let mut named = Signal::NAMED.into_iter();
        named
            .find(|signal| signal.number() == number)
            .unwrap_or(Signal::Other(number))
    }

    /// Its number on this system.
    pub fn number(self) -> i32 {
        match self {
            Signal::Abort => 6,
            Signal::Kill => 9,
            Signal::SegmentationFault => 11,
            Signal::CpuTimeLimit => 24,
            Signal::FileSizeLimit => 25,
            // The only one of these whose number the BSDs and macOS do not share with Linux.
            Signal::BadSystemCall if cfg!(target_os = "linux") => 31,
            Signal::BadSystemCall => 12,
            Signal::Other(number) => number,
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use rustix::process::Signal as Raw;

    use super::*;

    #[test]
    fn named_signals_have_the_numbers_of_this_system() {
        for (signal, raw) in [
            (Signal::Abort, Raw::ABORT),
            (Signal::Kill, Raw::KILL),
            (Signal::SegmentationFault, Raw::SEGV),
            (Signal::CpuTimeLimit, Raw::XCPU),
            (Signal::FileSizeLimit, Raw::XFSZ),
            (Signal::BadSystemCall, Raw::SYS),
        ] {
            assert_eq!(signal.number(), raw.as_raw(), "{signal:?}");
            assert_eq!(Signal::from_number(raw.as_raw()), signal);
        }
    }

    #[test]
    fn every_other_number_is_kept() {
        assert_eq!(Signal::from_number(15), Signal::Other(15));
        assert_eq!(Signal::Other(15).number(), 15);
    }
}
