//! Runs a program that was compiled against the real `std`, and prints the lines that it returns.

fn main() {
    for line in program::run() {
        println!("{line}");
    }
}
