//! Opens some doors, and counts who comes in.
//!
//! The lines differ from run to run in their order; the number of visitors does not.

use std::io::{self, Write};

use turnstiles::count_visitors;

fn main() {
    let visitors = count_visitors(3, 2, |door| say(&format!("door {door}: somebody comes in")));
    say(&format!("{visitors} visitors"));
}

/// Writes a whole line. If standard output is closed, there is nobody to tell.
fn say(line: &str) {
    let _ = writeln!(io::stdout(), "{line}");
}
