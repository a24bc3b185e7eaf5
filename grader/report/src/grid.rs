//! Cells in columns.
//!
//! No cell is ever wrapped: what does not fit is shortened with `…`. No line is longer than the width given.

use super::text::{Line, Text, Tone};

/// Columns between two columns of text.
pub const GUTTER: usize = 2;

/// Cells in columns, below a header or without one.
#[derive(Debug, Clone, Default)]
pub struct Grid {
    rows: Vec<Row>,
}

#[derive(Debug, Clone)]
enum Row {
    Cells(Vec<Line>),
    Note(Line),
}

impl Grid {
    /// No rows yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a row of cells.
    pub fn row(&mut self, cells: Vec<Line>) {
        self.rows.push(Row::Cells(cells));
    }

    /// Adds a row of headings.
    pub fn header(&mut self, headings: &[&str]) {
        self.row(
            headings
                .iter()
                .map(|heading| Line::new().with(Tone::Dim, heading))
                .collect(),
        );
    }

    /// Adds a line that runs across all columns.
    pub fn note(&mut self, line: Line) {
        self.rows.push(Row::Note(line));
    }

    /// The width that each column needs.
    pub fn natural_widths(&self) -> Vec<usize> {
        let mut widths: Vec<usize> = Vec::new();
        for row in &self.rows {
            if let Row::Cells(cells) = row {
                widths.resize(widths.len().max(cells.len()), 0);
                for (width, cell) in widths.iter_mut().zip(cells) {
                    *width = (*width).max(cell.width());
                }
            }
        }
        widths
    }

    /// The grid from column `indent` on, in at most `columns` columns. The columns listed in `elastic` are shortened
    /// first.
    pub fn render(self, indent: usize, columns: usize, elastic: &[usize]) -> Text {
        let mut widths = self.natural_widths();
        let gutters = GUTTER * widths.len().saturating_sub(1);
        let rigid: usize = (0..widths.len())
            .filter(|column| !elastic.contains(column))
            .map(|column| widths[column])
            .sum();
        let wanted: Vec<usize> = elastic.iter().map(|&column| widths[column]).collect();
        let cap = cap(&wanted, columns.saturating_sub(indent + gutters + rigid));
        for &column in elastic {
            widths[column] = widths[column].min(cap);
        }
        self.render_with(indent, columns, &widths)
    }

    /// The grid with columns of the given widths.
    pub fn render_with(self, indent: usize, columns: usize, widths: &[usize]) -> Text {
        let mut text = Text::new();
        for row in self.rows {
            let mut line = Line::indented(indent);
            match row {
                Row::Note(note) => line.append(note),
                Row::Cells(cells) => {
                    let mut start = indent;
                    for (cell, &width) in cells.into_iter().zip(widths) {
                        line = line.pad_to(start);
                        line.append(cell.shortened(width));
                        start += width + GUTTER;
                    }
                }
            }
            text.push(line.shortened(columns));
        }
        text
    }
}

/// The largest limit for the width of a column with which columns of the widths `wanted` fit into `available` together.
pub fn cap(wanted: &[usize], available: usize) -> usize {
    let mut cap = wanted.iter().copied().max().unwrap_or(0);
    while cap > 0 && wanted.iter().map(|&width| width.min(cap)).sum::<usize>() > available {
        cap -= 1;
    }
    cap
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widest_columns_give_way_first() {
        assert_eq!(cap(&[10, 30, 40], 80), 40);
        assert_eq!(cap(&[10, 30, 40], 50), 20);
        assert_eq!(cap(&[10, 30, 40], 0), 0);
        assert_eq!(cap(&[], 5), 0);
    }

    #[test]
    fn a_cell_is_shortened_and_never_wrapped() {
        let mut grid = Grid::new();
        grid.header(&["name", "what"]);
        grid.row(vec![
            Line::new().with(Tone::Plain, "a"),
            Line::new().with(Tone::Plain, "a long description"),
        ]);
        assert_eq!(grid.render(1, 15, &[1]).plain(), " name  what\n a     a long …\n");
    }
}
