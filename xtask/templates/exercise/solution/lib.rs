//! TBD: how the solution works, for a reader who has tried.

{{code}}
