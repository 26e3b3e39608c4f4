//! Client secrets, pushed requests, bound tokens, and the grants that need no
//! callback, at the npm package oidc-provider.

use std::process::Command;

use e2e::RunResult;
use serde_json::Value;

use crate::provider::{Provider, json};

/// The secret of the provider's clients, as `server.mjs` has it.
const SECRET: &str = "Xyzzy: 50% + /?&=~ plugh";

const API: &str = "https://api.example.com";

/// The command with a secret in its environment. No output may contain it, in
/// whatever encoding it was sent.
pub(crate) fn with_secret(mut command: Command) -> RunResult {
    command.env("CLIENT_SECRET", SECRET);
    let result = RunResult::of(command);
    for said in [&result.stdout, &result.stderr] {
        assert_is_secret(said);
    }
    result
}

fn assert_is_secret(text: &str) {
    for word in ["Xyzzy", "plugh", "50%25", "Basic "] {
        assert!(!text.contains(word), "{word} in {text}");
    }
}

/// `tokens client-credentials`.
pub(crate) fn machine(provider: &Provider, client_id: &str, args: &[&str]) -> Command {
    let own = [
        "client-credentials",
        "--issuer",
        &provider.issuer,
        "--client-id",
        client_id,
    ];
    provider.command(&[&own, args].concat())
}

/// `tokens device`.
pub(crate) fn device(provider: &Provider, args: &[&str]) -> Command {
    let own = [
        "device",
        "--issuer",
        &provider.issuer,
        "--client-id",
        "device",
        "--open",
        "--timeout",
        "60",
    ];
    provider.command(&[&own, args].concat())
}

/// The verdicts of the checks of this name.
fn verdicts<'a>(run: &'a Value, check: &str) -> Vec<&'a str> {
    let checks = run["checks"].as_array().expect("checks").iter();
    let named = checks.filter(|found| found["check"] == check);
    named
        .map(|found| found["verdict"].as_str().expect("a verdict"))
        .collect()
}

/// The headings of the steps.
fn headings(run: &Value) -> Vec<&str> {
    let steps = run["steps"].as_array().expect("steps").iter();
    steps
        .map(|step| step["heading"].as_str().expect("a heading"))
        .collect()
}

#[test]
fn a_secret_is_sent_as_the_client_is_registered_and_shown_nowhere() {
    let provider = Provider::oidc_provider("");
    let all = ["--refresh", "--userinfo", "--logout"];
    // Discovery lists both methods: the first is taken, a flag chooses the other.
    for (client_id, chosen) in [("basic: 1", &[][..]), ("post", &["--client-auth", "post"])] {
        let report = ["--explain", "--report", "login.html"];
        let args = [&all[..], &report, chosen].concat();
        with_secret(provider.client(client_id, &args)).code(0);
        assert_is_secret(&provider.file("login.html"));
        let args = [&["--json"], &all[..], chosen].concat();
        let login = json(with_secret(provider.client(client_id, &args)));
        assert_eq!(login["logout"]["revoked"], true);
    }
    let mut wrong = provider.client("post", &[]);
    wrong.env("CLIENT_SECRET", "wrong");
    RunResult::of(wrong)
        .code(1)
        .stderr_has("The token endpoint refused: invalid_client")
        .stderr_has("is CLIENT_SECRET right?")
        .stderr_has("--client-auth basic or post");
    // Without it, the hint names it.
    provider
        .sign_in("post", &[])
        .code(1)
        .stderr_has("CLIENT_SECRET must be set to it");
}

