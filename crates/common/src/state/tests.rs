use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::*;
use crate::Exit;

/// A file as written by the Python scripts: their keys, without ours.
const FROM_PYTHON: &str = r#"{
    "region": "us-east-1",
    "user_pool_name": "HelloUserPool",
    "user_pool_jwt_issuer_url": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abcdef",
    "user_pool_username": "Testuser",
    "user_pool_email": "testuser@example.com",
    "api_name": "HelloAPI",
    "api_route_path": "/hello",
    "api_route_method": "GET",
    "lambda_function_name": "EchoFunction",
    "lambda_role_name": "APIGatewayLambdaRole",
    "api_stage_name": "dev",
    "api_scopes": [["hello.read", "Allows read access to the hello API"], ["hello.write", "Allows writing"]],
    "terminal_app_callback_urls": ["http://localhost:8083/callback"],
    "terminal_app_scopes": ["openid", "profile", "email", "HelloAPI/hello.read"],
    "user_pool_id": "us-east-1_abcdef",
    "user_pool_auth_domain_prefix": "domainprefix",
    "user_pool_auth_domain": "https://domainprefix.auth.us-east-1.amazoncognito.com",
    "user_pool_resource_server_id": "HelloAPI",
    "terminal_app_client_id": "1234fgc1abcdefghijklm1234a",
    "api_id": "aoe1ba4ed6",
    "api_authorizer_id": "1abc01",
    "lambda_role_arn": "arn:aws:iam::123456789876:role/APIGatewayLambdaRole",
    "api_integration_id": "qacdef1",
    "api_route_id": "2ab2cd2",
    "api_url": "https://someid.execute-api.us-east-1.amazonaws.com/dev/hello"
}"#;

fn in_folder(text: &str) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("state.json");
    std::fs::write(&path, text).unwrap();
    (dir, path)
}

#[test]
fn a_file_of_the_python_scripts_is_read_and_keeps_its_values() {
    let (_dir, path) = in_folder(FROM_PYTHON);
    let state = State::load(&path).unwrap().unwrap();
    assert!(state.is_from_python());
    let ours: Value = serde_json::from_slice(&state.to_json().unwrap()).unwrap();
    let theirs: Value = serde_json::from_str(FROM_PYTHON).unwrap();
    assert_eq!(ours, theirs);
}

#[test]
fn a_change_is_on_disk_at_once_private_and_indented() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("state.json");
    let file = StateFile::open(&path, Access::ReadWrite).unwrap();
    assert!(!path.exists(), "opening writes nothing");
    file.update(|state| state.api_id = Some("aoe1ba4ed6".into()))
        .unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text, "{\n  \"api_id\": \"aoe1ba4ed6\"\n}\n");
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    drop(file);
    let again = StateFile::open(&path, Access::ReadWrite).unwrap();
    assert_eq!(again.get().api_id.as_deref(), Some("aoe1ba4ed6"));
    again.remove().unwrap();
    assert_eq!(
        std::fs::read_dir(dir.path()).unwrap().count(),
        1,
        "only the lock is left"
    );
}

#[test]
fn a_failed_save_leaves_the_file_before() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("folder");
    std::fs::create_dir(&folder).unwrap();
    let path = folder.join("state.json");
    let file = StateFile::open(&path, Access::ReadWrite).unwrap();
    file.update(|state| state.api_id = Some("first".into()))
        .unwrap();
    // Even root cannot create a file in a folder that is gone.
    let aside = dir.path().join("aside");
    std::fs::rename(&folder, &aside).unwrap();
    let error = file
        .update(|state| state.api_id = Some("second".into()))
        .unwrap_err();
    assert!(error.to_string().contains("Cannot save"), "{error}");
    let before = State::load(&aside.join("state.json")).unwrap().unwrap();
    assert_eq!(before.api_id.as_deref(), Some("first"));
}

#[test]
fn what_cannot_be_read_is_refused_and_kept() {
    for (text, why) in [
        ("", "empty"),
        ("  \n", "empty"),
        ("{\"region\": \"us-ea", "not a JSON object"),
        ("[1]", "not a JSON object"),
        ("{\"region\": 1}", "not of a shape"),
        ("{\"a_key_of_tomorrow\": 1}", "a_key_of_tomorrow"),
        (
            "{\"state_version\": 99, \"region\": 1}",
            "a newer one wrote it",
        ),
    ] {
        let (dir, path) = in_folder(text);
        let error = State::load(&path).unwrap_err();
        assert_eq!(error.exit(), Exit::Usage, "{text}");
        assert!(error.to_string().contains(why), "{text}: {error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        let copy = dir.path().join("state.json.unreadable");
        assert_eq!(std::fs::read_to_string(copy).unwrap(), text);
    }
}

/// Another user of the folder may have put links where we write.
#[test]
fn a_planted_link_is_not_written_through() {
    let (dir, path) = in_folder("{");
    let precious = dir.path().join("precious");
    std::fs::write(&precious, "mine").unwrap();
    for name in ["state.json.new", "state.json.unreadable"] {
        symlink(&precious, dir.path().join(name)).unwrap();
    }
    State::load(&path).unwrap_err();
    std::fs::write(&path, "{}").unwrap();
    let file = StateFile::open(&path, Access::ReadWrite).unwrap();
    file.update(|state| state.api_id = Some("a".into()))
        .unwrap();
    drop(file);
    let lock = dir.path().join("state.json.lock");
    let plants: [fn(&Path, &Path) -> std::io::Result<()>; 2] = [
        |from, to| symlink(from, to),
        |from, to| std::fs::hard_link(from, to),
    ];
    for plant in plants {
        plant(&precious, &lock).unwrap();
        let error = StateFile::open(&path, Access::ReadWrite).unwrap_err();
        assert_eq!(error.exit(), Exit::Usage);
        assert!(error.to_string().contains("link"), "{error}");
        std::fs::remove_file(&lock).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&precious).unwrap(), "mine");
}

