//! `--headless`: fills in the hosted sign-in form over HTTP, for machines
//! without a browser. It does what a person would do, and nothing else.

use api_core::settings::Password;
use api_core::{Failure, Result};
use reqwest::{Method, StatusCode};
use url::Url;

use crate::app::App;
use crate::explain::{Explain, Field};
use crate::form::{self, Form};
use crate::http::{Answer, Call, Channel, Http};
use crate::redirect::{Expected, Redirect, is_ours, printable};

const WHY_PAGE: &str = "The sign-in page, as a browser would get it.";
const WHY_FORM: &str =
    "User name and password go to the sign-in server and to nobody else; the app never needs them.";
const MOST_REDIRECTS: usize = 10;

/// Signs in as the test user.
#[derive(Debug)]
pub(crate) struct Headless<'a> {
    http: Http,
    app: &'a App,
    password: &'a Password,
}

/// Where a request led: to our own address, or to a page.
enum Place {
    Callback(Url),
    Page(Url, Answer),
}

impl<'a> Headless<'a> {
    /// A browser of its own: cookies, and nothing in them yet.
    pub(crate) fn new(explain: Explain, app: &'a App, password: &'a Password) -> Self {
        Headless {
            http: Http::with_cookies(explain),
            app,
            password,
        }
    }

    /// Goes to the authorization endpoint, signs in, and takes the redirect
    /// to our address as the listener would.
    ///
    /// # Errors
    /// If there is no form, the password is refused, or the answer is not ours.
    pub(crate) async fn sign_in(
        &self,
        authorization: &Url,
        expected: &Expected,
    ) -> Result<Redirect> {
        let address = self.answer(authorization).await?;
        expected
            .read_address(&self.app.callback, address.as_str())
            .map_err(|why| {
                Failure::failed(format!(
                    "The sign-in server's answer is not for this program: {why}"
                ))
            })
    }

    /// The address that the browser would be sent to at the end.
    ///
    /// # Errors
    /// If there is no form, or the password is refused.
    pub(crate) async fn answer(&self, authorization: &Url) -> Result<Url> {
        let call = Call::get("sign-in page", WHY_PAGE, authorization.clone());
        let (page, answer) = match self.follow(call, authorization).await? {
            Place::Callback(address) => return Ok(address),
            Place::Page(url, answer) => (url, answer),
        };
        let Some(form) = form::sign_in_form(&answer.text()) else {
            return Err(no_form(&page, &answer));
        };
        match self
            .follow(self.submit(&page, form)?, authorization)
            .await?
        {
            Place::Callback(address) => Ok(address),
            Place::Page(page, answer) => Err(not_signed_in(&page, &answer)),
        }
    }

    /// Makes the call and follows redirects, on the sign-in server only, until
    /// one leads to us. That one is not followed.
    async fn follow(&self, mut call: Call, home: &Url) -> Result<Place> {
        for _ in 0..=MOST_REDIRECTS {
            let url = call.url.clone();
            let answer = self.http.send(call.on(Channel::Front)).await?;
            if !answer.status.is_redirection() {
                return Ok(Place::Page(url, answer));
            }
            let to = answer.header("location").and_then(|to| url.join(to).ok());
            let to =
                to.ok_or_else(|| Failure::failed("The sign-in server redirects to no address"))?;
            if is_ours(&self.app.callback, &to) {
                return Ok(Place::Callback(to));
            }
            same_server(home, &to)?;
            call = Call::get("sign-in page", "The sign-in server redirects here.", to);
        }
        Err(Failure::failed(format!(
            "The sign-in server redirects more than {MOST_REDIRECTS} times"
        )))
    }

    fn submit(&self, page: &Url, form: Form) -> Result<Call> {
        let to = page.join(&form.action).map_err(|error| {
            Failure::failed(format!("The sign-in form goes to no address: {error}"))
        })?;
        same_server(page, &to)?;
        let mut fields: Vec<Field> = form.hidden;
        fields.push(Field {
            name: form.username.into(),
            value: self.app.username.clone(),
            why: "who signs in",
            hidden: false,
        });
        fields.push(Field {
            name: form.password.into(),
            value: self.password.reveal().to_owned(),
            why: "known to the person and the sign-in server",
            hidden: true,
        });
        Ok(Call {
            method: Method::POST,
            ..Call::post("sign-in form", WHY_FORM, to, fields)
        })
    }
}

/// The password goes to the server that the discovery document named.
fn same_server(home: &Url, to: &Url) -> Result<()> {
    if home.origin() == to.origin() {
        return Ok(());
    }
    let mut to = to.clone();
    to.set_query(None);
    Err(Failure::failed(format!(
        "The sign-in page leads to another server, {to}: not followed"
    ))
    .hint("sign in with a browser: leave out --headless"))
}

fn no_form(page: &Url, answer: &Answer) -> Failure {
    let mut page = page.clone();
    page.set_query(None);
    let said = said(answer)
        .map(|said| format!(" It says: {said}"))
        .unwrap_or_default();
    Failure::failed(format!(
        "The page {page} has no sign-in form with a password field (status {}).{said}",
        answer.status
    ))
    .hint("open the address in a browser to see the page: --no-browser prints it")
}

fn not_signed_in(page: &Url, answer: &Answer) -> Failure {
    // The form again means that user name or password were refused.
    if answer.status == StatusCode::OK || form::sign_in_form(&answer.text()).is_some() {
        let said = said(answer).unwrap_or_else(|| "it shows the form again".to_owned());
        return Failure::failed(format!(
            "The sign-in page did not let the test user in: {said}"
        ))
        .hint("is PASSWORD the one that 'create' set? Run 'create' again to set it");
    }
    no_form(page, answer)
}

/// What a page says went wrong: an OAuth error as JSON, or text marked as an error.
fn said(answer: &Answer) -> Option<String> {
    if let Some(refusal) = crate::token::Refusal::of(answer) {
        return Some(refusal.text());
    }
    form::error_text(&answer.text()).map(|text| printable(&text))
}
