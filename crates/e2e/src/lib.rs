//! Support for the end-to-end tests: the local cloud, test environments with
//! their settings, the built programs, and an inventory of the cloud.

pub mod chain;
pub mod cloud;
pub mod copy;
pub mod fault;
pub mod installed;
pub mod inventory;
pub mod operation;
mod proxied_env;
pub mod proxy;
pub mod run_result;
pub mod terminal;
pub mod test_env;
pub mod tls_front;

pub use cloud::Cloud;
pub use fault::Fault;
pub use installed::has;
pub use inventory::Inventory;
pub use proxied_env::ProxiedEnv;
pub use proxy::{Proxy, Rules};
pub use run_result::RunResult;
pub use test_env::TestEnv;
pub use tls_front::TlsFront;

use std::net::Ipv4Addr;
use std::path::PathBuf;

use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// The root of the workspace.
pub fn workspace() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A thread for a server of the tests, and a free port of this machine.
///
/// # Panics
/// If there is none.
pub fn server() -> (Runtime, TcpListener) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)));
    (runtime, listener.expect("a free port"))
}

/// Runs a future to completion, for tests that are not async.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(future)
}
