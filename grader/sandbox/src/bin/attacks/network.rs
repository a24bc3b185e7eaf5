//! Attacks that reach other programs over sockets.

use std::io::{self, Read as _, Write as _};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixStream};

use crate::target::{Attack, Target, call};

pub(crate) const ATTACKS: &[(&str, Attack)] = &[
    ("tcp", |target| {
        TcpStream::connect(("127.0.0.1", target.port())).map(drop)
    }),
    ("mptcp", mptcp),
    ("udp", udp),
    ("unix-path", |target| UnixStream::connect(target.socket()).map(drop)),
    ("unix-abstract", unix_abstract),
    ("raw-socket", |_| {
        socket(libc::AF_INET, libc::SOCK_RAW, libc::IPPROTO_ICMP).map(drop)
    }),
    ("netlink", |_| socket(libc::AF_NETLINK, libc::SOCK_RAW, 0).map(drop)),
    ("int80-socket", int80_socket),
    ("x32", x32),
    ("datagram-pair", datagram_pair),
    ("loopback", loopback),
];

fn socket(family: i32, kind: i32, protocol: i32) -> io::Result<usize> {
    let args = [family as usize, kind as usize, protocol as usize];
    call(libc::SYS_socket, &args).map(|fd| fd as usize)
}

fn mptcp(target: &Target) -> io::Result<()> {
    let socket = socket(libc::AF_INET, libc::SOCK_STREAM, libc::IPPROTO_MPTCP)?;
    let address = libc::sockaddr_in {
        sin_family: libc::AF_INET as libc::sa_family_t,
        sin_port: target.port().to_be(),
        sin_addr: libc::in_addr {
            s_addr: libc::INADDR_LOOPBACK.to_be(),
        },
        sin_zero: [0; 8],
    };
    let length = size_of::<libc::sockaddr_in>();
    call(libc::SYS_connect, &[socket, &raw const address as usize, length]).map(drop)
}

fn udp(target: &Target) -> io::Result<()> {
    let socket = UdpSocket::bind(("127.0.0.1", 0))?;
    socket.send_to(b"stolen", ("127.0.0.1", target.port())).map(drop)
}

fn unix_abstract(target: &Target) -> io::Result<()> {
    let address = SocketAddr::from_abstract_name(target.abstract_name())?;
    UnixStream::connect_addr(&address).map(drop)
}

/// A datagram socket from a pair could send to the sockets of other programs.
fn datagram_pair(_: &Target) -> io::Result<()> {
    let mut pair = [0i32; 2];
    let args = [
        libc::AF_UNIX as usize,
        libc::SOCK_DGRAM as usize,
        0,
        pair.as_mut_ptr() as usize,
    ];
    call(libc::SYS_socketpair, &args).map(drop)
}

/// Not an attack: a server and a client in one program.
fn loopback(_: &Target) -> io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let mut client = TcpStream::connect(listener.local_addr()?)?;
    client.write_all(b"x")?;
    let mut byte = [0];
    listener.accept()?.0.read_exact(&mut byte)
}

#[cfg(target_arch = "x86_64")]
fn int80_socket(_: &Target) -> io::Result<()> {
    let answer: i32;
    // SAFETY: this is the interface of 32-bit programs. Its `socket` takes three numbers and touches no memory.
    unsafe {
        std::arch::asm!(
            "xchg {family:r}, rbx",
            "int 0x80",
            "xchg {family:r}, rbx",
            family = inout(reg) 2u64 => _,
            inlateout("eax") 359 => answer,
            in("ecx") 1,
            in("edx") 0,
            out("r8") _, out("r9") _, out("r10") _, out("r11") _,
        );
    }
    if answer < 0 {
        Err(io::Error::from_raw_os_error(-answer))
    } else {
        Ok(())
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn int80_socket(_: &Target) -> io::Result<()> {
    Err(crate::target::nothing())
}

fn x32(_: &Target) -> io::Result<()> {
    const X32_BIT: libc::c_long = 0x4000_0000;
    call(
        X32_BIT | libc::SYS_socket,
        &[libc::AF_INET as usize, libc::SOCK_STREAM as usize, 0],
    )
    .map(drop)
}
