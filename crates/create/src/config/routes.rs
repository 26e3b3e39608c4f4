//! A row of the table of routes, and what AWS takes in one.

use std::collections::BTreeSet;

use common::{Failure, Result};

/// The methods that a route may have. `ANY` is each of them. `OPTIONS` is missing:
/// a browser's preflight has no token, and the gateway answers it itself, unless a
/// route takes it first.
const METHODS: [&str; 7] = ["ANY", "DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"];

/// A route of the API.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RouteRow {
    /// The HTTP method, or `ANY`.
    pub method: &'static str,
    /// The path, for example `/hello` or `/items/{id}`.
    pub path: &'static str,
    /// The scopes of which a token needs one; none: any valid token of the client.
    pub scopes: &'static [&'static str],
}

/// A row of the table.
pub(crate) const fn route(
    method: &'static str,
    path: &'static str,
    scopes: &'static [&'static str],
) -> RouteRow {
    RouteRow {
        method,
        path,
        scopes,
    }
}

impl RouteRow {
    /// AWS's route key: `GET /hello`.
    pub(crate) fn key(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// A method with which a request reaches it.
    pub(crate) fn request_method(&self) -> &'static str {
        match self.method {
            "ANY" => "GET",
            method => method,
        }
    }

    /// The end of the ARN with which API Gateway invokes the function for a request
    /// to this route: `GET/hello`, after the stage. A variable is `*`, as in the
    /// permissions of AWS SAM: AWS's documents do not say whether its name stands there
    /// or its value.
    pub(crate) fn source(&self) -> String {
        let method = match self.method {
            "ANY" => "*",
            method => method,
        };
        let segment = |segment: &'static str| match segment.starts_with('{') {
            true => "*",
            false => segment,
        };
        let path: Vec<&str> = self.path.split('/').map(segment).collect();
        format!("{method}{}", path.join("/"))
    }
}

/// The id of the statement in the function's policy that lets a route invoke it:
/// `AllowInvokeFromApi-GET-hello`. Lambda takes letters, digits, `-` and `_`, so any
/// other character is written as its number, and no two keys have one id.
pub(crate) fn statement_id(route_key: &str) -> String {
    let mut id = "AllowInvokeFromApi-".to_owned();
    let key = route_key.replacen(" /", "/", 1);
    for character in key.strip_suffix('/').unwrap_or(&key).chars() {
        match character {
            '/' => id.push('-'),
            character if character.is_ascii_alphanumeric() => id.push(character),
            character => id.push_str(&format!("_{:x}_", u32::from(character))),
        }
    }
    id
}

/// Checks the table before anything is called.
///
/// # Errors
/// Exit code 2, naming the first row that AWS would refuse or that opens nothing.
/// `has_origins`: whether pages elsewhere may call the API (CORS).
pub(crate) fn check(rows: &[RouteRow], scopes: &[String], has_origins: bool) -> Result<()> {
    if rows.is_empty() {
        return Err(wrong(
            "ROUTES is empty".to_owned(),
            "the API needs at least one route",
        ));
    }
    let mut keys = BTreeSet::new();
    for row in rows {
        let key = row.key();
        let refuse = |why: &str, hint: &str| Err(wrong(format!("The route '{key}' {why}"), hint));
        if !METHODS.contains(&row.method) {
            let hint = format!("use one of {}", METHODS.join(", "));
            return refuse("has a method that is none", &hint);
        }
        if row.method == "ANY" && has_origins {
            return refuse(
                "takes a browser's preflight too, which has no token",
                "name its methods one by one, or leave ALLOWED_ORIGINS empty",
            );
        }
        if !is_path(row.path) {
            return refuse(
                "has a path that AWS does not take",
                "it begins with '/', and a variable is a whole segment: /items/{id}",
            );
        }
        if statement_id(&key).len() > 100 {
            return refuse(
                "has a path that is too long",
                "Lambda takes 100 characters as the id of its permission",
            );
        }
        let unknown = row.scopes.iter().find(|scope| {
            scope.contains('/') && !scopes.iter().any(|known| known.as_str() == **scope)
        });
        if let Some(unknown) = unknown {
            return refuse(
                &format!("asks for the scope '{unknown}', which is not defined"),
                "add it to SCOPES: a token could never have it",
            );
        }
        if !keys.insert(key.clone()) {
            return refuse("is there twice", "AWS takes one route of a key");
        }
    }
    Ok(())
}

