//! Finds the sign-in form in a page's HTML.

use scraper::{ElementRef, Html, Selector};

use crate::transcript::field::{Field, Secrecy, field};

/// The form that a user would fill in.
pub(crate) struct Form {
    /// Where it is sent, as in the page: the URL may be relative.
    pub action: String,
    /// Its hidden fields: Cognito's `_csrf`, for example.
    pub hidden: Vec<Field>,
    /// The name of the field for the user name.
    pub username: String,
    /// The name of the field for the password.
    pub password: String,
}

/// The first form with a password field. Cognito's classic page has two, for
/// desktops and phones, and either will do.
pub(crate) fn sign_in_form(html: &str) -> Option<Form> {
    let page = Html::parse_document(html);
    let forms = selector("form");
    page.select(&forms).find_map(|form| read(form))
}

fn read(form: ElementRef<'_>) -> Option<Form> {
    let inputs = selector("input[name]");
    let mut hidden = Vec::new();
    let (mut username, mut password) = (None, None);
    for input in form.select(&inputs) {
        let name = input.attr("name")?.to_owned();
        let kind = input.attr("type").unwrap_or("text");
        match &*kind.to_ascii_lowercase() {
            // As sensitive as a cookie: Cognito's `_csrf`, for example.
            "hidden" => {
                let value = input.attr("value").unwrap_or_default();
                let parameter = field(name, value, "hidden in the form");
                hidden.push(parameter.with(Secrecy::Credential));
            }
            "password" => password = password.or(Some(name)),
            "text" | "email" => username = username.or(Some(name)),
            _ => {}
        }
    }
    Some(Form {
        action: form.attr("action").unwrap_or_default().to_owned(),
        hidden,
        username: username?,
        password: password?,
    })
}

/// The text that a page marks as an error.
pub(crate) fn error_text(html: &str) -> Option<String> {
    let page = Html::parse_document(html);
    let marked = selector("[class*=error], [class*=Error], [id*=error], [id*=Error]");
    let mut texts = page.select(&marked).map(|element| {
        let text: String = element.text().collect::<Vec<_>>().join(" ");
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    });
    texts.find(|text| !text.is_empty())
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).expect("a constant selector is valid")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_form_with_a_password_is_taken_with_its_hidden_fields() {
        let form = sign_in_form(
            "<form action=/search><input name=q></form>
             <form action='/login?a=1&amp;b=2' method=post><input type=hidden name=_csrf value='t&quot;k'>
             <input name=username type=text><input name=password type=password><input type=submit name=go></form>
             <form action=/phone><input name=username><input type=password name=password></form>",
        )
        .unwrap();
        assert_eq!(form.action, "/login?a=1&b=2");
        assert_eq!(
            (form.username.as_str(), form.password.as_str()),
            ("username", "password")
        );
        let hidden: Vec<_> = form
            .hidden
            .iter()
            .map(|f| (&*f.name, f.value.as_str()))
            .collect();
        assert_eq!(hidden, [("_csrf", "t\"k")]);
    }

    #[test]
    fn a_page_without_such_a_form_has_none() {
        assert!(sign_in_form("<form><input name=username></form>").is_none());
        assert!(sign_in_form("").is_none());
        assert!(sign_in_form("{\"error\":\"invalid_client\"}").is_none());
    }

    #[test]
    fn an_error_in_the_page_is_found() {
        assert_eq!(
            error_text("<p class='x error'> Incorrect \n username </p>").as_deref(),
            Some("Incorrect username")
        );
        assert_eq!(error_text("<p>fine</p>"), None);
    }
}
