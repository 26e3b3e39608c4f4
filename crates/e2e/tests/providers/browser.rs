//! What `BROWSER` starts: this test program itself, as a person with a browser
//! who signs in and agrees to everything.

use reqwest::{Client, Response, Url};

/// The forms that a person fills in at most.
const MAX_FORMS: usize = 6;

/// The command line for `BROWSER`.
pub(crate) fn command_line() -> String {
    let program = std::env::current_exe().expect("this test's path");
    format!(
        "{} --ignored --exact browser::person --nocapture",
        program.display()
    )
}

#[test]
#[ignore = "no test: the browser that other tests start"]
fn person() {
    let address = std::env::args()
        .next_back()
        .filter(|word| word.starts_with("http"))
        .expect("an address");
    e2e::block_on(sign_in(&address));
}

/// Opens the address, and fills in forms until there is none.
async fn sign_in(address: &str) {
    let client = Client::builder().cookie_store(true).no_proxy().build();
    let client = client.expect("a client");
    let mut answer = client.get(address).send().await.expect("a page");
    for _ in 0..MAX_FORMS {
        let Some(next) = submitted(&client, answer).await else {
            return;
        };
        answer = next;
    }
}

/// The answer to the page's form; `None` if it has none.
async fn submitted(client: &Client, page: Response) -> Option<Response> {
    let address = page.url().clone();
    let html = page.text().await.expect("a page");
    let form = html.split("<form").nth(1)?.split("</form>").next()?;
    let mut fields = Vec::new();
    for input in form.split("<input").skip(1) {
        let input = input.split('>').next().unwrap_or_default();
        let Some(name) = attribute(input, "name") else {
            continue;
        };
        let value = match (name, attribute(input, "value")) {
            ("login" | "username", _) => "ada",
            ("password", _) => "lovelace",
            (_, value) => value.unwrap_or_default(),
        };
        fields.push((name, value));
    }
    // Of several buttons, the last one agrees.
    let button = form.split("<button").skip(1).last();
    let button = button.and_then(|tag| tag.split('>').next());
    if let Some(name) = button.and_then(|tag| attribute(tag, "name")) {
        let value = button.and_then(|tag| attribute(tag, "value"));
        fields.push((name, value.unwrap_or_default()));
    }
    let action = attribute(form, "action").unwrap_or_default();
    let action: Url = address
        .join(&action.replace("&amp;", "&"))
        .expect("an address");
    let sent = client.post(action).form(&fields).send().await;
    Some(sent.expect("an answer"))
}

/// The value of an attribute in the text of a tag.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!("{name}=\""))?;
    rest.split('"').next()
}