#[test]
fn a_pushed_request_leaves_nothing_but_a_reference_for_the_browser() {
    let required = Provider::oidc_provider_with(&["", "require-par"]);
    let by_client = Provider::oidc_provider("");
    for (provider, client_id, flags) in [
        (&required, "rs256", &[][..]),
        (&by_client, "par", &["--par"]),
    ] {
        let login = provider.login(client_id, &[&["--prompt", "consent"], flags].concat());
        let steps = login["steps"].as_array().expect("steps");
        let names = |step: &Value| -> Vec<String> {
            let fields = step["fields"].as_array().expect("fields").iter();
            fields
                .map(|f| f["name"].as_str().expect("a name").to_owned())
                .collect()
        };
        let browser = steps.iter().find(|step| step["channel"] == "browser");
        let browser = names(browser.expect("the step of the browser"));
        assert_eq!(browser, ["client_id", "request_uri"]);
        let pushed = steps
            .iter()
            .find(|step| names(step).contains(&"nonce".to_owned()));
        let pushed = pushed.expect("the step of the push");
        assert_eq!(pushed["channel"], "back");
        assert!(names(pushed).contains(&"prompt".to_owned()));
        assert_eq!(verdicts(&login, "nonce"), ["ok"]);
    }
    // Where the client must push, a request that does not is refused.
    by_client
        .sign_in("par", &[])
        .code(1)
        .stderr_has("The sign-in server refused: invalid_request: ")
        .stderr_has("--par sends one (RFC 9126)");
}

#[test]
fn a_token_is_bound_to_a_key_of_the_run_and_the_binding_is_checked() {
    let provider = Provider::oidc_provider("");
    let scopes = ["--scopes", "openid read", "--resource", API];
    for (client_id, nonces) in [("dpop", false), ("dpop-nonce", true)] {
        let args = [&["--dpop", "--refresh"], &scopes[..]].concat();
        let login = provider.login(client_id, &args);
        assert_eq!(login["tokens"]["token_type"], "DPoP");
        let thumbprint = &login["dpop"]["thumbprint"];
        let access = &login["decoded"]["access_token"]["payload"];
        assert_eq!(&access["cnf"]["jkt"], thumbprint);
        assert_eq!(access["aud"], API);
        assert_eq!(verdicts(&login, "cnf jkt"), ["ok"]);
        assert_eq!(verdicts(&login, "aud resource"), ["ok"]);
        let refreshed = &login["refresh"]["checks"];
        let bound = refreshed.as_array().expect("checks").iter();
        let bound = bound.filter(|check| check["check"] == "cnf jkt" && check["verdict"] == "ok");
        assert_eq!(bound.count(), 1);
        let proof = &login["dpop"]["proof"];
        assert_eq!(proof["header"]["typ"], "dpop+jwt");
        assert_eq!(proof["header"]["jwk"].get("d"), None, "the private key");
        // A nonce is learned once, and then used.
        let proofs = headings(&login);
        let proofs = proofs
            .iter()
            .filter(|h| **h == "DPoP: a proof for the token endpoint");
        assert_eq!(proofs.count(), if nonces { 3 } else { 2 });
        assert_eq!(proof["payload"].get("nonce").is_some(), nonces);
    }
    // An opaque token's binding is known to the server alone; userinfo takes it
    // only with a proof.
    let opaque = provider.login("dpop", &["--dpop", "--userinfo"]);
    assert_eq!(verdicts(&opaque, "cnf jkt"), ["note"]);
    assert_eq!(opaque["userinfo"]["sub"], "ada");
    provider
        .sign_in("dpop", &[])
        .code(1)
        .stderr_has("The token endpoint refused: ");
}

#[test]
fn max_age_demands_auth_time_and_login_hint_and_audience_go_along() {
    let provider = Provider::oidc_provider("");
    let args = ["--max-age", "3600", "--login-hint", "ada"];
    let login = provider.login("es256", &args);
    let auth_time = login["checks"].as_array().expect("checks").iter();
    let mut auth_time = auth_time.filter(|check| check["check"] == "auth_time");
    let check = auth_time.next().expect("the check");
    assert_eq!(check["verdict"], "ok");
    assert_eq!(check["expected"], "3600 s ago at most");
    // A browser without a session cannot be signed in silently.
    provider
        .sign_in("es256", &["--prompt", "none"])
        .code(1)
        .stderr_has("The sign-in server refused: login_required")
        .stderr_has("--prompt none allows none");
}

