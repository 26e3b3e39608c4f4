//! Logins at the local cloud: in a browser, in the lab, explained and reported.

mod arrows;
mod browser;
mod explain;
mod lab;
mod person;
mod readme;
mod recorder;
mod report;

use std::sync::{Mutex, MutexGuard, PoisonError};

use ::browser::Browser;
use e2e::TestEnv;

/// Locks port 8083, that of the registered `redirect_uri`: one login at a time.
pub fn port_8083() -> MutexGuard<'static, ()> {
    static PORT: Mutex<()> = Mutex::new(());
    PORT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Saves a screenshot in the folder `PICTURES`, if that variable is set. In the
/// repository's own folder only those that a page shows are replaced.
pub async fn picture(browser: &Browser, name: &str) {
    let Some(dir) = std::env::var_os("PICTURES") else {
        return;
    };
    let dir = e2e::workspace().join(dir);
    if dir.ends_with(".images") && !dir.join(name).exists() {
        return;
    }
    std::fs::create_dir_all(&dir).expect("the folder");
    std::fs::write(dir.join(name), browser.picture().await).expect("written");
}

/// An environment with a stack.
pub fn with_stack() -> TestEnv {
    let env = TestEnv::new();
    env.create().code(0);
    env
}
