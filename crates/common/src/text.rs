//! Making text from elsewhere safe to print on a terminal.

use std::borrow::Cow;
use std::fmt::Write;

/// The maximum length; the rest is cut off.
const MAX_CHARS: usize = 500;

/// The text on one line, cut off if very long. Characters that could steer the
/// terminal are replaced with spaces.
pub fn printable(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| if steers(c) { ' ' } else { c })
        .collect();
    match text.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

/// The text with every character that could steer the terminal as JSON writes
/// it, `\u001b` for example, so that JSON stays what it is. Line breaks and
/// tabs remain.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(escaped) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if escaped(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(shown, "\\u{unit:04x}");
            }
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// Like [`visible`], for text that must stay on one line.
pub fn visible_line(text: &str) -> String {
    visible(text)
        .replace('\n', "\\u000a")
        .replace('\t', "\\u0009")
}

fn escaped(c: char) -> bool {
    steers(c) && c != '\n' && c != '\t'
}

/// Whether a terminal acts on the character or shows nothing of it: controls
/// (C0, C1), and the format characters of Unicode (Cf), which change the
/// direction of what follows or have no width.
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What manipulates a terminal or a reader, and what is shown instead.
    #[rustfmt::skip] // one line each
    const STEERING: [(&str, &str, &str); 16] = [
        ("clear the screen", "\u{1b}[2J", "\\u001b[2J"),
        ("window title (OSC 0)", "\u{1b}]0;x\u{7}", "\\u001b]0;x\\u0007"),
        ("hyperlink (OSC 8)", "\u{1b}]8;;http://a\u{1b}\\", "\\u001b]8;;http://a\\u001b\\"),
        ("clipboard (OSC 52)", "\u{1b}]52;c;eA==\u{7}", "\\u001b]52;c;eA==\\u0007"),
        ("control sequence (C1)", "\u{9b}2J", "\\u009b2J"),
        ("operating system command (C1)", "\u{9d}0;x\u{9c}", "\\u009d0;x\\u009c"),
        ("back to the line's start", "a\rb", "a\\u000db"),
        ("backspace", "a\u{8}b", "a\\u0008b"),
        ("nul", "\0", "\\u0000"),
        ("delete", "\u{7f}", "\\u007f"),
        ("right-to-left override", "\u{202e}gpj", "\\u202egpj"),
        ("bidi isolate", "\u{2066}a\u{2069}", "\\u2066a\\u2069"),
        ("right-to-left mark", "\u{200f}", "\\u200f"),
        ("zero-width space", "a\u{200b}b", "a\\u200bb"),
        ("byte order mark", "\u{feff}a", "\\ufeffa"),
        ("tag characters", "\u{e0041}", "\\udb40\\udc41"),
    ];

    #[test]
    fn what_steers_a_terminal_is_shown_as_json_writes_it() {
        for (what, text, shown) in STEERING {
            assert_eq!(visible(text), shown, "{what}");
            assert!(!printable(text).contains(steers), "{what}");
            // What a program reads from `--json` is still what was sent.
            let json = serde_json::to_string(text).unwrap();
            let read: String = serde_json::from_str(&visible(&json)).unwrap();
            assert_eq!(read, text, "{what}");
        }
    }

    #[test]
    fn what_people_write_stays_as_it_is() {
        for text in [
            "plain",
            "two\nlines\tand a tab",
            "Zoë Müller",
            "日本語",
            "שלום",
            "👍",
        ] {
            assert!(matches!(visible(text), Cow::Borrowed(same) if same == text));
        }
        assert_eq!(visible_line("a\nb\tc"), "a\\u000ab\\u0009c");
    }

    #[test]
    fn a_line_has_a_limit() {
        assert_eq!(printable("a\u{1b}[2J\nb"), "a [2J b");
        assert_eq!(printable(&"ä".repeat(600)).chars().count(), MAX_CHARS + 3);
    }
}
