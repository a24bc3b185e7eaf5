fn main() {
    for p in std::env::args().skip(1) {
        let t = std::fs::read_to_string(&p).unwrap();
        let ms = mutants::mutants(&t).unwrap();
        println!("{p} {}", ms.len());
        if std::env::var("V").is_ok() {
            for m in &ms {
                println!(
                    "{} [{}]\n  - {}\n  + {}",
                    m.place(),
                    m.function,
                    m.hunk.was(),
                    m.hunk.is()
                );
            }
        }
    }
}
