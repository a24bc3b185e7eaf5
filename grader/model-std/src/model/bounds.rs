//! The bounds of an exploration, and what it leaves out.

/// How far an exploration goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The most preemptions in an execution of the exhaustive part.
    pub preemptions: u32,
    /// The most executions of the exhaustive part. There are fewer if they are long: no other one begins when there
    /// were a thousand operations for each that is allowed, all together.
    pub executions: u64,
    /// The most executions in which a load of an atomic returns an older value than the newest. There are none if
    /// `preemptions` is 0, or if the program asks for no ordering weaker than `SeqCst`.
    pub stale_executions: u64,
    /// How many executions are sampled: up to half of them during the exhaustive part, the others after it.
    pub random: u64,
    /// The seed of the samples.
    pub seed: u64,
    /// The bug depth of PCT: one more than the number of priority change points.
    pub depth: u32,
    /// Whether executions that can show nothing new are left out.
    pub pruning: Pruning,
}

/// Whether executions that can show nothing new are left out of the exhaustive part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pruning {
    /// When an execution reaches a state that another one has visited with no more preemptions, it goes on with the
    /// default choices only, because the alternatives from there are already known. No outcome is lost.
    Visited,
    /// Every execution is run.
    Off,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            preemptions: 2,
            executions: 20_000,
            stale_executions: 30_000,
            random: 500,
            seed: 1,
            depth: 3,
            pruning: Pruning::Visited,
        }
    }
}
