//! Where `tokens verify` gets its token from: a file or standard input.

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};

use common::{Console, Failure, Result};
use tokio::sync::oneshot;

use crate::jwt::decode::Jwt;

/// The largest token that is read, in bytes.
const MAX_BYTES: u64 = 1024 * 1024;

const HINT: &str = "name a file with the token in it, or pipe the token to this program";

/// The text of the file, or of standard input.
///
/// # Errors
/// Exit code 2 if it cannot be read, or the token itself was given as an argument.
pub(crate) async fn read(file: Option<&Path>, console: &Console) -> Result<String> {
    let named = file.filter(|file| *file != Path::new("-"));
    if named.is_some_and(is_token) {
        // It is not shown again.
        let message = "The token itself was given as an argument, where the shell's history and other users see it";
        return Err(Failure::usage(message)
            .with_hint("put it into a file, or paste it: 'tokens verify' reads standard input"));
    }
    if named.is_none() && io::stdin().is_terminal() {
        console.message("Paste the token, and press Enter:");
    }
    read_in_thread(named.map(Path::to_owned))
        .await
        .map_err(|error| {
            let from = match named {
                Some(file) => file.display().to_string(),
                None => "standard input".to_owned(),
            };
            Failure::usage(format!("Cannot read a token from {from}: {error}")).with_hint(HINT)
        })
}

/// Reads in a thread of its own: a terminal or a pipe may never answer, and must
/// not keep Ctrl-C from ending the program.
async fn read_in_thread(file: Option<PathBuf>) -> io::Result<String> {
    let (sender, text) = oneshot::channel();
    std::thread::spawn(move || sender.send(read_all(file)));
    text.await
        .unwrap_or_else(|_| Err(io::Error::other("the reading was broken off")))
}

/// The whole file, or of a terminal one line.
fn read_all(file: Option<PathBuf>) -> io::Result<String> {
    let mut text = String::new();
    let stdin = io::stdin();
    match file {
        Some(file) => File::open(file)?.take(MAX_BYTES).read_to_string(&mut text),
        None if stdin.is_terminal() => stdin.read_line(&mut text),
        None => stdin.lock().take(MAX_BYTES).read_to_string(&mut text),
    }?;
    Ok(text)
}

fn is_token(file: &Path) -> bool {
    let text = file.to_string_lossy();
    text.starts_with("eyJ") && text.matches('.').count() >= 2
}

/// The token in the text, perhaps as the header field that carries it.
///
/// # Errors
/// If it is not a JWT that can be read.
pub(crate) fn decode(text: &str) -> Result<Jwt> {
    let field = text.trim();
    let value = field.strip_prefix("Authorization:").unwrap_or(field).trim();
    let token = value.strip_prefix("Bearer ").unwrap_or(value).trim();
    if let Some(jwt) = Jwt::decode_unverified(token) {
        return Ok(jwt);
    }
    if token.is_empty() {
        let message = "There is no token to verify: the input is empty";
        return Err(Failure::usage(message).with_hint(HINT));
    }
    if token.split('.').count() == 5 {
        return Err(Failure::failed("This token is encrypted (RFC 7516)")
            .with_hint("only the one for whom it is encrypted can read and verify it"));
    }
    Err(
        Failure::failed("This is not a JSON Web Token (RFC 7519 section 7.2)")
            .with_hint("an opaque token can only be verified by asking its server (RFC 7662)"),
    )
}
