//! A limit on simultaneous connections. When it is reached, the oldest one that
//! has sent no request is closed, so that idle connections cannot keep the
//! browser from connecting.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::task::{AbortHandle, JoinSet};

/// The maximum number of simultaneous connections.
const MAX_CONNECTIONS: usize = 64;

/// The open connections. They are closed when this is dropped.
#[derive(Debug, Default)]
pub(crate) struct ConnectionLimiter {
    tasks: JoinSet<()>,
    /// Oldest first: whether a request has been received, and the task.
    open: VecDeque<(Arc<AtomicBool>, AbortHandle)>,
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
    /// Runs a connection. When there are too many, the oldest one without a
    /// request is closed: a browser sends its request at once.
    pub(crate) fn admit<F>(&mut self, connection: impl FnOnce(ConnectionGuard) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        while self.tasks.try_join_next().is_some() {}
        self.open.retain(|(_, task)| !task.is_finished());
        if self.open.len() >= MAX_CONNECTIONS {
            let idle = self
                .open
                .iter()
                .position(|(received, _)| !received.load(Ordering::Relaxed));
            // All have sent a request and end soon: the new one is closed.
            let Some(idle) = idle else { return };
            if let Some((_, task)) = self.open.remove(idle) {
                task.abort();
            }
        }
        let received = Arc::new(AtomicBool::new(false));
        let task = self
            .tasks
            .spawn(connection(ConnectionGuard(received.clone())));
        self.open.push_back((received, task));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn idle_connections_make_room_and_those_with_a_request_stay() {
        let mut connections = ConnectionLimiter::default();
        let mut ours = None;
        connections.admit(|guard| {
            ours = Some(guard.0.clone());
            guard.request_received();
            std::future::pending()
        });
        for _ in 0..3 * MAX_CONNECTIONS {
            connections.admit(|_| std::future::pending());
        }
        tokio::task::yield_now().await;
        assert_eq!(connections.open.len(), MAX_CONNECTIONS);
        let first = &connections.open[0];
        assert!(Arc::ptr_eq(&first.0, &ours.unwrap()) && !first.1.is_finished());
    }
}
