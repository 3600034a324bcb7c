//! Runs the command and reads its tables. Each test file uses what it needs of it.
#![allow(dead_code)]

use std::path::PathBuf;
use std::process::{Command, Output};

/// A row of a table, by column name.
pub struct Row {
    header: Vec<String>,
    cells: Vec<String>,
}

impl Row {
    /// The text in a column.
    pub fn text(&self, column: &str) -> &str {
        let at = self.header.iter().position(|h| h == column);
        &self.cells[at.unwrap_or_else(|| panic!("no column {column}"))]
    }

    /// The number in a column.
    pub fn number(&self, column: &str) -> f64 {
        self.text(column).parse().unwrap_or_else(|_| panic!("{column}: {}", self.text(column)))
    }
}

/// Runs `superphase` with these words.
pub fn superphase(words: &str) -> Output {
    let command = Command::new(env!("CARGO_BIN_EXE_superphase")).args(words.split(' ')).output();
    command.expect("the command was built")
}

/// Runs `superphase`, which must succeed, and reads what it wrote to the file.
pub fn table(words: &str, flag: &str, file: &str) -> Vec<Row> {
    let path = scratch(file);
    let output = superphase(&format!("{words} {flag} {}", path.display()));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    read(file)
}

/// A file of the tests' own.
pub fn scratch(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(file)
}

/// Reads a table.
pub fn read(file: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(scratch(file)).expect("the table was written");
    let cells = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
    let header = cells(reader.headers().expect("a header"));
    let row = |record| Row { header: header.clone(), cells: cells(&record) };
    reader.records().map(|record| row(record.expect("a row as long as the header"))).collect()
}
