//! Lists what is in the local cloud at `AWS_ENDPOINT_URL`, independently of the
//! programs. `make demo` ends with it.

#![allow(clippy::print_stdout)]

use e2e::Inventory;

fn main() {
    let setting = |name| std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"));
    let (url, account) = (setting("AWS_ENDPOINT_URL"), setting("AWS_ACCESS_KEY_ID"));
    let inventory = e2e::block_on(Inventory::read(&url, &account));
    if inventory.is_empty() {
        println!("nothing");
    } else {
        println!("{inventory:#?}");
    }
}
