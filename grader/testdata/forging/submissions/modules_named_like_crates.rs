//! Has modules by the names of the crates that the check uses.

pub mod std {
    //! Not the standard library.

    pub mod process {
        //! Ends nothing.

        /// Always successful.
        pub struct ExitCode;
    }
}

pub mod core {
    //! Not the core library either.
}

pub mod harness {
    //! Carries out no check.

    /// Always passes.
    pub struct Model;
}

/// Gives no answer.
pub fn answer(_question: u64) -> u64 {
    0
}
