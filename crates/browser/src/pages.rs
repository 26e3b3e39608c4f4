//! What a page must be for everybody: readable on a laptop and on a phone, and
//! accessible.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::{Browser, command_line};

/// The programs without which a test with a browser cannot run.
pub const NEEDED: [&str; 2] = ["chromium", "chromedriver"];

/// Whether nothing is wider than the window.
const FITS: &str = "return document.documentElement.scrollWidth <= window.innerWidth";

/// A Chromium that a test drives by itself. Dropping it stops it.
pub struct Chromium {
    /// What drives it.
    pub browser: Browser,
    _process: Running,
}

/// A process that is stopped when this is dropped.
struct Running(Child);

impl Chromium {
    /// Starts one with a new profile, `name`, in `dir`.
    pub async fn start(dir: &Path, name: &str) -> Chromium {
        let profile = dir.join(name);
        let line = command_line(&profile);
        let mut words = line.split_whitespace();
        let process = Command::new(words.next().expect("a program"))
            .args(words)
            .arg("about:blank")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("Chromium starts");
        let browser = Browser::attach(&profile).await;
        Chromium {
            browser,
            _process: Running(process),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The source of axe-core, which make installs.
pub fn axe() -> String {
    let lib = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.venv/lib");
    let mut pythons = std::fs::read_dir(lib).expect("run 'make test'");
    let found = pythons.find_map(|python| {
        let package = "site-packages/axe_playwright_python/axe.min.js";
        std::fs::read_to_string(python.ok()?.path().join(package)).ok()
    });
    found.expect("axe-core is missing: run 'make test'")
}

/// axe-core's findings on the current page: rule and element.
async fn findings(browser: &Browser, axe: &str) -> Value {
    browser.script(axe).await;
    browser
        .script("return axe.run().then(found => found.violations.map(rule => rule.id + ': ' + rule.nodes.map(node => node.target).join(', ')))")
        .await
}

/// The words that are broken although they fit in a line, and not after a hyphen
/// or a slash.
const BROKEN_WORDS: &str = r"
    for (const step of document.querySelectorAll('details')) step.open = true;
    const parts = (node, from, text) => {
        const range = document.createRange();
        range.setStart(node, from);
        range.setEnd(node, from + text.length);
        return [...range.getClientRects()].filter(part => part.width > 0);
    };
    const lines = parts => new Set(parts.map(part => Math.round(part.top))).size;
    const broken = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const node = walker.currentNode;
        for (const word of node.data.matchAll(/\S+/g)) {
            const whole = parts(node, word.index, word[0]);
            if (lines(whole) < 2) continue;
            let box = node.parentElement;
            while (getComputedStyle(box).display.startsWith('inline')) box = box.parentElement;
            const style = getComputedStyle(box);
            const room = box.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
            if (whole.reduce((sum, part) => sum + part.width, 0) > room) continue;
            for (const piece of word[0].matchAll(/[^\-\/]+[\-\/]*/g)) {
                if (lines(parts(node, word.index + piece.index, piece[0])) > 1) broken.push(word[0]);
            }
        }
    }
    return broken;";

/// Asserts that the current page reads well: on a laptop and on a phone no word
/// is broken and nothing scrolls sideways, and axe-core finds nothing, in
/// either scheme and in print.
pub async fn reads_well(browser: &Browser, axe: &str, name: &str) {
    for width in [1280, 390] {
        for scheme in ["light", "dark"] {
            browser.look(width, 900, scheme).await;
            let broken = browser.script(BROKEN_WORDS).await;
            assert_eq!(broken, json!([]), "{name}: broken words, {width} pixels");
            let fits = browser.script(FITS).await;
            assert_eq!(fits, true, "{name}: scrolls sideways, {width} pixels");
            let found = findings(browser, axe).await;
            assert_eq!(found, json!([]), "{name}: {width} pixels, {scheme}");
        }
    }
    let print = json!({ "media": "print" });
    browser.chromium("Emulation.setEmulatedMedia", print).await;
    assert_eq!(findings(browser, axe).await, json!([]), "{name}: print");
    let screen = json!({ "media": "" });
    browser.chromium("Emulation.setEmulatedMedia", screen).await;
}
