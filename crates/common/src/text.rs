//! Making text from elsewhere safe to print on a terminal.

/// The maximum length; the rest is cut off.
const MAX_CHARS: usize = 500;

/// The text on one line, cut off if very long. Control characters, which could
/// manipulate the terminal, are replaced with spaces.
pub fn printable(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    match text.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_steer_a_terminal_is_gone_and_length_has_a_limit() {
        assert_eq!(printable("a\u{1b}[2J\nb"), "a [2J b");
        assert_eq!(printable(&"ä".repeat(600)).chars().count(), MAX_CHARS + 3);
    }
}
