//! Prints an answer.

fn main() {
    println!("{}", reckoning::answer(6));
}
