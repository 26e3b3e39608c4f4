//! The archive for machines without Rust: programs, the function's zips and
//! scripts in one folder, which `scripts/dist` packs.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::path::PathBuf;

/// A file that lies beside the programs in an unpacked archive, and nowhere else.
const MARK: &str = "iam-policy.json";

/// The commands as the texts of the programs name them, for the repository, and
/// how the same is done in an unpacked archive. One that contains another comes
/// before it.
const COMMANDS: [(&str, &str); 15] = [
    (
        "'make request' signs you in",
        "'./show-user' says as whom, './tokens' signs you in",
    ),
    (
        "REPORT=login.html make request",
        "./tokens --report login.html",
    ),
    ("SCOPES=\"openid\" make request", "./tokens --scopes openid"),
    ("make request", "./tokens"),
    ("make api", "./create"),
    ("make lab", "./tokens lab"),
    ("make delete", "./delete"),
    ("make demo", "./demo"),
    ("make cloud", "./cloud start"),
    ("; 'make clean' removes what was built here", ""),
    (
        "run 'make' to build the function, or",
        "unpack the archive again: its zip lies beside 'create'; or",
    ),
    (
        "is LAMBDA_ZIP the zip that 'make' builds?",
        "is LAMBDA_ZIP the zip of this archive?",
    ),
    ("run 'make'", "run './configure'"),
    ("cargo run --bin delete --", "./delete"),
    ("cargo run --bin tokens --", "./tokens"),
];

/// The folder of this program, if it was unpacked from an archive.
fn folder() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?.canonicalize().ok()?;
    let folder = program.parent()?;
    folder.join(MARK).is_file().then(|| folder.to_path_buf())
}

/// The archive's zip of the function, for this machine's architecture, in AWS's
/// word for it: on the local cloud, the function runs on this machine.
pub(crate) fn function_zip() -> Option<PathBuf> {
    let architecture = match std::env::consts::ARCH {
        "aarch64" => "arm64",
        other => other,
    };
    Some(folder()?.join(format!("bootstrap-{architecture}.zip")))
}

/// A text that names commands, with the commands that can be run here.
pub fn as_run_here(text: &str) -> Cow<'_, str> {
    match folder() {
        Some(folder) if std::env::current_dir().is_ok_and(|here| here == folder) => {
            as_run_from("./", text)
        }
        Some(folder) => as_run_from(&format!("{}/", folder.display()), text),
        None => Cow::Borrowed(text),
    }
}

/// The text with the commands of an archive, which is at `place`.
fn as_run_from<'a>(place: &str, text: &'a str) -> Cow<'a, str> {
    let mut text = Cow::Borrowed(text);
    for (in_repository, in_archive) in COMMANDS {
        if text.contains(in_repository) {
            let command = in_archive.replace("./", place);
            text = Cow::Owned(text.replace(in_repository, &command));
        }
    }
    text
}
