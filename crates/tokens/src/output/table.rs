//! Text tables: a coloured mark in front, and columns as wide as necessary.

use anstyle::{AnsiColor, Style};
use common::Console;

/// The style of what is good.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// The style of what is bad.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// The style of headings.
pub(crate) const HEAD: Style = Style::new().bold();

/// The coloured word at the beginning of a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark(pub Style, pub &'static str);

/// A row: its mark and its cells.
pub(crate) type Row = (Mark, Vec<String>);

/// Prints a heading row, the rows, and an empty line.
pub(crate) fn table(console: &Console, head: &[&'static str], rows: Vec<Row>) {
    let [first, names @ ..] = head else {
        return;
    };
    let titles = names.iter().map(|name| (*name).to_owned()).collect();
    let mut lines = vec![(Mark(HEAD, first), titles)];
    lines.extend(rows);
    let widest =
        |length: &dyn Fn(&Row) -> usize| lines.iter().map(length).max().unwrap_or_default();
    let mark_width = widest(&|(mark, _)| mark.1.len());
    let widths: Vec<usize> = (0..names.len())
        .map(|column| widest(&|(_, cells)| cells[column].chars().count()))
        .collect();
    for (number, (Mark(style, word), cells)) in lines.iter().enumerate() {
        let text = if number == 0 { HEAD } else { Style::new() };
        let columns = cells.iter().zip(&widths);
        let padded: Vec<_> = columns
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        let row = padded.join("  ");
        console.line(&format!(
            "{style}{word:mark_width$}{style:#}  {text}{}{text:#}",
            row.trim_end()
        ));
    }
    console.line("");
}

/// Shortens long values in the middle: the decoded token shows them in full.
pub(crate) fn shorten(text: &str) -> String {
    const MAX_CHARS: usize = 34;
    let text = common::text::printable(text);
    let count = text.chars().count();
    if count <= MAX_CHARS {
        return text;
    }
    let head: String = text.chars().take(MAX_CHARS / 2 - 1).collect();
    let tail: String = text.chars().skip(count - MAX_CHARS / 2).collect();
    format!("{head}…{tail}")
}
