//! A limit on simultaneous connections. When it is reached, the oldest idle one
//! is closed, so that idle connections cannot keep the browser from connecting.
//! One whose request has arrived is served first, however many come after it.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};

use tokio::net::TcpStream;
use tokio::task::{AbortHandle, JoinSet};

/// The maximum number of simultaneous connections.
const MAX_CONNECTIONS: usize = 64;

/// The open connections. They are closed when this is dropped.
#[derive(Debug, Default)]
pub(crate) struct ConnectionLimiter {
    tasks: JoinSet<()>,
    /// Oldest first.
    open: VecDeque<Connection>,
}

#[derive(Debug)]
struct Connection {
    task: AbortHandle,
    /// Whether a request has been received.
    received: Arc<AtomicBool>,
    /// The same socket, to see what has arrived and was not read yet. The task
    /// owns it: the connection closes when the task ends.
    socket: Weak<std::net::TcpStream>,
}

impl Connection {
    /// Whether nothing of a request is there that waits to be read or served.
    fn is_idle(&self) -> bool {
        let peek = |socket: Arc<std::net::TcpStream>| socket.peek(&mut [0]);
        let unread = self.socket.upgrade().map(peek);
        let has_unread = matches!(unread, Some(Ok(1..)));
        !has_unread && !self.received.load(Ordering::Relaxed)
    }
}

/// Lets a connection report that it has received a request.
#[derive(Clone, Debug)]
pub(crate) struct ConnectionGuard(Arc<AtomicBool>);

impl ConnectionGuard {
    /// From now on the connection is not closed to make room for others.
    pub(crate) fn request_received(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl ConnectionLimiter {
    /// Runs a connection, unless its client is gone already. When there are too
    /// many, the oldest idle one is closed; if all have sent something, waits
    /// until one of them ends.
    pub(crate) async fn admit<F>(
        &mut self,
        stream: TcpStream,
        serve: impl FnOnce(TcpStream, ConnectionGuard) -> F,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        let Ok((stream, socket)) = twice(stream) else {
            return;
        };
        while !self.has_room() {
            self.tasks.join_next().await;
        }
        let received = Arc::new(AtomicBool::new(false));
        let guard = ConnectionGuard(received.clone());
        let socket = Arc::new(socket);
        let weak = Arc::downgrade(&socket);
        let served = serve(stream, guard);
        let task = self.tasks.spawn(async move {
            served.await;
            drop(socket);
        });
        self.open.push_back(Connection {
            task,
            received,
            socket: weak,
        });
    }

    /// Whether there is room for one more, after closing an idle one.
    fn has_room(&mut self) -> bool {
        while self.tasks.try_join_next().is_some() {}
        self.open
            .retain(|connection| !connection.task.is_finished());
        if self.open.len() < MAX_CONNECTIONS {
            return true;
        }
        let idle = self.open.iter().position(Connection::is_idle);
        let closed = idle.and_then(|at| self.open.remove(at));
        closed.is_some_and(|connection| {
            connection.task.abort();
            true
        })
    }
}

/// The stream, and a second handle of its socket.
fn twice(stream: TcpStream) -> std::io::Result<(TcpStream, std::net::TcpStream)> {
    let stream = stream.into_std()?;
    let socket = stream.try_clone()?;
    Ok((TcpStream::from_std(stream)?, socket))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use tokio::net::TcpListener;

    use super::*;

    /// Both ends of a new connection.
    async fn pair(listener: &TcpListener) -> (std::net::TcpStream, TcpStream) {
        let client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (client, listener.accept().await.unwrap().0)
    }

    /// Whether the first connection outlasts a crowd of idle ones.
    async fn first_stays(arrives: &[u8], is_received: bool) -> bool {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut connections = ConnectionLimiter::default();
        let (mut client, stream) = pair(&listener).await;
        client.write_all(arrives).unwrap();
        let serve = |stream, guard: ConnectionGuard| async move {
            if is_received {
                guard.request_received();
            }
            // Holds the connection as one does whose page is not ready yet.
            let _open: TcpStream = stream;
            std::future::pending().await
        };
        connections.admit(stream, serve).await;
        if is_received {
            tokio::task::yield_now().await;
        }
        let first = connections.open[0].task.clone();
        let mut clients = Vec::new();
        for _ in 0..3 * MAX_CONNECTIONS {
            let (client, stream) = pair(&listener).await;
            clients.push(client);
            let idle = |stream, _| async move {
                let _open: TcpStream = stream;
                std::future::pending().await
            };
            connections.admit(stream, idle).await;
        }
        assert_eq!(connections.open.len(), MAX_CONNECTIONS);
        connections.open[0].task.id() == first.id()
    }

    #[tokio::test]
    async fn idle_connections_make_room_and_those_with_a_request_stay() {
        assert!(first_stays(b"", true).await, "its request was received");
        assert!(
            first_stays(b"GET / ", false).await,
            "its request has arrived"
        );
        assert!(!first_stays(b"", false).await, "it has sent nothing");
    }
}
