//! `--report`: where it cannot be written, and what else may go wrong.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use crate::idp::Idp;
use crate::program::Program;
use crate::raw_http;

#[test]
fn what_is_in_the_way_is_found_before_the_sign_in() {
    let idp = Idp::honest();
    for (name, said) in [
        ("none/page.html", "there is no folder none"),
        ("folder", "folder is a folder"),
        ("pipe", "pipe is not a regular file"),
        ("letter", "letter already exists and is not a report"),
    ] {
        let mut program = Program::new(&idp, &["--headless", "--report", name]);
        let dir = program.dir.path().to_owned();
        fs::create_dir(dir.join("folder")).unwrap();
        fs::write(dir.join("letter"), "Dear Ada").unwrap();
        let pipe = Command::new("mkfifo").arg(dir.join("pipe")).status();
        assert!(pipe.unwrap().success());
        program.run_and_keep().assert_code(2).assert_says(said);
        assert_eq!(fs::read(dir.join("letter")).unwrap(), b"Dear Ada");
    }
    assert!(idp.state().calls.is_empty());
}

/// The file gets in the way during the sign-in: the browser gets its page, and
/// both failures are told.
#[test]
fn a_report_that_cannot_be_written_in_the_end_hides_nothing() {
    let idp = Idp::tampering(|f| f.id["nonce"] = serde_json::json!("other"));
    let program = Program::new(&idp, &["--no-browser", "--report", "page.html"]);
    let path = program.dir.path().join("page.html");
    let login = program.start();
    fs::create_dir(&path).unwrap();
    let page = raw_http::get(&idp.approve(&login.address));
    assert!(page.body.contains("<h1>Sign-in failed</h1>"), "{page:?}");
    let result = login.result();
    result
        .assert_says("error: The tokens failed their checks: nonce of the id token")
        .assert_says("page.html is a folder")
        .assert_code(1);
}

#[test]
fn ctrl_c_while_waiting_writes_the_report_of_what_was() {
    let idp = Idp::honest();
    let login = Program::new(&idp, &["--no-browser", "--report", "page.html"]).start();
    login.signal("INT");
    let (result, folder) = login.result_and_folder();
    result.assert_code(130);
    let path = folder.path().join("page.html");
    let page = fs::read_to_string(&path).unwrap();
    assert!(page.contains("Interrupted before the end"), "{page}");
    assert!(page.contains("openid-configuration"), "{page}");
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

/// While the code is exchanged, the browser is waiting for its page.
#[test]
fn ctrl_c_during_the_exchange_shows_the_browser_a_page() {
    let idp = Idp::honest().answering("/jwks", |_| {
        std::thread::sleep(std::time::Duration::from_secs(2));
        ""
    });
    let login = Program::new(&idp, &["--no-browser"]).start();
    let address = idp.approve(&login.address);
    let browser = std::thread::spawn(move || raw_http::get(&address));
    while idp.count("/jwks") == 0 {
        std::thread::yield_now();
    }
    login.signal("INT");
    login.result().assert_code(130);
    let page = browser.join().unwrap();
    assert!(page.body.contains("Interrupted before the end"), "{page:?}");
}
