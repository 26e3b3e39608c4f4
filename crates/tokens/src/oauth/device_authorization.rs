//! The device authorization grant: RFC 8628. The person signs in on another
//! device; this program asks the token endpoint until that is done.

use std::time::Duration;

use common::{Failure, Result};
use http_client::hosts::secure_url;
use serde::Deserialize;
use url::Url;

use crate::config::client::ClientConfig;
use crate::http::client::Http;
use crate::http::request::Request;
use crate::oauth::back_channel::{ask_for_tokens, post};
use crate::oauth::discovery::Provider;
use crate::oauth::error_code::ErrorCode;
use crate::oauth::token_response::{ErrorResponse, TokenResponse, seconds};
use crate::transcript::field::{Field, Secrecy, field};
use crate::transcript::record::StepHandle;

/// `grant_type`, section 3.4.
const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// The pause between two requests where the server names none, in seconds
/// (section 3.2).
const INTERVAL: u64 = 5;

/// By how much `slow_down` makes the pause longer, in seconds (section 3.5).
const SLOW_DOWN: u64 = 5;

/// The answer as sent, section 3.2.
#[derive(Deserialize)]
struct Document {
    device_code: String,
    user_code: String,
    // Google's name for it is older than the RFC.
    #[serde(alias = "verification_url")]
    verification_uri: String,
    verification_uri_complete: Option<String>,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: Option<i64>,
    #[serde(default, deserialize_with = "seconds")]
    interval: Option<i64>,
}

/// What the person and this program need to go on. It has no `Debug`: whoever
/// has the device code gets the tokens.
pub(crate) struct DeviceAuthorization {
    device_code: String,
    /// What the person enters.
    pub user_code: String,
    /// Where the person enters it.
    pub verification_uri: Url,
    /// The same address with the code in it, if the server has one.
    pub verification_uri_complete: Option<Url>,
    /// How long the codes are good.
    pub expires_in: Duration,
    /// The pause between two requests for the tokens.
    interval: Duration,
}

/// Asks for a pair of codes, section 3.1: one for the person, one for this
/// program.
///
/// # Errors
/// If the server has no endpoint for it, refuses, or answers with something else.
pub(crate) async fn request(
    http: &Http,
    config: &ClientConfig,
    provider: &Provider,
    scopes: &[String],
) -> Result<DeviceAuthorization> {
    const WHY: &str = "Asks for two codes: the person enters the short one on another device, and this program gets the tokens with the long one (RFC 8628 section 3.1).";
    let Some(endpoint) = provider.device_authorization_endpoint.clone() else {
        let message = "The discovery document names no device_authorization_endpoint";
        return Err(Failure::failed(message).with_hint(
            "this provider has no device flow (RFC 8628): sign in without the word device",
        ));
    };
    let why_id = "which app asks; it is public";
    let mut form = vec![
        field("client_id", &config.client_id, why_id),
        field("scope", scopes.join(" "), "what the tokens may be used for"),
    ];
    form.extend(config.access_parameters.iter().cloned());
    let request = Request::post("device authorization endpoint", WHY, endpoint, form);
    let answer = post(http, config, provider, request).await?;
    let hint = "may this client use the device flow? The provider's settings for it say so (RFC 8628 section 3.1)";
    ErrorResponse::ensure_none(&answer, "The device authorization endpoint refused")
        .map_err(|refusal| refusal.with_hint(hint))?;
    let document: Document = answer.json().ok_or_else(|| {
        Failure::failed("The device authorization endpoint did not answer with the codes of RFC 8628 section 3.2")
    })?;
    DeviceAuthorization::of(document)
}

impl DeviceAuthorization {
    fn of(document: Document) -> Result<DeviceAuthorization> {
        let positive =
            |sent: Option<i64>| sent.and_then(|n| u64::try_from(n).ok()).filter(|n| *n > 0);
        let complete = document
            .verification_uri_complete
            .map(|uri| secure_url("verification_uri_complete", &uri));
        let expires_in = positive(document.expires_in).ok_or_else(|| {
            Failure::failed("The device authorization endpoint does not say how long its codes are good: expires_in (RFC 8628 section 3.2)")
        })?;
        Ok(DeviceAuthorization {
            device_code: document.device_code,
            user_code: document.user_code,
            verification_uri: secure_url("verification_uri", &document.verification_uri)?,
            verification_uri_complete: complete.transpose()?,
            expires_in: Duration::from_secs(expires_in),
            interval: Duration::from_secs(positive(document.interval).unwrap_or(INTERVAL)),
        })
    }

    /// Asks for the tokens until the person has signed in, section 3.4. Of the
    /// requests that were too early only the newest is kept; `step` says what
    /// came of them.
    ///
    /// # Errors
    /// If the person refuses, the codes expire, or the server refuses otherwise.
    pub(crate) async fn poll(
        &self,
        http: &Http,
        config: &ClientConfig,
        provider: &Provider,
        step: &StepHandle<'_>,
    ) -> Result<TokenResponse> {
        const WHY: &str = "Asks whether the person has signed in. There is no callback: the server cannot reach this program (RFC 8628 section 3.4).";
        let mut pause = Pause::new(self.interval);
        let kept = http.transcript.count();
        loop {
            tokio::time::sleep(pause.length).await;
            http.transcript.keep(kept);
            let answer = ask_for_tokens(http, config, provider, WHY, self.form(config)).await;
            let early = match &answer {
                Ok(answer) if !answer.status.is_server_error() => {
                    pause.after(ErrorResponse::of(answer).map(|refusal| refusal.error))
                }
                // Section 3.5: an answer that does not come is one reason more
                // to ask less often.
                _ => pause.after_no_answer(),
            };
            match early {
                Some(Some(news)) => step.text(&news),
                Some(None) => {}
                None => {
                    step.text(&pause.count());
                    return TokenResponse::read(&answer?, config);
                }
            }
        }
    }

