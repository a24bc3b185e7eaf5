//! The public item of `reckoning`.

const _: fn(u64) -> u64 = reckoning::answer;
