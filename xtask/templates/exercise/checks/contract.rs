//! The public items of the exercise with their exact signatures.
//!
//! What is here is compiled against the submission, and never called. Each item is used, and not compared with a type:
//! a submission may take more than it was asked to.

#![allow(
    dead_code,
    clippy::all,
    reason = "what is here is compiled and not called, and the signatures stand as they are"
)]

{{contract}}
