//! The public items of `counting`, one a line.

const _: fn(u64) -> u64 = counting::count;
const _: fn(u64) -> counting::Tally = counting::Tally;
const _: fn(&mut counting::Tally, u64) = counting::Tally::add;
