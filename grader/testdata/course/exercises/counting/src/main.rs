//! Prints how far `count` gets.

use std::time::Instant;

fn main() {
    let total = std::env::args().nth(1).and_then(|word| word.parse().ok()).unwrap_or(10);
    let start = Instant::now();
    println!("counted to {} in {} ns", counting::count(total), start.elapsed().as_nanos());
}
