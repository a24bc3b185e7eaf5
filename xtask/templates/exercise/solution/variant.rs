//! Variant: TBD: how it differs in kind from the solution, such as a channel instead of a lock.

{{code}}
