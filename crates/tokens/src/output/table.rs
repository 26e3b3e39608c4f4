//! Text tables: a coloured mark in front, and columns as wide as necessary.

use anstyle::{AnsiColor, Style};
use common::{Console, StyledText};

/// The style of what is good.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// The style of what is bad.
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
/// The style of what is worth knowing.
pub(crate) const NOTE: Style = AnsiColor::Yellow.on_default().bold();
/// The style of headings.
pub(crate) const HEAD: Style = Style::new().bold();

/// The coloured word at the beginning of a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark(pub Style, pub &'static str);

/// A row: its mark and its cells. A row without cells heads those after it.
pub(crate) type Row = (Mark, Vec<String>);

/// The space between two columns.
const GAP: &str = "  ";

/// The width of a terminal whose width is not known, in characters.
pub(crate) const USUAL_WIDTH: usize = 80;

/// Prints a heading row, the rows, and an empty line.
pub(crate) fn table(console: &Console, head: &[&'static str], rows: Vec<Row>) {
    let [first, names @ ..] = head else {
        return;
    };
    let titles = names.iter().map(|name| (*name).to_owned()).collect();
    let mut lines = vec![(Mark(HEAD, first), titles)];
    lines.extend(rows);
    let widths = widths(&lines);
    for (number, (Mark(style, word), cells)) in lines.iter().enumerate() {
        let text = if number == 0 { HEAD } else { Style::new() };
        let columns = cells.iter().zip(&widths[1..]);
        let padded: Vec<_> = columns
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        let joined = padded.join(GAP);
        // What has no cells may be wider than the marks.
        let mark_width = if cells.is_empty() { 0 } else { widths[0] };
        let row = joined.trim_end();
        if row.is_empty() {
            console.styled_line(&StyledText::new(*style, *word));
            continue;
        }
        let mark = StyledText::new(*style, format!("{word:mark_width$}"));
        console.styled_line(&mark.plain(GAP).then(text, row));
    }
    console.line("");
}

/// The width of the marks, and of each column.
fn widths(rows: &[Row]) -> Vec<usize> {
    let mut widths = Vec::new();
    for (mark, cells) in rows.iter().filter(|(_, cells)| !cells.is_empty()) {
        let lengths = std::iter::once(mark.1.len()).chain(cells.iter().map(|cell| length(cell)));
        for (column, length) in lengths.enumerate() {
            if column == widths.len() {
                widths.push(0);
            }
            widths[column] = widths[column].max(length);
        }
    }
    widths
}

/// Shortens the cells of two columns, where necessary, so that no row is wider
/// than `width`. What one column does not need, the other gets.
pub(crate) fn fit(head: &[&'static str], rows: &mut [Row], columns: [usize; 2], width: usize) {
    let titles = head.iter().map(|title| title.len());
    let found = widths(rows);
    let widths: Vec<usize> = titles
        .zip(found)
        .map(|(title, found)| title.max(found))
        .collect();
    let total = widths.iter().sum::<usize>() + GAP.len() * (widths.len() - 1);
    // The first of the widths is that of the marks.
    let wanted = columns.map(|column| widths[column + 1]);
    let room = (width + wanted[0] + wanted[1]).saturating_sub(total);
    let half = room / 2;
    let limits = [wanted[1], wanted[0]].map(|other| half.max(room.saturating_sub(other)));
    for (_, cells) in rows {
        for (column, limit) in columns.into_iter().zip(limits) {
            if let Some(cell) = cells.get_mut(column) {
                *cell = shorten(cell, limit);
            }
        }
    }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// At most `limit` characters of the text: what is too much is taken out of the
/// middle.
pub(crate) fn shorten(text: &str, limit: usize) -> String {
    let count = length(text);
    if count <= limit {
        return text.to_owned();
    }
    let kept = limit.saturating_sub(1);
    let (head, tail) = (kept - kept / 2, kept / 2);
    let start: String = text.chars().take(head).collect();
    let end: String = text.chars().skip(count - tail).collect();
    format!("{start}…{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_loses_its_middle() {
        assert_eq!(shorten("abcdefgh", 8), "abcdefgh");
        assert_eq!(shorten("abcdefgh", 7), "abc…fgh");
        assert_eq!(shorten("äöüäöüäöü", 4), "äö…ü");
        assert_eq!(shorten("abc", 1), "…");
    }

    /// Rows of a mark, a cell of 8 characters and two that may be shortened.
    fn fitted(lengths: [usize; 2], width: usize) -> (usize, Vec<usize>) {
        let cells = vec![
            "x".repeat(8),
            "y".repeat(lengths[0]),
            "z".repeat(lengths[1]),
        ];
        let mut rows = vec![
            (Mark(GOOD, "ok"), cells),
            (Mark(HEAD, "a heading row"), vec![]),
        ];
        fit(&["mark", "name", "a", "b"], &mut rows, [1, 2], width);
        let widths = widths(&rows);
        let total = 4 + widths[1..].iter().map(|width| width + 2).sum::<usize>();
        (total, widths[2..].to_vec())
    }

    #[test]
    fn two_columns_share_the_room_that_is_left() {
        assert_eq!(fitted([30, 30], 200), (78, vec![30, 30]));
        assert_eq!(fitted([30, 30], 60), (60, vec![21, 21]));
        assert_eq!(fitted([5, 60], 60), (60, vec![5, 37]));
        assert_eq!(fitted([60, 5], 60), (60, vec![37, 5]));
        for first in 0..50 {
            for second in 0..50 {
                for width in 25..90 {
                    let (total, widths) = fitted([first, second], width);
                    assert!(total <= width, "{first} {second} {width}");
                    let cut = widths != [first, second];
                    // Where both are cut, they are equally wide.
                    assert!(!cut || total + 1 >= width, "{first} {second} {width}");
                }
            }
        }
    }
}
