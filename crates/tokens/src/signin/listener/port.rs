//! Which program has a port.

use listeners::{Protocol, SocketState};

/// The other program that listens on a port of this machine, for example
/// `python3 (process 4711)`. `None` where that cannot be told: a program of
/// another user is shown to nobody else.
pub(crate) fn other_process_listening_on(port: u16) -> Option<String> {
    let all = listeners::get_all().ok()?;
    let mut others = all.into_iter().filter(|it| {
        it.socket.port() == port
            && it.protocol == Protocol::TCP
            && it.state == SocketState::Listen
            // We may have the port at the other of our two addresses.
            && it.process.pid != std::process::id()
    });
    let process = others.next()?.process;
    Some(format!("{} (process {})", process.name, process.pid))
}
