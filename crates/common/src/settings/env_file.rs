//! Reading `.env`: lines of NAME=value, quoted as in a shell, where nothing is
//! substituted. `scripts/show-user` reads the same way; a test compares both.

use std::collections::BTreeMap;
use std::path::Path;

use crate::failure::{Failure, Result};
use crate::file;

#[cfg(test)]
mod tests;

/// The longest file that is read, in bytes.
const MAX_LENGTH: u64 = 1024 * 1024;

/// Loads the variables that are not set yet, or empty, into the environment. A
/// missing `.env` is not an error, unless it was `asked` for: the environment
/// may already have all settings.
///
/// # Errors
/// Exit code 2 if the file cannot be read, or a line is not understood. The
/// message never has a value in it.
pub(super) fn load(asked: Option<&Path>) -> Result<()> {
    let path = asked.unwrap_or(Path::new(".env"));
    // The usual way to say 'no file'; it is not a regular file.
    if path == Path::new("/dev/null") {
        return Ok(());
    }
    let bytes = match file::read(path, MAX_LENGTH) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && asked.is_none() => {
            return Ok(());
        }
        Err(error) => {
            return Err(Failure::usage(format!(
                "Cannot read {}: {error}",
                path.display()
            )));
        }
    };
    let mut variables = parse(&bytes).map_err(|bad| {
        Failure::usage(format!(
            "{}, line {}: {}",
            path.display(),
            bad.line,
            bad.why
        ))
        .with_hint(bad.hint)
    })?;
    variables.retain(|name, _| std::env::var_os(name).is_none_or(|value| value.is_empty()));
    set(&variables)
}

/// Puts the variables into the environment, where the AWS SDK and what it
/// starts (a `credential_process`) find them. dotenvy does it, as
/// `std::env::set_var` is unsafe; quoted like this, it takes all literally.
fn set(variables: &BTreeMap<String, String>) -> Result<()> {
    let mut text = String::new();
    for (name, value) in variables {
        let escaped = value
            .replace('\\', r"\\")
            .replace('"', r#"\""#)
            .replace('$', r"\$");
        text.push_str(&format!("{name}=\"{escaped}\"\n"));
    }
    // The error would repeat a value.
    dotenvy::from_read_override(text.as_bytes())
        .map_err(|_| Failure::usage("The settings cannot be put into the environment"))
}

/// A line that is not understood.
#[derive(Debug, PartialEq)]
struct BadLine {
    /// Counted from 1.
    line: usize,
    why: String,
    hint: String,
}

/// The variables in a `.env` file. Of several lines for one name the last
/// counts, as in a shell.
fn parse(bytes: &[u8]) -> Result<BTreeMap<String, String>, BadLine> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut variables = BTreeMap::new();
    for (index, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let bad = |(why, hint)| BadLine {
            line: index + 1,
            why,
            hint,
        };
        variables.extend(parse_line(line).map_err(bad)?);
    }
    Ok(variables)
}

/// What is wrong with a line, and a hint.
type Wrong = (String, String);

/// Name and value, unless the line is empty or a comment.
fn parse_line(line: &[u8]) -> Result<Option<(String, String)>, Wrong> {
    let plain_text = || "write the file anew with a text editor, as UTF-8".to_owned();
    let whole = std::str::from_utf8(line).map_err(|_| ("not UTF-8 text".into(), plain_text()))?;
    if whole.contains(|c: char| c.is_ascii_control() && c != '\t') {
        return Err(("it has a control character".into(), plain_text()));
    }
    let line = whole.trim_matches(BLANK);
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let assignment = match line.strip_prefix("export") {
        Some(rest) if rest.starts_with(BLANK) => rest.trim_start_matches(BLANK),
        _ => line,
    };
    let (name, text) = assignment
        .split_once('=')
        .map(|(name, text)| (name.trim_end_matches(BLANK), text))
        .filter(|(name, _)| is_name(name))
        .ok_or_else(|| {
            let hint = "a line is NAME=value, a comment that begins with '#', or empty";
            ("it is not NAME=value".to_owned(), hint.to_owned())
        })?;
    let value = value(text).map_err(|(what, quoted)| {
        let hint = if quoted {
            "in double quotes '\\' goes before '\"', '\\' and '$' only, and a value ends on its line; in single quotes everything but \"'\" stands for itself".to_owned()
        } else {
            format!("put the whole value into single quotes: {name}='two words'")
        };
        (format!("the value of {name} {what}"), hint)
    })?;
    Ok(Some((name.to_owned(), value)))
}

const BLANK: [char; 2] = [' ', '\t'];

fn is_name(name: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    name.chars().all(word) && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}

/// The value in what follows the `=`. An error says what is wrong, and whether
/// the value is quoted.
fn value(text: &str) -> Result<String, (&'static str, bool)> {
    let begun = text.trim_start_matches(BLANK);
    let (value, rest) = if let Some(quoted) = begun.strip_prefix('\'') {
        let (value, rest) = quoted
            .split_once('\'')
            .ok_or(("has no closing \"'\"", true))?;
        (value.to_owned(), rest)
    } else if let Some(quoted) = begun.strip_prefix('"') {
        double_quoted(quoted).map_err(|what| (what, true))?
    } else {
        // A '#' within a word does not begin a comment, as in a shell.
        let end = text.match_indices(BLANK).map(|(at, _)| at);
        let comment = end.chain([text.len()]).find(|&at| {
            let rest = text[at..].trim_start_matches(BLANK);
            rest.is_empty() || rest.starts_with('#')
        });
        let value = text[..comment.unwrap_or(text.len())].trim_matches(BLANK);
        return unquoted(value).map_err(|what| (what, false));
    };
    let after = rest.trim_start_matches(BLANK);
    if after.is_empty() || (after.starts_with('#') && after != rest) {
        return Ok(value);
    }
    Err(("goes on after its closing quote", true))
}

/// The value up to the closing quote, and what follows it.
fn double_quoted(quoted: &str) -> Result<(String, &str), &'static str> {
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Ok((value, &quoted[at + 1..])),
            '\\' => match characters.next() {
                Some((_, escaped @ ('"' | '\\' | '$'))) => value.push(escaped),
                _ => return Err("has a '\\' before a character that needs none"),
            },
            other => value.push(other),
        }
    }
    Err("has no closing '\"'")
}

/// Refuses what shells and other readers of such files take in different ways.
fn unquoted(value: &str) -> Result<String, &'static str> {
    if value.contains(BLANK) {
        return Err("has a space outside quotes");
    }
    if value.contains(['\'', '"']) {
        return Err("has a quote in the middle");
    }
    if value.contains('\\') {
        return Err("has a '\\' outside quotes");
    }
    Ok(value.to_owned())
}
