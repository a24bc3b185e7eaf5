//! Mistake: TBD: what is wrong, a defect that students have.
//!
//! Fails: `{{check}}` with `{{finding}}`.

{{code}}
