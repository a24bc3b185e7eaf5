//! Runs a program that was compiled against the real `std`, and prints what it says.

fn main() {
    for line in program::run() {
        println!("{line}");
    }
}
