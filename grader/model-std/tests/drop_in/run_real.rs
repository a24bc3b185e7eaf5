//! Runs `every_item`, compiled against the real `std`.

fn main() {
    for line in every_item::run() {
        println!("{line}");
    }
}