#[test]
fn a_person_signs_in_on_another_device() {
    let provider = Provider::oidc_provider("/realm");
    let device = |args: &[&str]| device(&provider, args);
    let args = ["--json", "--userinfo", "--scopes", "openid email", "--dpop"];
    let login = json(RunResult::of(device(&args)));
    assert_eq!(login["decoded"]["id_token"]["payload"]["sub"], "ada");
    assert_eq!(verdicts(&login, "nonce"), ["absent"]);
    assert_eq!(login["userinfo"]["email"], "ada@example.com");
    assert_eq!(login["tokens"]["token_type"], "DPoP");
    RunResult::of(device(&["--report", "login.html"]))
        .code(0)
        .stderr_has("On any device with a browser, open this address:")
        .stderr_has("/realm/device\n")
        .stdout_has("Signed in as ada: ");
    let page = provider.file("login.html");
    assert!(page.contains("<h1>Signed in</h1>"), "{page}");
    assert!(page.contains("perhaps on another device; this program never saw how."));
    let printed = RunResult::of(device(&["--print", "id"])).code(0);
    assert_eq!(printed.stdout.matches('.').count(), 2, "{printed:?}");
}

#[test]
fn a_program_gets_a_token_of_its_own() {
    let provider = Provider::oidc_provider("");
    let args = ["--json", "--scopes", "read", "--resource", API];
    let run = json(with_secret(machine(&provider, "machine", &args)));
    let access = &run["decoded"]["access_token"]["payload"];
    assert_eq!(access["sub"], "machine");
    assert_eq!(access["aud"], API);
    assert_eq!(run["decoded"]["id_token"], Value::Null);
    assert_eq!(verdicts(&run, "aud resource"), ["ok"]);
    assert_eq!(run["tokens"].get("refresh_token"), None);
    // Another way to authenticate, an opaque token, and a page.
    let args = ["--client-auth", "post", "--report", "page.html"];
    with_secret(machine(&provider, "machine-post", &args))
        .code(0)
        .stdout_has("It is opaque: only the API and the server can read it")
        .stdout_has("Access token for the client machine-post: ");
    let page = provider.file("page.html");
    assert_is_secret(&page);
    assert!(page.contains("<h1>Access token received</h1>"), "{page}");
    assert!(page.contains("No person took part"), "{page}");
    let printed = with_secret(machine(&provider, "machine", &["--print", "access"])).code(0);
    assert_eq!(printed.stdout.lines().count(), 1, "{printed:?}");
    with_secret(machine(&provider, "rs256", &[]))
        .code(1)
        .stderr_has("The token endpoint refused: ");
}

/// The same at a provider of another make: it keeps a hash of the secret, and
/// knows no pushed requests and no proofs.
#[test]
fn django_oauth_toolkit_takes_the_secret_in_both_ways_and_binds_nothing() {
    let provider = Provider::django_oauth_toolkit();
    for auth in ["basic", "post"] {
        let chosen = ["--client-auth", auth, "--json"];
        let args = [&chosen[..], &["--refresh", "--userinfo"]].concat();
        let login = json(with_secret(provider.client("confidential", &args)));
        let (before, after) = (&login["tokens"], &login["refresh"]["tokens"]);
        assert_ne!(before["refresh_token"], after["refresh_token"]);
        let run = json(with_secret(machine(&provider, "machine", &chosen)));
        assert_eq!(run["decoded"]["id_token"], Value::Null);
    }
    with_secret(machine(&provider, "machine", &["--dpop"]))
        .code(1)
        .stderr_has("The token endpoint got a proof and answered with a bearer token");
    with_secret(provider.client("confidential", &["--par"]))
        .code(1)
        .stderr_has("names no pushed_authorization_request_endpoint");
}
