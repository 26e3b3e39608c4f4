//! The pages of what needs no callback, and of a bound token: they read as well as
//! those of a login at the stack.

use ::browser::pages::{Chromium, NEEDED, axe, reads_well};
use e2e::{RunResult, has};

use crate::flows::{device, machine, with_secret};
use crate::provider::Provider;

#[test]
fn the_pages_of_every_grant_read_well() {
    if !has("the pages of every grant", &NEEDED) {
        return;
    }
    let provider = Provider::oidc_provider("/realm");
    let bound = ["--dpop", "--scopes", "openid email", "--userinfo"];
    let report = |name| ["--report", name];
    let on_device = device(&provider, &[&bound[..], &report("device.html")].concat());
    RunResult::of(on_device).code(0);
    with_secret(machine(&provider, "machine", &report("machine.html"))).code(0);
    let login = provider.login("es256", &[]);
    let id_token = login["tokens"]["id_token"].as_str().expect("an id token");
    provider.verify(id_token, &report("verify.html")).code(0);
    let axe = axe();
    e2e::block_on(async {
        let chromium = Chromium::start(provider.dir(), "reader").await;
        for (name, title) in [
            ("device.html", "Signed in"),
            ("machine.html", "Access token received"),
            ("verify.html", "Token accepted"),
        ] {
            let path = provider.dir().join(name);
            chromium
                .browser
                .go(&format!("file://{}", path.display()))
                .await;
            chromium.browser.wait_for("h1", title).await;
            reads_well(&chromium.browser, &axe, name).await;
        }
    });
}