#[test]
fn a_link_to_the_file_stays_one() {
    let dir = tempfile::tempdir().unwrap();
    let kept = dir.path().join("kept");
    std::fs::create_dir(&kept).unwrap();
    let (path, target) = (dir.path().join("state.json"), kept.join("mine.json"));
    // There is nothing at its end yet.
    symlink("kept/mine.json", &path).unwrap();
    let file = StateFile::open(&path, Access::ReadWrite).unwrap();
    let other_name = StateFile::open(&target, Access::ReadWrite).unwrap_err();
    assert!(other_name.to_string().contains("in use"), "{other_name}");
    file.update(|state| state.api_id = Some("a".into()))
        .unwrap();
    assert!(path.is_symlink());
    let state = State::load(&target).unwrap().unwrap();
    assert_eq!(state.api_id.as_deref(), Some("a"));
    file.remove().unwrap();
    drop(file);
    assert!(path.is_symlink() && !target.exists());
    assert_eq!(std::fs::read_dir(&kept).unwrap().count(), 0);
}

#[test]
fn what_is_only_read_needs_no_lock_and_is_not_changed() {
    let (dir, path) = in_folder("{\"api_id\": \"a\"}");
    let file = StateFile::open(&path, Access::ReadOnly).unwrap();
    assert!(
        dir.path().join("state.json.lock").exists(),
        "it could be locked"
    );
    assert_eq!(file.get().api_id.as_deref(), Some("a"));
    drop(file);
    // Not even root can make a file there.
    let unwritable = Path::new("/sys/state.json");
    let error = StateFile::open(unwritable, Access::ReadWrite).unwrap_err();
    assert_eq!(error.exit(), Exit::Usage);
    let file = StateFile::open(unwritable, Access::ReadOnly).unwrap();
    assert_eq!(file.get(), State::default());
    file.update(|state| state.api_id = None).unwrap_err();
}

#[test]
fn the_only_route_of_an_earlier_version_is_one_of_several() {
    let text = r#"{ "state_version": 3, "api_name": "HelloAPI", "api_route_method": "GET",
        "api_route_path": "/hello", "api_route_id": "2ab2cd2",
        "api_scopes": [["hello.read", ""]], "under_way": { "CreateRoute": 7 },
        "lost_calls": { "AddPermission": 5, "CreateApi": 6 } }"#;
    let (_dir, path) = in_folder(text);
    let mut state = State::load(&path).unwrap().unwrap();
    let before = state.routes();
    state.upgrade_routes();
    assert_eq!(state.api_routes.as_ref(), Some(&before));
    let route = &before["GET /hello"];
    assert_eq!(route.id.as_deref(), Some("2ab2cd2"));
    assert_eq!(route.scopes, ["HelloAPI/hello.read"]);
    assert_eq!(state.under_way.since("CreateRoute GET /hello"), Some(7));
    assert_eq!(state.lost_calls.since("AddPermission GET /hello"), Some(5));
    assert_eq!(state.lost_calls.since("CreateApi"), Some(6));
    let after = state.clone();
    state.upgrade_routes();
    assert_eq!(state, after);
}

/// The program that sends a call again knows its operation, not the route.
#[test]
fn a_repeated_call_is_renewed_for_each_route() {
    let dir = tempfile::tempdir().unwrap();
    let file = StateFile::open(&dir.path().join("state.json"), Access::ReadWrite).unwrap();
    file.repeat_call("CreateRoute").unwrap();
    assert!(file.get().under_way.is_empty(), "nothing is under way");
    file.update(|state| {
        let text =
            r#"{ "CreateRoute GET /hello": 1, "CreateRoute POST /hello": 2, "CreateApi": 3 }"#;
        state.under_way = serde_json::from_str(text).unwrap();
    })
    .unwrap();
    file.repeat_call("CreateRoute").unwrap();
    let calls = file.get().under_way;
    for call in ["CreateRoute GET /hello", "CreateRoute POST /hello"] {
        assert!(calls.since(call) > Some(3), "{call}: {calls:?}");
    }
    assert_eq!(calls.since("CreateApi"), Some(3));
}
