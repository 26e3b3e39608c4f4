//! The routes of the API, as `create` has recorded them, and which one is called.

use common::{Failure, Result, State};

/// A route, which an access token opens.
#[derive(Clone, Debug)]
pub(crate) struct ApiRoute {
    /// The HTTP method, for example `GET`.
    pub method: String,
    pub url: String,
    /// The route opens to a token with one of these; if there is none, to any token of
    /// this client.
    pub scopes: Vec<String>,
    /// Whether `create` made it.
    pub of_stack: bool,
}

impl ApiRoute {
    /// The first route of the table, whose address is `api_url`.
    pub(crate) fn first(state: &State, api_url: &str) -> ApiRoute {
        let key = state.first_route();
        let recorded = key.and_then(|key| state.routes().remove(&key));
        let method = state.api_route_method.as_deref();
        ApiRoute {
            method: method.unwrap_or("GET").to_owned(),
            url: api_url.to_owned(),
            scopes: recorded.map_or_else(|| state.custom_scopes(), |route| route.scopes),
            of_stack: true,
        }
    }

    /// The route of `--route`, for example `POST /hello`.
    ///
    /// # Errors
    /// Exit code 2 if there is none of that key: the hint lists those that there are.
    pub(crate) fn of_key(state: &State, api_url: &str, wanted: &str) -> Result<ApiRoute> {
        let routes = state.routes();
        let (method, path) = wanted.trim().split_once(' ').unwrap_or_default();
        let (method, path) = (method.to_uppercase(), path.trim());
        let route = routes.get(&format!("{method} {path}"));
        // Anything else in its place could change the host that gets the token.
        let Some(route) = route.filter(|_| path.starts_with('/')) else {
            let known: Vec<String> = routes.keys().map(|key| format!("'{key}'")).collect();
            return Err(
                Failure::usage(format!("The API has no route '{wanted}'")).with_hint(format!(
                    "state.json has {}; 'make api' makes those of the table",
                    known.join(", ")
                )),
            );
        };
        let first = state.api_route_path.as_deref().unwrap_or_default();
        let stage = api_url.strip_suffix(first).unwrap_or(api_url);
        Ok(ApiRoute {
            // AWS's `ANY` is each method.
            method: method.replace("ANY", "GET"),
            url: format!("{stage}{path}"),
            scopes: route.scopes.clone(),
            of_stack: true,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://abc.execute-api.us-east-1.amazonaws.com/dev/hello";

    fn state(json: &str) -> State {
        serde_json::from_str(json).expect("a state.json")
    }

    fn two_routes() -> State {
        state(
            r#"{ "api_route_method": "GET", "api_route_path": "/hello", "api_routes": {
                "ANY /items/{id}": { "id": "c", "scopes": [] },
                "GET .evil.example": { "id": "d", "scopes": [] },
                "GET /hello": { "id": "a", "scopes": ["HelloAPI/hello.read"] },
                "POST /hello": { "id": "b", "scopes": ["HelloAPI/hello.write"] } } }"#,
        )
    }

    #[test]
    fn each_route_has_its_method_address_and_scopes() {
        let state = two_routes();
        let first = ApiRoute::first(&state, URL);
        assert_eq!((first.method.as_str(), first.url.as_str()), ("GET", URL));
        assert_eq!(first.scopes, ["HelloAPI/hello.read"]);
        for written in ["POST /hello", " post  /hello "] {
            let route = ApiRoute::of_key(&state, URL, written).unwrap();
            assert_eq!((route.method.as_str(), route.url.as_str()), ("POST", URL));
            assert_eq!(route.scopes, ["HelloAPI/hello.write"]);
        }
        let any = ApiRoute::of_key(&state, URL, "ANY /items/{id}").unwrap();
        assert_eq!(any.method, "GET");
        assert!(any.url.ends_with("/dev/items/{id}"), "{}", any.url);
        assert!(any.scopes.is_empty());
    }

    #[test]
    fn the_file_of_an_earlier_version_has_one_route() {
        let state = state(
            r#"{ "api_name": "HelloAPI", "api_scopes": [["hello.read", ""], ["hello.write", ""]],
                 "api_route_method": "GET", "api_route_path": "/hello", "api_route_id": "a" }"#,
        );
        let scopes = ["HelloAPI/hello.read", "HelloAPI/hello.write"];
        assert_eq!(ApiRoute::first(&state, URL).scopes, scopes);
        let same = ApiRoute::of_key(&state, URL, "GET /hello").unwrap();
        assert_eq!(
            (same.url.as_str(), &same.scopes[..]),
            (URL, &scopes.map(str::to_owned)[..])
        );
    }

    #[test]
    fn an_unknown_route_is_refused_and_the_known_ones_are_listed() {
        for unknown in ["PUT /hello", "/hello", "GET", "", "GET .evil.example"] {
            let error = ApiRoute::of_key(&two_routes(), URL, unknown).unwrap_err();
            assert_eq!(error.exit(), common::Exit::Usage, "{unknown}");
            let hint = error.hint().unwrap_or_default();
            assert!(hint.contains("'GET /hello', 'POST /hello'"), "{hint}");
        }
    }
}
