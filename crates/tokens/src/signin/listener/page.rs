//! The listener's pages: they load nothing, run no scripts and are not cached.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use common::Failure;
use hyper::StatusCode;
use maud::html;

use crate::crypto;
use crate::report::{self, STYLE};

/// A page and its status.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub status: StatusCode,
    pub html: String,
}

impl Page {
    /// The report of the login.
    pub(crate) fn report(html: String) -> Page {
        Page {
            status: StatusCode::OK,
            html,
        }
    }

    /// The lab has received the code, which is all it needs from this sign-in,
    /// or `failure` says why there is none.
    pub(crate) fn of_code(failure: Option<&Failure>) -> Page {
        if let Some(failure) = failure {
            let why = failure.to_string();
            return Page::refused(StatusCode::OK, "Sign-in failed", &why);
        }
        let text = "The lab goes on in the terminal.";
        let hint = "You can close this window. An experiment may open the next one.";
        Page {
            status: StatusCode::OK,
            html: small(true, "Code received", text, hint),
        }
    }

    /// Refuses a request that is not the expected one.
    pub(crate) fn refused(status: StatusCode, title: &str, text: &str) -> Page {
        Page {
            status,
            html: small(false, title, text, ""),
        }
    }

    /// The program ended before there was a page to show.
    pub(crate) fn stopped() -> Page {
        Page::refused(
            StatusCode::SERVICE_UNAVAILABLE,
            "Sign-in stopped",
            "The program in the terminal has ended.",
        )
    }

    /// The headers of every page. They forbid scripts, loading, framing,
    /// caching and referrers; the one stylesheet is allowed by its hash.
    pub(crate) fn headers() -> [(&'static str, String); 6] {
        let style = STANDARD.encode(crypto::sha256(STYLE.as_bytes()));
        [
            ("content-type", "text/html; charset=utf-8".into()),
            ("cache-control", "no-store".into()),
            ("referrer-policy", "no-referrer".into()),
            ("x-content-type-options", "nosniff".into()),
            ("cross-origin-opener-policy", "same-origin".into()),
            (
                "content-security-policy",
                format!(
                    "default-src 'none'; style-src 'sha256-{style}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
                ),
            ),
        ]
    }
}

/// A page with a short message.
fn small(good: bool, title: &str, text: &str, hint: &str) -> String {
    let body = html! {
        main {
            div.card.good[good] {
                h1 { (title) }
                p { (text) }
                p.hint { (hint) }
            }
        }
    };
    report::page(title, "small", body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_say_is_text_and_never_markup() {
        let page = Page::refused(StatusCode::OK, "x", "<script>alert('x')</script>&\"");
        assert!(!page.html.contains("<script"), "{}", page.html);
        assert!(
            page.html
                .contains("&lt;script&gt;alert('x')&lt;/script&gt;&amp;&quot;")
        );
    }

    #[test]
    fn a_page_needs_nothing_from_elsewhere() {
        let html = Page::of_code(None).html;
        assert!(
            !html.contains("http") && !html.contains("src=") && !html.contains("url("),
            "{html}"
        );
    }
}
