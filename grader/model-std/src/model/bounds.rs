//! How far an exploration goes, and what it leaves out.

/// How far an exploration goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The most preemptions in an execution of the exhaustive part.
    pub preemptions: u32,
    /// The most executions of the exhaustive part.
    pub executions: u64,
    /// How many executions are sampled: up to half of them during the exhaustive part, the others beyond it.
    pub random: u64,
    /// The number that the samples derive from.
    pub seed: u64,
    /// The bug depth that a sample aims at: one more than its priority change points.
    pub depth: u32,
    /// Whether executions that can show nothing new are left out.
    pub pruning: Pruning,
}

/// Whether executions that can show nothing new are left out of the exhaustive part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pruning {
    /// An execution that comes to a state in which another one has been, with no more preemptions, goes on by the
    /// default choices only: the alternatives from there are known. No outcome is lost.
    Visited,
    /// Every execution is run.
    Off,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            preemptions: 2,
            executions: 20_000,
            random: 500,
            seed: 1,
            depth: 3,
            pruning: Pruning::Visited,
        }
    }
}