    fn form(&self, config: &ClientConfig) -> Vec<Field> {
        let why = "this program's half of the pair; works once the person has agreed";
        let mut form = vec![
            field("grant_type", GRANT_TYPE, "what is exchanged for the tokens"),
            field("device_code", &self.device_code, why)
                // Each request shows it before it is spent: it is never shown.
                .with(Secrecy::Credential)
                .without(
                    "whoever read the short code over the person's shoulder would get the tokens.",
                    &[],
                ),
            field("client_id", &config.client_id, "which app asks"),
        ];
        form.extend(config.access_parameters.iter().cloned());
        form
    }
}

/// The pause before the next request, and what was told about it.
struct Pause {
    length: Duration,
    asked: usize,
    unanswered: usize,
    told: bool,
}

/// How often in a row there may be no answer.
const UNANSWERED: usize = 5;

impl Pause {
    fn new(length: Duration) -> Pause {
        Pause {
            length,
            asked: 0,
            unanswered: 0,
            told: false,
        }
    }

    /// After an answer: `None` if it was the last one, else what is new, if
    /// anything is.
    fn after(&mut self, error: Option<ErrorCode>) -> Option<Option<String>> {
        self.asked += 1;
        self.unanswered = 0;
        match error {
            Some(ErrorCode::AuthorizationPending) if self.told => Some(None),
            Some(ErrorCode::AuthorizationPending) => {
                self.told = true;
                let seconds = self.length.as_secs();
                Some(Some(format!(
                    "authorization_pending: the person has not signed in yet. Asked again every {seconds} s."
                )))
            }
            Some(ErrorCode::SlowDown) => {
                self.length = self.length.saturating_add(Duration::from_secs(SLOW_DOWN));
                let seconds = self.length.as_secs();
                Some(Some(format!(
                    "slow_down: the server wants {SLOW_DOWN} s more between two requests. Asked again every {seconds} s."
                )))
            }
            _ => None,
        }
    }

    /// How often was asked, in words.
    fn count(&self) -> String {
        match self.asked {
            1 => "Asked once.".to_owned(),
            asked => format!("Asked {asked} times."),
        }
    }

    /// After no answer: twice as long, a few times.
    fn after_no_answer(&mut self) -> Option<Option<String>> {
        self.asked += 1;
        self.unanswered += 1;
        self.length = self.length.saturating_mul(2);
        let seconds = self.length.as_secs();
        (self.unanswered < UNANSWERED).then(|| {
            Some(format!(
                "No answer, or a server error. Asked again after {seconds} s."
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn slow_down_adds_five_seconds_each_time_and_no_answer_doubles() {
        let mut pause = Pause::new(Duration::from_secs(5));
        let mut after = |error| {
            let news = pause.after(Some(error));
            (news.is_some(), pause.length.as_secs())
        };
        assert_eq!(after(ErrorCode::AuthorizationPending), (true, 5));
        assert_eq!(after(ErrorCode::SlowDown), (true, 10));
        assert_eq!(after(ErrorCode::SlowDown), (true, 15));
        assert_eq!(after(ErrorCode::AuthorizationPending), (true, 15));
        for error in [ErrorCode::AccessDenied, ErrorCode::ExpiredToken] {
            assert_eq!(after(error), (false, 15), "the end");
        }
        for seconds in [30, 60, 120, 240] {
            assert!(pause.after_no_answer().is_some());
            assert_eq!(pause.length.as_secs(), seconds);
        }
        assert_eq!(pause.after_no_answer(), None, "nobody is there");
    }

    #[test]
    fn that_the_person_has_not_signed_in_yet_is_told_once() {
        let mut pause = Pause::new(Duration::from_secs(5));
        let mut pending = || pause.after(Some(ErrorCode::AuthorizationPending));
        assert!(pending().is_some_and(|news| news.is_some()));
        assert_eq!(pending(), Some(None));
        assert_eq!(pending(), Some(None));
    }

    fn of(answer: Value) -> Result<DeviceAuthorization> {
        DeviceAuthorization::of(serde_json::from_value(answer).unwrap())
    }

    #[test]
    fn the_answer_is_taken_as_servers_send_it() {
        let least = json!({
            "device_code": "d", "user_code": "u",
            "verification_uri": "https://a.example/device", "expires_in": "900",
        });
        let read = of(least.clone()).unwrap();
        assert_eq!(read.interval.as_secs(), 5, "the RFC's own");
        assert_eq!(read.expires_in.as_secs(), 900);
        let mut googles = least.clone();
        googles["verification_url"] = googles["verification_uri"].take();
        googles.as_object_mut().unwrap().remove("verification_uri");
        assert!(of(googles).is_ok());
        for (name, value) in [
            ("verification_uri", json!("http://a.example/device")),
            ("verification_uri", json!("javascript:alert(1)")),
            ("verification_uri_complete", json!("file:///etc/passwd")),
            ("expires_in", json!(0)),
            ("expires_in", json!("soon")),
        ] {
            let mut bad = least.clone();
            bad[name] = value.clone();
            assert!(of(bad).is_err(), "{name} {value}");
        }
    }
}
