//! The function behind the API: says hello to authorized requests.

#![allow(clippy::print_stdout)] // stdout is the function's log

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(handle)).await
}

/// Handles an event of an HTTP API (payload format 2.0). By then the gateway
/// has checked the token's signature, issuer, expiry, audience and scope; the
/// event carries its claims.
async fn handle(event: LambdaEvent<Value>) -> Result<Value, Error> {
    println!("{}", without_token(event.payload));
    Ok(json!({
        "statusCode": 200,
        "headers": { "content-type": "application/json" },
        "body": "hello world",
    }))
}

/// Hides the bearer token: anyone who reads it in a log could use it (RFC 6750,
/// section 5.3). Header names are lower case in this format; other cases are
/// hidden too.
fn without_token(mut event: Value) -> Value {
    if let Some(headers) = event.get_mut("headers").and_then(Value::as_object_mut) {
        for (name, value) in headers {
            if name.eq_ignore_ascii_case("authorization") {
                *value = Value::from("(hidden)");
            }
        }
    }
    event
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_answer_is_hello_world() {
        let event = LambdaEvent::new(json!({}), lambda_runtime::Context::default());
        let answer = handle(event).await.unwrap();
        assert_eq!(answer["statusCode"], 200);
        assert_eq!(answer["headers"]["content-type"], "application/json");
        assert_eq!(answer["body"], "hello world");
    }

    #[test]
    fn the_log_has_the_event_but_no_token() {
        let event = json!({
            "headers": { "authorization": "Bearer secret", "Authorization": "Bearer secret", "host": "api" },
            "requestContext": { "authorizer": { "jwt": { "claims": { "sub": "ada" } } } },
        });
        let logged = without_token(event).to_string();
        assert!(!logged.contains("secret"), "{logged}");
        assert!(
            logged.contains(r#""host":"api""#) && logged.contains("ada"),
            "{logged}"
        );
    }
}
