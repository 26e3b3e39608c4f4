//! What to try next: never what was just done.

use common::archive::as_run_here;
use maud::{Markup, html};

use crate::args::Args;
use crate::config::server::SignInServer;
use crate::oauth::grant::Grant;

/// A command, and what it shows.
type Idea = (String, &'static str);

/// The section with what this login has not shown yet. `scopes_granted` says
/// whether the access token had a scope of the API.
pub(super) fn section(
    args: &Args,
    server: &SignInServer,
    grant: Grant,
    scopes_granted: bool,
    failed: bool,
) -> Markup {
    html! {
        section {
            h2 { "What to try next" }
            p { (if failed { "Once it works, change something, or break it." } else { "You have seen it work. Now change something, or break it." }) }
            ul { @for (command, what) in ideas(args, server, grant, scopes_granted, failed) { li { code { (as_run_here(&command)) } " " (what) } } }
        }
    }
}

fn ideas(
    args: &Args,
    server: &SignInServer,
    grant: Grant,
    scopes_granted: bool,
    failed: bool,
) -> Vec<Idea> {
    let mut ideas = Vec::new();
    if server.is_ours {
        ideas.extend(ideas_of_the_stack(args, scopes_granted && !failed));
    }
    // A client on its own has no session, and nobody to ask about.
    let nobody = !grant.has_person();
    let rest = [
        (
            nobody || args.refresh,
            "--refresh",
            "uses the refresh token and shows what changes.",
        ),
        (
            nobody || args.userinfo,
            "--userinfo",
            "asks the sign-in server who signed in.",
        ),
        (
            nobody || args.logout,
            "--logout",
            "revokes the refresh token.",
        ),
        (
            args.common.explain,
            "--explain",
            "shows each step in the terminal as it happens.",
        ),
    ];
    let new = rest.into_iter().filter(|(done, ..)| !done);
    ideas.extend(new.map(|(_, flag, what)| {
        let command = if server.is_ours {
            format!("cargo run --bin tokens -- {flag}")
        } else {
            flag.to_owned()
        };
        (command, what)
    }));
    ideas
}

/// What can be tried at the stack that `create` made.
fn ideas_of_the_stack(args: &Args, can_ask_for_less: bool) -> Vec<Idea> {
    let mut ideas = Vec::new();
    let mut add = |command: &str, what| ideas.push((command.to_owned(), what));
    if args.scopes.is_some() {
        add(
            "make request",
            "requests every scope that this client may have.",
        );
    }
    if can_ask_for_less {
        add(
            "SCOPES=\"openid\" make request",
            "requests less: the API answers 403.",
        );
    }
    add(
        "make lab",
        "breaks the protocol on purpose: first at careless copies of client and API, where that works, then at the real ones, and shows who refuses.",
    );
    ideas
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    const CODE: Grant = Grant::AuthorizationCode;

    #[test]
    fn what_was_just_done_is_not_proposed() {
        let flags = ["--refresh", "--userinfo", "--logout", "--explain"];
        for flag in flags {
            let proposes = |args: &[&str]| {
                let args = Args::parse_from([&["tokens"], args].concat());
                ideas(&args, &SignInServer::of_stack(), CODE, true, false)
                    .iter()
                    .any(|(command, _)| command.ends_with(flag))
            };
            assert!(proposes(&[]), "{flag}");
            assert!(!proposes(&[flag]), "{flag}");
        }
        let first = |args: &[&str], granted| {
            let args = Args::parse_from([&["tokens"], args].concat());
            ideas(&args, &SignInServer::of_stack(), CODE, granted, false)[0]
                .0
                .clone()
        };
        assert_eq!(first(&[], true), "SCOPES=\"openid\" make request");
        assert_eq!(first(&["--scopes", "openid"], false), "make request");
    }
}
