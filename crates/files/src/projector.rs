//! Files of TensorBoard's embedding projector: points with a row of labels each.

use std::fmt::Write;

/// Names of the three files, which lie in one folder with the event file.
pub const TENSORS: &str = "tensors.tsv";
/// The labels, under a line of their names.
pub const METADATA: &str = "metadata.tsv";
/// What tells TensorBoard of the other two.
pub const CONFIG: &str = "projector_config.pbtxt";
/// Fewest coordinates of a point: the projector shows three dimensions.
const FEWEST: usize = 3;

/// Points with labels, to be looked at in the projector.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Projection {
    /// Names of the labels.
    pub labels: Vec<&'static str>,
    /// Coordinates and labels of each point.
    pub points: Vec<(Vec<f32>, Vec<String>)>,
}

impl Projection {
    /// The coordinates, a line a point, with zeros up to the third.
    pub fn tensors(&self) -> String {
        let mut text = String::new();
        for (point, _) in &self.points {
            let zeros = std::iter::repeat_n(0.0, FEWEST.saturating_sub(point.len()));
            let cells: Vec<String> =
                point.iter().copied().chain(zeros).map(|x: f32| x.to_string()).collect();
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{}", cells.join("\t"));
        }
        text
    }

    /// The labels, a line a point under a line of names.
    pub fn metadata(&self) -> String {
        let mut text = self.labels.join("\t") + "\n";
        for (_, labels) in &self.points {
            let _ = writeln!(text, "{}", labels.join("\t"));
        }
        text
    }

    /// What tells TensorBoard of the points, under a name.
    pub fn config(name: &str) -> String {
        format!(
            "embeddings {{\n  tensor_name: \"{name}\"\n  tensor_path: \"{TENSORS}\"\n  metadata_path: \"{METADATA}\"\n}}\n"
        )
    }
}