fn wrong(what: String, hint: &str) -> Failure {
    let file = "crates/create/src/config/names.rs";
    Failure::usage(what).with_hint(format!("{hint}; the table is in {file}"))
}

fn is_path(path: &str) -> bool {
    let is_name = |text: &str| !text.is_empty() && text.chars().all(is_plain);
    let is_segment = |segment: &str| match segment.strip_prefix('{') {
        Some(rest) => rest
            .strip_suffix('}')
            .is_some_and(|name| is_name(name.strip_suffix('+').unwrap_or(name))),
        None => is_name(segment),
    };
    match path.strip_prefix('/') {
        Some("") => true,
        Some(rest) => rest.split('/').all(is_segment),
        None => false,
    }
}

/// What needs no escape in a URL (RFC 3986 section 2.3).
fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-._~".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permission_is_for_the_method_and_the_path() {
        let source = |method, path| route(method, path, &[]).source();
        assert_eq!(source("GET", "/hello"), "GET/hello");
        assert_eq!(source("ANY", "/"), "*/");
        assert_eq!(source("PUT", "/items/{id}/notes"), "PUT/items/*/notes");
        assert_eq!(source("GET", "/{proxy+}"), "GET/*");
    }

    #[test]
    fn every_key_has_a_statement_id_of_its_own_that_lambda_takes() {
        assert_eq!(statement_id("GET /hello"), "AllowInvokeFromApi-GET-hello");
        let keys = [
            "GET /",
            "GET /a/b",
            "GET /a-b",
            "GET /a_b",
            "GET /a.b",
            "GET /{a}",
            "GET /a",
            "GET /{a+}",
            "POST /a",
            "GET /a_2d_b",
        ];
        let ids: BTreeSet<String> = keys.iter().map(|key| statement_id(key)).collect();
        assert_eq!(ids.len(), keys.len(), "{ids:?}");
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        assert!(ids.iter().all(|id| id.chars().all(plain)), "{ids:?}");
    }

    #[test]
    fn a_row_that_aws_would_refuse_is_named() {
        const LONG: &str = "/a-path-of-ninety-characters-which-is-more-than-the-id-of-a-statement-in-a-policy-may-have";
        let scopes = ["HelloAPI/hello.read".to_owned()];
        let good = [
            route("GET", "/hello", &["HelloAPI/hello.read"]),
            route("ANY", "/items/{id}", &["openid"]),
            route("POST", "/{proxy+}", &[]),
            route("GET", "/", &[]),
        ];
        check(&good, &scopes, false).unwrap();
        let any = check(&good, &scopes, true).unwrap_err();
        assert!(any.to_string().contains("preflight"), "{any}");
        for (row, why) in [
            (route("get", "/", &[]), "has a method"),
            (route("OPTIONS", "/", &[]), "has a method"),
            (route("GET", "hello", &[]), "has a path"),
            (route("GET", "/a//b", &[]), "has a path"),
            (route("GET", "/a b", &[]), "has a path"),
            (route("GET", "/a{b}", &[]), "has a path"),
            (route("GET", LONG, &[]), "too long"),
            (route("GET", "/", &["HelloAPI/hello.wirte"]), "hello.wirte"),
            (route("GET", "/hello", &[]), "is there twice"),
        ] {
            let error = check(&[good[0], row], &scopes, false).unwrap_err();
            assert_eq!(error.exit(), common::Exit::Usage);
            assert!(error.to_string().contains(why), "{error}");
        }
        let none = check(&[], &scopes, false).unwrap_err();
        assert!(none.to_string().contains("empty"), "{none}");
    }
}
