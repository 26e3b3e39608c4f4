//! Which program has a port, where Linux tells.

use std::fs;
use std::path::Path;

/// The program that listens on a port of this machine, for example
/// "python3 (process 4711)". `None` if it cannot be told.
pub(crate) fn holder(port: u16) -> Option<String> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"];
    let inodes: Vec<String> = tables
        .iter()
        .filter_map(|path| fs::read_to_string(path).ok())
        .flat_map(|table| listening(&table, port))
        .collect();
    let processes = fs::read_dir("/proc").ok()?.filter_map(Result::ok);
    processes
        .map(|entry| entry.path())
        // The others, /proc/self among them, are no processes or name one twice.
        .filter(|path| is_number(path))
        .find(|process| inodes.iter().any(|inode| has_open(process, inode)))
        .and_then(|process| name(&process))
}

/// The inodes of listening sockets: local address in column 2, state 0A
/// (LISTEN) in column 4, inode in column 10.
fn listening(table: &str, port: u16) -> Vec<String> {
    let port = format!(":{port:04X}");
    let rows = table
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>());
    rows.filter(|row| row.len() > 9 && row[1].ends_with(&port) && row[3] == "0A")
        .map(|row| row[9].to_owned())
        .collect()
}

fn is_number(path: &Path) -> bool {
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    !name.is_empty() && name.bytes().all(|c| c.is_ascii_digit())
}

fn has_open(process: &Path, inode: &str) -> bool {
    let socket = format!("socket:[{inode}]");
    fs::read_dir(process.join("fd")).is_ok_and(|files| {
        files.filter_map(Result::ok).any(|file| {
            fs::read_link(file.path()).is_ok_and(|to| to.as_os_str() == socket.as_str())
        })
    })
}

fn name(process: &Path) -> Option<String> {
    let name = fs::read_to_string(process.join("comm")).ok()?;
    let id = process.file_name()?.to_str()?;
    Some(format!("{} (process {id})", name.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_s_listeners_are_found_by_port() {
        let table = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F93 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 42 1 0 100 0 0 10 0
   1: 0100007F:1F93 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 43 1 0 100 0 0 10 0
   2: 0100007F:1F94 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 44 1 0 100 0 0 10 0
";
        assert_eq!(listening(table, 8083), ["42"]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn our_own_listener_is_found() {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let found = holder(socket.local_addr().unwrap().port()).unwrap();
        assert!(
            found.contains(&format!("process {}", std::process::id())),
            "{found}"
        );
    }
}
