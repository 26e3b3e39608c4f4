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
    let event = event.payload;
    let answer = answer(&event);
    println!("{}", without_token(event));
    Ok(answer)
}

/// Answers by the route that the request took, so that one function can stand behind
/// several.
fn answer(event: &Value) -> Value {
    // An event without a route is a test from Lambda's console.
    match event["routeKey"].as_str().unwrap_or("GET /hello") {
        "GET /hello" => response(200, "hello world"),
        "POST /hello" => response(200, &format!("hello {}", caller(event))),
        _ => response(404, "no such route in the function"),
    }
}

/// Who calls: the user's name in the claims of the access token. Nobody could have
/// written them into the request: they are what the gateway has verified.
fn caller(event: &Value) -> &str {
    let claims = &event["requestContext"]["authorizer"]["jwt"]["claims"];
    claims["username"].as_str().unwrap_or("nobody")
}

fn response(status: u16, body: &str) -> Value {
    json!({
        "statusCode": status,
        "headers": { "content-type": "application/json" },
        "body": body,
    })
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

    async fn answer_to(event: Value) -> Value {
        let event = LambdaEvent::new(event, lambda_runtime::Context::default());
        handle(event).await.unwrap()
    }

    #[tokio::test]
    async fn the_answer_is_hello_world() {
        for event in [json!({}), json!({ "routeKey": "GET /hello" })] {
            let answer = answer_to(event).await;
            assert_eq!(answer["statusCode"], 200);
            assert_eq!(answer["headers"]["content-type"], "application/json");
            assert_eq!(answer["body"], "hello world");
        }
    }

    #[tokio::test]
    async fn another_route_answers_with_the_name_in_the_token() {
        let claims = json!({ "username": "Testuser" });
        let answer = answer_to(json!({
            "routeKey": "POST /hello",
            "requestContext": { "authorizer": { "jwt": { "claims": claims } } },
            "headers": { "username": "mallory" },
        }))
        .await;
        assert_eq!(answer["statusCode"], 200);
        assert_eq!(answer["body"], "hello Testuser");
    }

    #[tokio::test]
    async fn a_route_that_the_function_does_not_know() {
        let answer = answer_to(json!({ "routeKey": "GET /other" })).await;
        assert_eq!(answer["statusCode"], 404);
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
