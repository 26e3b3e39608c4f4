//! A line of the log, and how it is printed.

use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use common::Console;

/// What the function has printed at once; AWS calls it a log event.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    /// When, in milliseconds since 1970.
    pub timestamp: i64,
    /// AWS's id of it.
    pub id: String,
    message: String,
}

impl Line {
    /// The line that AWS describes.
    pub(crate) fn of(event: FilteredLogEvent) -> Line {
        let timestamp = event.timestamp.unwrap_or_default();
        let message = event.message.unwrap_or_default();
        let stream = event.log_stream_name.unwrap_or_default();
        Line {
            timestamp,
            // A cloud may give no id.
            id: event
                .event_id
                .unwrap_or_else(|| format!("{stream} {timestamp} {message}")),
            message,
        }
    }

    /// It as it is printed. What has line breaks in it is several lines, each with the
    /// time: none can pass for a line of its own.
    pub(crate) fn texts(&self) -> impl Iterator<Item = String> {
        let date = DateTime::from_millis(self.timestamp).fmt(Format::DateTime);
        let time = date.unwrap_or_else(|_| self.timestamp.to_string());
        let lines = self.message.trim_end().split('\n');
        lines.map(move |line| format!("{time}  {line}"))
    }
}

/// Prints lines, oldest first.
pub(crate) fn print(lines: &[Line], console: &Console) {
    for line in lines {
        for text in line.texts() {
            console.line(&text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_has_its_time() {
        let event = FilteredLogEvent::builder()
            .timestamp(1_764_100_800_123)
            .message("one\ntwo\n");
        let texts: Vec<String> = Line::of(event.build()).texts().collect();
        let time = "2025-11-25T20:00:00.123Z";
        assert_eq!(texts, [format!("{time}  one"), format!("{time}  two")]);
    }
}
