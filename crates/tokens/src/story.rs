//! The story of one login, from top to bottom.

use std::sync::Arc;
use std::time::Duration;

use api_core::{Console, Exit, Result, Settings};

use crate::app::App;
use crate::args::Args;
use crate::authorize::Authorization;
use crate::discovery::Provider;
use crate::explain::Explain;
use crate::http::Http;
use crate::login::Login;
use crate::output::Output;
use crate::page::Page;
use crate::refresh::Refreshed;
use crate::request;
use crate::signin::{SignIn, Way};
use crate::{login, logout, ready, scope, userinfo};

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
    let provider = ready::discover(&http, &app, console).await?;
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
    let mut login = log_in(&sign_in, &http, &provider, &asked).await?;

    let mut output = Output::new(console, args.json);
    output.login(&login);
    output.stop_unless(login.believed())?;

    let exchange = request::call(&http, &app, console, Some(&login.tokens.access_token)).await;
    let exchange = output.stop_unless(exchange)?;
    output.exchange(&exchange);

    let after = afterwards(args, &http, &app, &provider, &mut login, &mut output).await;
    output.stop_unless(after)?;
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
    answered
        .redirect()
        .narrate(&http.explain, sign_in.app, asked);
    let login = match answered.redirect().code() {
        Ok(code) => Login::complete(http, sign_in.app, provider, asked, &code).await,
        Err(refused) => Err(refused),
    };
    let page = match login.as_ref().map(|login| (login, login.believed())) {
        Ok((login, Ok(()))) => Page::signed_in(login.who()),
        Ok((_, Err(failure))) => Page::failed(&failure.to_string(), failure.hint()),
        Err(failure) => Page::failed(&failure.to_string(), failure.hint()),
    };
    answered.show(page).await;
    login
}

/// What a login is good for besides the API, where it was asked for.
async fn afterwards(
    args: &Args,
    http: &Http,
    app: &App,
    provider: &Provider,
    login: &mut Login,
    output: &mut Output<'_>,
) -> Result<()> {
    if args.userinfo {
        output.userinfo(&userinfo::ask(http, provider, login).await?);
    }
    if args.refresh {
        let refreshed = Refreshed::of(http, app, provider, login).await?;
        output.refreshed(&refreshed);
        login::believed(&refreshed.checks)?;
    }
    if args.logout {
        output.logout(&logout::log_out(http, app, provider, login).await?);
    }
    Ok(())
}
