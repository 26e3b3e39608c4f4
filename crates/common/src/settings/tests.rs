use super::*;

fn settings(password: Option<&str>, prefix: Option<&str>, suffix: &str) -> Settings {
    Settings {
        region: None,
        endpoint_url: None,
        password: password.map(|p| Secret(p.to_owned())),
        sign_up: None,
        domain_prefix: prefix.map(str::to_owned),
        name_suffix: suffix.to_owned(),
        lambda_zip: PathBuf::new(),
        state_file: PathBuf::new(),
        settle: SETTLE_TIME,
        browser: None,
        client_secret: None,
        explain: false,
    }
}

#[test]
fn a_password_is_one_that_the_pool_takes() {
    for good in ["ääääääää", &"ä".repeat(256), "two words"] {
        assert!(settings(Some(good), None, "").password().is_ok(), "{good}");
    }
    for (bad, why) in [
        (Some("seven77"), "fewer than 8"),
        (Some(&*"ä".repeat(257)), "more than 256"),
        (Some(" leading9"), "begins or ends with a space"),
        (Some("trailing9\t"), "begins or ends with a space"),
        (None, "PASSWORD is not set"),
    ] {
        let error = settings(bad, None, "").password().unwrap_err();
        assert_eq!(error.exit(), crate::Exit::Usage);
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[test]
fn a_domain_prefix_keeps_cognito_s_rules() {
    let check = |prefix| {
        let settings = settings(None, Some(prefix), "");
        settings.domain_prefix().map(str::to_owned)
    };
    assert_eq!(check("hello-42").unwrap(), "hello-42");
    for bad in [
        "Hello",
        "my-aws-page",
        "amazonas",
        "cognito1",
        "-a",
        "a-",
        "a.b",
        &"a".repeat(64),
    ] {
        let error = check(bad).unwrap_err();
        assert_eq!(error.exit(), crate::Exit::Usage, "{bad}");
        assert!(error.to_string().contains(bad), "{error}");
    }
    assert!(settings(None, None, "").domain_prefix().is_err());
}

#[test]
fn a_suffix_is_part_of_a_name() {
    assert!(settings(None, None, "-ada").name_suffix().is_ok());
    assert!(settings(None, None, "a b").name_suffix().is_err());
    assert!(settings(None, None, &"a".repeat(41)).name_suffix().is_err());
}

#[test]
fn debug_output_hides_the_password() {
    let text = format!("{:?}", settings(Some("correct horse"), None, ""));
    assert!(!text.contains("correct"), "{text}");
}
