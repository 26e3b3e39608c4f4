//! What to try next: never what was just done.

use common::archive::as_run_here;
use maud::{Markup, html};

use super::LoginReport;
use crate::args::SignInArgs;

/// A command, and what it shows.
type Idea = (String, &'static str);

/// The section with what this run has not shown yet. `scopes_granted` says
/// whether the access token had a scope of the API.
pub(super) fn section(report: &LoginReport<'_>, scopes_granted: bool) -> Markup {
    let failed = report.failure.is_some();
    html! {
        section {
            h2 { "What to try next" }
            p { (if failed { "Once it works, change something, or break it." } else { "You have seen it work. Now change something, or break it." }) }
            ul { @for (command, what) in ideas(report, scopes_granted && !failed) { li { code { (as_run_here(&command)) } " " (what) } } }
        }
    }
}

fn ideas(report: &LoginReport<'_>, can_ask_for_less: bool) -> Vec<Idea> {
    let is_ours = report.config.server.is_ours;
    let mut ideas = Vec::new();
    if is_ours {
        let asked_for_scopes = report.args.scopes.is_some();
        ideas.extend(ideas_of_the_stack(asked_for_scopes, can_ask_for_less));
    }
    let rest = flags(report.sign_in, report.explained);
    ideas.extend(rest.into_iter().map(|(flag, what)| {
        let command = if is_ours {
            format!("cargo run --bin tokens -- {flag}")
        } else {
            flag.to_owned()
        };
        (command, what)
    }));
    ideas
}

/// The flags that were not given. A client on its own has no session, and nobody
/// to ask about.
fn flags(sign_in: Option<&SignInArgs>, explained: bool) -> Vec<(&'static str, &'static str)> {
    let of_person = sign_in.map(|given| {
        [
            (
                given.refresh,
                "--refresh",
                "uses the refresh token and shows what changes.",
            ),
            (
                given.userinfo,
                "--userinfo",
                "asks the sign-in server who signed in.",
            ),
            (given.logout, "--logout", "revokes the refresh token."),
        ]
    });
    let explain = (
        explained,
        "--explain",
        "shows each step in the terminal as it happens.",
    );
    let all = of_person.into_iter().flatten().chain([explain]);
    let new = all.filter(|(done, ..)| !done);
    new.map(|(_, flag, what)| (flag, what)).collect()
}

/// What can be tried at the stack that `create` made.
fn ideas_of_the_stack(asked_for_scopes: bool, can_ask_for_less: bool) -> Vec<Idea> {
    let mut ideas = Vec::new();
    let mut add = |command: &str, what| ideas.push((command.to_owned(), what));
    if asked_for_scopes {
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
    use crate::args::Args;

    #[test]
    fn what_was_just_done_is_not_proposed() {
        for flag in ["--refresh", "--userinfo", "--logout", "--explain"] {
            let proposes = |args: &[&str]| {
                let args = Args::parse_from([&["tokens"], args].concat());
                let rest = flags(Some(&args.login.sign_in), args.common.explain);
                rest.iter().any(|(proposed, _)| *proposed == flag)
            };
            assert!(proposes(&[]), "{flag}");
            assert!(!proposes(&[flag]), "{flag}");
        }
        let first = |asked, granted| ideas_of_the_stack(asked, granted)[0].0.clone();
        assert_eq!(first(false, true), "SCOPES=\"openid\" make request");
        assert_eq!(first(true, false), "make request");
    }

    #[test]
    fn nobody_is_asked_about_where_nobody_signed_in() {
        assert_eq!(flags(None, true), []);
        assert_eq!(flags(None, false)[0].0, "--explain");
    }
}
