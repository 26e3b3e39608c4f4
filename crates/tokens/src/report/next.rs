//! What to try next: never what was just done.

use common::archive::as_run_here;
use maud::{Markup, html};

use crate::args::Args;

/// A command, and what it shows.
type Idea = (&'static str, &'static str);

/// The section with what this login has not shown yet. `scopes_granted` says
/// whether the access token had a scope of the API.
pub(super) fn section(args: &Args, scopes_granted: bool, failed: bool) -> Markup {
    html! {
        section {
            h2 { "What to try next" }
            ul { @for (command, what) in ideas(args, scopes_granted, failed) { li { code { (as_run_here(command)) } " " (what) } } }
        }
    }
}

fn ideas(args: &Args, scopes_granted: bool, failed: bool) -> Vec<Idea> {
    let mut ideas = Vec::new();
    if args.scopes.is_some() {
        ideas.push((
            "make request",
            "requests every scope that this client may have.",
        ));
    }
    if scopes_granted && !failed {
        ideas.push((
            "SCOPES=\"openid\" make request",
            "requests less: the API answers 403.",
        ));
    }
    ideas.push((
        "make lab",
        "breaks the protocol on purpose: first at careless copies of client and API, where that works, then at the real ones, and shows who refuses.",
    ));
    let rest = [
        (
            args.refresh,
            "cargo run --bin tokens -- --refresh",
            "uses the refresh token and shows what changes.",
        ),
        (
            args.userinfo,
            "cargo run --bin tokens -- --userinfo",
            "asks the sign-in server who signed in.",
        ),
        (
            args.logout,
            "cargo run --bin tokens -- --logout",
            "revokes the refresh token.",
        ),
        (
            args.common.explain,
            "cargo run --bin tokens -- --explain",
            "shows each step in the terminal as it happens.",
        ),
    ];
    let new = rest.into_iter().filter(|(done, ..)| !done);
    ideas.extend(new.map(|(_, command, what)| (command, what)));
    ideas
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[test]
    fn what_was_just_done_is_not_proposed() {
        let flags = ["--refresh", "--userinfo", "--logout", "--explain"];
        for flag in flags {
            let proposes = |args: &[&str]| {
                let args = Args::parse_from([&["tokens"], args].concat());
                ideas(&args, true, false)
                    .iter()
                    .any(|(command, _)| command.ends_with(flag))
            };
            assert!(proposes(&[]), "{flag}");
            assert!(!proposes(&[flag]), "{flag}");
        }
        let first = |args: &[&str], granted| {
            let args = Args::parse_from([&["tokens"], args].concat());
            ideas(&args, granted, false)[0].0
        };
        assert_eq!(first(&[], true), "SCOPES=\"openid\" make request");
        assert_eq!(first(&["--scopes", "openid"], false), "make request");
    }
}
