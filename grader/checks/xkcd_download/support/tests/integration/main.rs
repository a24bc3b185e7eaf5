//! The support library through its public interface: a client, the server, and what the properties make of it.

mod server;
