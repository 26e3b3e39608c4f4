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

/// Prints a heading row, the rows, and an empty line.
pub(crate) fn table<const N: usize, const M: usize>(
    console: &Console,
    head: [&'static str; N],
    rows: Vec<(Mark, [String; M])>,
) {
    let [first, names @ ..] = &head[..] else {
        return;
    };
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let width = |cells: &mut dyn Iterator<Item = usize>| cells.max().unwrap_or_default();
    let mark_width = width(
        &mut rows
            .iter()
            .map(|(mark, _)| mark.1.len())
            .chain([first.len()]),
    );
    let widths: Vec<usize> = (0..M)
        .map(|i| {
            width(
                &mut rows
                    .iter()
                    .map(|(_, row)| row[i].chars().count())
                    .chain([names[i].len()]),
            )
        })
        .collect();
    let line = |Mark(style, word): Mark, text: Style, cells: &[String]| {
        let cells = cells
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:width$}"));
        let joined = cells.collect::<Vec<_>>().join("  ");
        let row = joined.trim_end();
        console.line(&format!(
            "{style}{word:mark_width$}{style:#}  {text}{row}{text:#}"
        ));
    };
    line(Mark(HEAD, first), HEAD, &names);
    for (mark, cells) in &rows {
        line(*mark, Style::new(), cells);
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
