//! The choices that make an execution what it is.

/// The choices that make an execution what it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    /// At each choice, the number of the option taken; 0 is the default one, and a schedule ends with its last other choice.
    pub choices: Vec<u16>,
    /// Whether some of the choices are made before a thread spawns another one.
    pub spawns: Spawns,
}

/// Whether there is a choice before a thread spawns another one.
///
/// Other threads notice a spawn only by the number of the new thread, and only threads that spawn at the same time can be given
/// their numbers in another order. So an exploration begins without this choice, and starts again with it when it meets such
/// threads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spawns {
    /// No: a spawn is an invisible operation, which takes effect right after the operation before it.
    #[default]
    Invisible,
    /// Yes, as before any visible operation.
    Chosen,
}
