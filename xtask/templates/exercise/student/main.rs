//! Shows what the exercise `{{name}}` builds.
//!
//! TBD: what it shows, and what differs from run to run.

fn main() {
    println!("TBD: call the items of the exercise, and print what comes of it");
}
