//! Hides codes that were not exchanged: with their verifiers they still work.

use crate::transcript::step::Step;

/// The parameters that are credentials until the code is exchanged.
const UNTIL_EXCHANGED: [&str; 2] = ["code", "code_verifier"];

const HIDDEN: &str = "(hidden: not spent)";

/// The steps of a login that got no tokens, with code and verifier hidden.
pub(super) fn without_unspent(steps: &[Step]) -> Vec<Step> {
    let mut steps = steps.to_vec();
    let mut values: Vec<String> = Vec::new();
    for field in steps.iter_mut().flat_map(|step| &mut step.fields) {
        if UNTIL_EXCHANGED.contains(&&*field.name) {
            field.hidden = true;
            values.push(field.value.clone());
        }
    }
    // The PKCE step has the verifier in its text.
    let told = steps.iter().flat_map(|step| &step.text);
    let told = told.filter_map(|line| line.strip_prefix("code_verifier  = "));
    values.extend(told.map(str::to_owned));
    for step in &mut steps {
        let texts = step.text.iter_mut().chain(&mut step.commands);
        for text in texts.chain([&mut step.heading]) {
            for value in values.iter().filter(|value| !value.is_empty()) {
                *text = text.replace(value, HIDDEN);
            }
        }
    }
    steps
}
