//! A limit on connections that says nothing useful to the attacker: who has
//! not spoken yet makes room for who comes new.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::task::{AbortHandle, JoinSet};

/// Connections at the same time.
const MAX_CONNECTIONS: usize = 64;

/// The connections. Dropped, they end.
#[derive(Debug, Default)]
pub(crate) struct ConnectionLimiter {
    tasks: JoinSet<()>,
    members: VecDeque<(Arc<AtomicBool>, AbortHandle)>,
}

/// A connection's word that it has sent a request.
#[derive(Clone, Debug)]
pub(crate) struct ConnectionGuard(Arc<AtomicBool>);

impl ConnectionGuard {
    /// From now on the connection is not turned out any more.
    pub(crate) fn spoke(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl ConnectionLimiter {
    /// Takes a connection in. When it is full, the one that has been silent
    /// longest goes: a browser speaks at once.
    pub(crate) fn admit<F>(&mut self, connection: impl FnOnce(ConnectionGuard) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        while self.tasks.try_join_next().is_some() {}
        self.members.retain(|(_, task)| !task.is_finished());
        if self.members.len() >= MAX_CONNECTIONS {
            let silent = self
                .members
                .iter()
                .position(|(spoke, _)| !spoke.load(Ordering::Relaxed));
            // All are being answered, which takes no time but for our own: the new one goes.
            let Some(silent) = silent else { return };
            if let Some((_, task)) = self.members.remove(silent) {
                task.abort();
            }
        }
        let spoke = Arc::new(AtomicBool::new(false));
        let task = self.tasks.spawn(connection(ConnectionGuard(spoke.clone())));
        self.members.push_back((spoke, task));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_silent_make_room_and_the_answered_stay() {
        let mut connections = ConnectionLimiter::default();
        let mut ours = None;
        connections.admit(|guard| {
            ours = Some(guard.0.clone());
            guard.spoke();
            std::future::pending()
        });
        for _ in 0..3 * MAX_CONNECTIONS {
            connections.admit(|_| std::future::pending());
        }
        tokio::task::yield_now().await;
        assert_eq!(connections.members.len(), MAX_CONNECTIONS);
        let first = &connections.members[0];
        assert!(Arc::ptr_eq(&first.0, &ours.unwrap()) && !first.1.is_finished());
    }
}
