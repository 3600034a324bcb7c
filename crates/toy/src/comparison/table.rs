//! The comparison as comma-separated values, written and read.

use super::Row;
use ::csv::{ReaderBuilder, Writer};

/// Columns of the table.
pub const COLUMNS: [&str; 16] = [
    "architecture",
    "site",
    "density",
    "features",
    "dimensions",
    "represented",
    "capacity",
    "mean_cosine",
    "largest_cosine",
    "welch",
    "largest_over_welch",
    "random_cosine",
    "initial_mean_cosine",
    "initial_represented",
    "loss",
    "excess",
];

impl Row {
    /// The cells of [`COLUMNS`].
    pub fn cells(&self) -> [String; 16] {
        let number = |x: f64| if x.is_finite() { x.to_string() } else { String::new() };
        let ratio = if self.welch > 0.0 { self.largest_cosine / self.welch } else { f64::NAN };
        [
            self.architecture.clone(),
            self.site.clone(),
            self.density.clone(),
            self.features.to_string(),
            self.dimensions.to_string(),
            self.represented.to_string(),
            number(self.capacity),
            number(self.mean_cosine),
            number(self.largest_cosine),
            number(self.welch),
            number(ratio),
            number(self.random),
            self.initial_cosine.map(number).unwrap_or_default(),
            self.initial_represented.map(|n| n.to_string()).unwrap_or_default(),
            self.loss.map(number).unwrap_or_default(),
            self.excess.map(number).unwrap_or_default(),
        ]
    }
}

/// The table; texts with commas or quotes are quoted.
pub fn csv(rows: &[Row]) -> String {
    let mut writer = Writer::from_writer(vec![]);
    // Writing to memory cannot fail, and every row has as many cells.
    let _ = writer.write_record(COLUMNS);
    rows.iter().for_each(|row| _ = writer.write_record(row.cells()));
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

/// Reads a table that [`csv`] has written; its columns may stand in any order, beside others.
///
/// # Errors
/// A clause about the file, when a column is missing or a row cannot be read.
pub fn from_csv(file: &[u8]) -> Result<Vec<Row>, String> {
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(file);
    let header = reader.headers().map_err(|why| why.to_string())?.clone();
    let place = |name: &str| header.iter().position(|cell| cell == name);
    // What follows from other columns need not be there.
    let needed = COLUMNS.iter().filter(|name| **name != "largest_over_welch");
    if let Some(missing) = needed.clone().find(|name| place(name).is_none()) {
        return Err(format!("it is no table of the comparison: it has no column {missing}"));
    }
    let mut rows = vec![];
    for (line, record) in (2..).zip(reader.records()) {
        let record = record.map_err(|why| why.to_string())?;
        let cell = |name: &str| place(name).and_then(|at| record.get(at)).unwrap_or("").trim();
        let fail =
            |name: &str| format!("line {line}: {name} is no number: {:?}", short(cell(name)));
        let number = |name: &str| match cell(name) {
            "" => Ok(f64::NAN),
            text => text.parse::<f64>().map_err(|_| fail(name)),
        };
        let whole = |name: &str| cell(name).parse::<u32>().map_err(|_| fail(name));
        let finite = |x: f64| Some(x).filter(|x| x.is_finite());
        rows.push(Row {
            architecture: short(cell("architecture")),
            site: short(cell("site")),
            density: short(cell("density")),
            features: whole("features")?,
            dimensions: whole("dimensions")?,
            represented: whole("represented")?,
            capacity: number("capacity")?,
            mean_cosine: number("mean_cosine")?,
            largest_cosine: number("largest_cosine")?,
            welch: number("welch")?,
            random: number("random_cosine")?,
            initial_cosine: finite(number("initial_mean_cosine")?),
            initial_represented: match cell("initial_represented") {
                "" => None,
                _ => Some(whole("initial_represented")?),
            },
            loss: finite(number("loss")?),
            excess: finite(number("excess")?),
        });
    }
    Ok(rows)
}

/// As much of a text as is worth keeping.
fn short(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_such_table_is_refused_with_the_line() {
        let why = |text: &str| from_csv(text.as_bytes()).unwrap_err();
        assert!(why("a,b\n1,2\n").contains("no column architecture"));
        let name = "=\"a\",\nb";
        let odd = Row { architecture: name.into(), ..Row::default() };
        let read = from_csv(csv(&[odd]).as_bytes());
        assert_eq!(read.map(|rows| rows[0].architecture.clone()), Ok(name.into()));
        let row = Row { architecture: "x".into(), ..Row::default() };
        let text = csv(&[row.clone(), row]);
        assert_eq!(from_csv(text.as_bytes()).map(|rows| rows.len()), Ok(2));
        let broken = text.replacen("x,,,0,0", "x,,,0,<b>", 1);
        assert!(why(&broken).contains("line 2: dimensions is no number"), "{}", why(&broken));
        assert_eq!(from_csv(COLUMNS.join(",").as_bytes()), Ok(vec![]));
    }
}
