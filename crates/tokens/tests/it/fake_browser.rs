//! What `BROWSER` starts in the tests: this test program itself, in the role of
//! a browser that follows redirects.

use std::fmt::Write;

use crate::raw_http;

/// The command line for `BROWSER`.
pub(crate) fn command_line() -> String {
    let program = std::env::current_exe().unwrap();
    format!(
        "{} --ignored --exact fake_browser::browser --nocapture",
        program.display()
    )
}

/// Follows all redirects. Writes its arguments, environment and responses to
/// `browser.txt` in the current folder.
#[test]
#[ignore = "no test: the browser that other tests start"]
fn browser() {
    let mut address = std::env::args()
        .next_back()
        .filter(|word| word.starts_with("http"))
        .expect("an address");
    let mut notes = String::new();
    for word in std::env::args() {
        writeln!(notes, "argument {word}").unwrap();
    }
    for (name, value) in std::env::vars() {
        writeln!(notes, "variable {name}={value}").unwrap();
    }
    loop {
        let answer = raw_http::get(&address);
        writeln!(notes, "{} {}\n{}", answer.status, address, answer.body).unwrap();
        let to = answer
            .head
            .lines()
            .find_map(|line| line.strip_prefix("location: "));
        match to {
            Some(to) => address = to.to_owned(),
            None => break,
        }
    }
    std::fs::write("browser.txt", notes).unwrap();
}
