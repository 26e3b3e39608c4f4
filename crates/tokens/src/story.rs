//! The story of one login, from top to bottom.

use std::sync::Arc;
use std::time::Duration;

use api_core::{Console, Exit, Result, Settings};
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::args::Args;
use crate::authorize::Authorization;
use crate::discovery::Provider;
use crate::explain::Explain;
use crate::http::Http;
use crate::login::Login;
use crate::page::Page;
use crate::request::{self, Exchange};
use crate::signin::{SignIn, Way};
use crate::{scope, show};

/// Signs in, shows and checks the tokens, calls the API.
///
/// # Errors
/// At the first step that fails.
pub(crate) async fn run(args: &Args, settings: &Settings, console: &Arc<Console>) -> Result<Exit> {
    // What can be known before any call.
    let app = App::read(settings)?;
    let scopes = scope::asked(args.scopes.as_deref(), &app)?;
    let way = way(args, settings)?;

    let explain = Explain::new(settings.explain, console.clone());
    let http = Http::new(explain.clone());
    let provider = Provider::discover(&http, &app).await?;
    let asked = Authorization::new(&app, &provider, &scopes, args.signup);
    asked.narrate(&explain);

    let timeout = Duration::from_secs(args.timeout);
    let sign_in = SignIn {
        app: &app,
        console,
        explain: &explain,
        way: &way,
        timeout,
    };
    let login = log_in(&sign_in, &http, &provider, &asked).await?;

    let mut output = Output::new(console, args.json);
    output.login(&login);
    output.stop_unless(login.believed())?;

    let exchange = request::call(&http, &app, Some(&login.tokens.access_token)).await;
    let exchange = output.stop_unless(exchange)?;
    output.exchange(&exchange);
    output.finish();

    let refused = !exchange.answer.status.is_success();
    Ok(if refused && args.fail {
        Exit::Refused
    } else {
        Exit::Done
    })
}

fn way(args: &Args, settings: &Settings) -> Result<Way> {
    Ok(if args.headless {
        Way::Headless(settings.password()?.clone())
    } else if args.no_browser {
        Way::NoBrowser
    } else {
        Way::Browser(settings.browser.clone())
    })
}

/// The person signs in, the code becomes tokens, the tokens are checked, and
/// the browser shows how that ended.
async fn log_in(
    sign_in: &SignIn<'_>,
    http: &Http,
    provider: &Provider,
    asked: &Authorization,
) -> Result<Login> {
    let answered = sign_in.answer(asked, &provider.issuer).await?;
    let login = match answered.redirect().code() {
        Ok(code) => Login::complete(http, sign_in.app, provider, asked, &code).await,
        Err(refused) => Err(refused),
    };
    let page = match login.as_ref().map(|login| (login, login.believed())) {
        Ok((login, Ok(()))) => Page::signed_in(login.who()),
        Ok((_, Err(failure))) => Page::failed(&failure.to_string(), failure.next_step()),
        Err(failure) => Page::failed(&failure.to_string(), failure.next_step()),
    };
    answered.show(page).await;
    login
}

/// Text as it comes, or one JSON object at the end.
struct Output<'a> {
    console: &'a Console,
    json: Option<Map<String, Value>>,
}

impl<'a> Output<'a> {
    fn new(console: &'a Console, json: bool) -> Self {
        Output {
            console,
            json: json.then(Map::new),
        }
    }

    fn login(&mut self, login: &Login) {
        match &mut self.json {
            None => {
                show::tokens(self.console, login);
                show::checks(self.console, "Checks", &login.checks);
            }
            Some(json) => {
                json.insert("tokens".into(), json!(login.tokens));
                json.insert("decoded".into(), login.decoded_json());
                json.insert("checks".into(), json!(login.checks));
            }
        }
    }

    fn exchange(&mut self, exchange: &Exchange) {
        match &mut self.json {
            None => show::exchange(self.console, exchange),
            Some(json) => {
                json.insert("request".into(), exchange.request_json());
                json.insert("response".into(), exchange.response_json());
            }
        }
    }

    /// On a failure the JSON object is printed as far as it got.
    fn stop_unless<T>(&mut self, result: Result<T>) -> Result<T> {
        result.inspect_err(|_| self.finish())
    }

    fn finish(&mut self) {
        if let Some(json) = self.json.take() {
            let text = serde_json::to_string_pretty(&json).unwrap_or_default();
            self.console.line(&text);
        }
    }
}
