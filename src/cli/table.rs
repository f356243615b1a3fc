//! Columns of text that line up.

use crate::render::{STRONG, painted, safe};

/// Columns of a terminal that one cell may take.
const WIDEST: usize = 44;
/// The same for the last one.
const LAST: usize = 100;

/// Rows of data under a heading, in columns two blanks apart.
pub fn table(heading: &[&str], rows: &[Vec<String>]) -> String {
    let cells: Vec<Vec<_>> = rows
        .iter()
        .map(|row| {
            let widest = |at: usize| if at + 1 == row.len() { LAST } else { WIDEST };
            row.iter().enumerate().map(|(at, cell)| safe(cell).cut(widest(at))).collect()
        })
        .collect();
    let widths: Vec<usize> = heading
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let widest = cells.iter().filter_map(|row| row.get(at)).map(|cell| cell.width()).max();
            widest.unwrap_or(0).max(name.len())
        })
        .collect();
    let mut out = String::new();
    let names = heading.iter().zip(&widths).map(|(name, width)| format!("{name:width$}"));
    out.push_str(&painted(STRONG, names.collect::<Vec<_>>().join("  ").trim_end()));
    out.push('\n');
    for row in &cells {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell.as_str());
            line.push_str(&" ".repeat(width - cell.width() + 2));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_by_what_is_seen() {
        let rows = [vec!["李".into(), "1".into()], vec!["Ada\x1b".into(), "2".into()]];
        let told = anstream::adapter::strip_str(&table(&["name", "n"], &rows)).to_string();
        assert_eq!(told, "name  n\n李    1\nAda␛  2\n");
    }
}
