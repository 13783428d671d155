//! Figures as a table that can be pasted into a text.

/// Rows under one heading.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(heading: &[&str]) -> Self {
        Self {
            rows: vec![heading.iter().map(|&word| word.to_owned()).collect()],
        }
    }

    /// Adds a row and prints it, so that a long run shows that it goes on.
    pub(crate) fn row(&mut self, cells: Vec<String>) {
        eprintln!("  {}", cells.join("  "));
        self.rows.push(cells);
    }

    pub(crate) fn print(&self) {
        for (number, row) in self.rows.iter().enumerate() {
            println!("| {} |", row.join(" | "));
            if number == 0 {
                println!("|{}", "---|".repeat(row.len()));
            }
        }
        println!();
    }
}
