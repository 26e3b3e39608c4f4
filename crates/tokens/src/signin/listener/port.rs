//! Finds the program that listens on a port.

use listeners::{Protocol, SocketState};

/// The other program that listens on a port of this machine, for example
/// `python3 (process 4711)`. `None` if it cannot be found: another user's
/// programs are not visible.
pub(crate) fn other_process_listening_on(port: u16) -> Option<String> {
    let all = listeners::get_all().ok()?;
    let mut others = all.into_iter().filter(|listener| {
        listener.socket.port() == port
            && listener.protocol == Protocol::TCP
            && listener.state == SocketState::Listen
            // This program may have the port at the other loopback address.
            && listener.process.pid != std::process::id()
    });
    let process = others.next()?.process;
    Some(format!("{} (process {})", process.name, process.pid))
}
