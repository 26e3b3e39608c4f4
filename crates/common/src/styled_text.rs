//! Text for the terminal. Much of what is printed comes from elsewhere: nothing
//! in it may steer the terminal or reorder what a person reads.

use std::fmt::{self, Display, Write};

use anstyle::Style;

use crate::text::visible;

/// Text in parts, each with a style. Only the styles given here reach the
/// terminal: control characters in the text itself are made visible.
#[derive(Clone, Debug, Default)]
pub struct StyledText(Vec<(Style, String)>);

impl StyledText {
    /// Text that begins with `text` in this style.
    pub fn new(style: Style, text: impl Into<String>) -> StyledText {
        StyledText(vec![(style, text.into())])
    }

    /// The same text with more at its end.
    #[must_use]
    pub fn then(mut self, style: Style, text: impl Into<String>) -> StyledText {
        self.0.push((style, text.into()));
        self
    }

    /// The same text with more at its end, in no style.
    #[must_use]
    pub fn plain(self, text: impl Into<String>) -> StyledText {
        self.then(Style::new(), text)
    }
}

/// Appends plain text.
impl Write for StyledText {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.push((Style::new(), text.to_owned()));
        Ok(())
    }
}

impl Display for StyledText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (style, text) in &self.0 {
            write!(f, "{style}{}{style:#}", visible(text))?;
        }
        Ok(())
    }
}

impl From<&str> for StyledText {
    fn from(text: &str) -> StyledText {
        StyledText::new(Style::new(), text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_styles_reach_the_terminal() {
        let bold = Style::new().bold();
        let text = StyledText::new(bold, "a\u{1b}[31mb").plain("\u{1b}]0;c\u{7}");
        let printed = text.to_string();
        assert_eq!(printed, "\u{1b}[1ma\\u001b[31mb\u{1b}[0m\\u001b]0;c\\u0007");
    }
}
