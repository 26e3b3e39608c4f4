//! What the browser shows at the end: a page that needs nothing from anywhere
//! else, runs nothing, and is kept nowhere.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::StatusCode;

use crate::crypto;

const STYLE: &str = "\
:root{color-scheme:light dark;--back:#f4f5f7;--card:#fff;--text:#1c2430;--dim:#5b6675;--good:#1a7f4b;--bad:#b3261e}\
@media(prefers-color-scheme:dark){:root{--back:#14171c;--card:#1f242c;--text:#e8ebef;--dim:#9aa5b4;--good:#5fd39b;--bad:#ff8a80}}\
*{box-sizing:border-box}\
body{margin:0;min-height:100vh;display:flex;align-items:center;justify-content:center;padding:1rem;background:var(--back);color:var(--text);font:1.05rem/1.5 system-ui,sans-serif}\
main{background:var(--card);border-radius:12px;padding:2rem;max-width:34rem;width:100%;border-top:6px solid var(--bad);overflow-wrap:anywhere}\
main.good{border-color:var(--good)}\
h1{margin:0 0 .75rem;font-size:1.4rem;line-height:1.3}\
p{margin:.5rem 0}.hint{color:var(--dim)}";

/// A page and its status.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    /// The HTTP status it is sent with.
    pub status: StatusCode,
    good: bool,
    title: String,
    text: String,
    hint: String,
}

impl Page {
    /// The login went well, and every check held.
    pub(crate) fn signed_in(who: &str) -> Page {
        Page {
            status: StatusCode::OK,
            good: true,
            title: "Signed in".into(),
            text: format!("You are signed in as {who}. The tokens have been checked."),
            hint: "You can close this window and go back to the terminal.".into(),
        }
    }

    /// The lab has what it needs of this sign-in.
    pub(crate) fn code_taken() -> Page {
        Page {
            good: true,
            hint: "You can close this window. An experiment may open the next one.".into(),
            ..Page::refused(
                StatusCode::OK,
                "Code received",
                "The lab goes on in the terminal.",
            )
        }
    }

    /// The login failed.
    pub(crate) fn failed(message: &str, hint: Option<&str>) -> Page {
        Page {
            title: "Sign-in failed".into(),
            hint: sentence(hint.unwrap_or("the terminal says more")),
            ..Page::refused(StatusCode::OK, "", message)
        }
    }

    /// A request that is not for us.
    pub(crate) fn refused(status: StatusCode, title: &str, text: &str) -> Page {
        Page {
            status,
            good: false,
            title: title.into(),
            text: text.into(),
            hint: String::new(),
        }
    }

    /// The program ended before there was anything to say.
    pub(crate) fn stopped() -> Page {
        Page::refused(
            StatusCode::SERVICE_UNAVAILABLE,
            "Sign-in stopped",
            "The program in the terminal has ended.",
        )
    }

    /// The page itself.
    pub(crate) fn html(&self) -> String {
        let class = if self.good { "good" } else { "bad" };
        let (title, text, hint) = (escape(&self.title), escape(&self.text), escape(&self.hint));
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n\
             <body>\n<main class=\"{class}\">\n<h1>{title}</h1>\n<p>{text}</p>\n<p class=\"hint\">{hint}</p>\n</main>\n</body>\n</html>\n"
        )
    }

    /// The headers of every page: nothing may run, be loaded, framed, kept or
    /// told to others. The one style is allowed by its hash.
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

/// Hints are written for the terminal, after "hint:".
fn sentence(hint: &str) -> String {
    let mut letters = hint.chars();
    match letters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), letters.as_str()),
        None => String::new(),
    }
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_say_is_text_and_never_markup() {
        let html = Page::failed("<script>alert('x')</script>&\"", None).html();
        assert!(!html.contains("<script"), "{html}");
        assert!(html.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;"));
    }

    #[test]
    fn the_page_needs_nothing_from_elsewhere() {
        let html = Page::signed_in("Testuser").html();
        assert!(
            !html.contains("http") && !html.contains("src=") && !html.contains("url("),
            "{html}"
        );
    }
}
