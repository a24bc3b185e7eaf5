//! A server with the comics 100 to 109 for the exercise's program: it prints its address and runs until its input ends.

use std::io::{self, Read as _, Write as _};

use xkcd_download_support::{Hold, Server, Shelf};

fn main() -> io::Result<()> {
    let server = Server::start(Shelf::of(100..=109), Hold::Nothing)?;
    writeln!(io::stdout(), "{}", server.base())?;
    let mut rest = Vec::new();
    io::stdin().read_to_end(&mut rest)?;
    Ok(())
}
