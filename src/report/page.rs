//! A page of Markdown, and how figures stand in it.

use std::fmt::{Arguments, Display, Write as _};

/// Stands where there is no figure.
pub const ABSENT: &str = "–";

/// A page that is being written.
#[derive(Default)]
pub struct Page(String);

impl Page {
    /// A page under this title.
    pub fn new(title: &str) -> Self {
        Self(format!("# {title}\n\n"))
    }

    /// A line; with a line end within it a paragraph.
    pub fn line(&mut self, text: Arguments<'_>) {
        // Writing to a string does not fail.
        writeln!(self.0, "{text}").unwrap_or_default();
    }

    /// A heading and the empty line below it.
    pub fn heading(&mut self, text: impl Display) {
        self.line(format_args!("## {text}\n"));
    }

    /// The head of a table: these columns.
    pub fn columns(&mut self, names: &[&str]) {
        self.row(names);
        self.line(format_args!("{}|", "|---".repeat(names.len())));
    }

    /// A row of a table; a cell cannot break out of it.
    pub fn row<T: AsRef<str>>(&mut self, cells: &[T]) {
        for cell in cells {
            let cell = cell.as_ref().replace('|', "\\|").replace(['\n', '\r'], " ");
            write!(self.0, "| {cell} ").unwrap_or_default();
        }
        self.0.push_str("|\n");
    }

    /// An empty line.
    pub fn gap(&mut self) {
        self.0.push('\n');
    }

    /// The whole text.
    pub fn into_text(self) -> String {
        self.0
    }
}

/// Three digits that count.
pub fn number(value: f64) -> String {
    match value.abs() {
        ..1.0 => format!("{value:.3}"),
        1.0..10.0 => format!("{value:.2}"),
        10.0..100.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}

/// Three digits that count, or [`ABSENT`].
pub fn optional(value: Option<f64>) -> String {
    value.map_or_else(|| ABSENT.to_owned(), number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_breaks_a_table() {
        let mut page = Page::new("Title");
        page.columns(&["a", "b"]);
        page.row(&["x|y", "two\nlines"]);
        assert_eq!(page.into_text(), "# Title\n\n| a | b |\n|---|---|\n| x\\|y | two lines |\n");
    }

    #[test]
    fn a_figure_has_three_digits_that_count() {
        let shown = [0.12345, 1.2345, 12.345, 123.45, -0.5].map(number);
        assert_eq!(shown, ["0.123", "1.23", "12.3", "123", "-0.500"]);
        assert_eq!((optional(None).as_str(), optional(Some(2.0)).as_str()), (ABSENT, "2.00"));
    }
}
