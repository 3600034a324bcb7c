//! What a GPU was found to do with a kernel, as a row of a table and as JSON to be sent.

use serde::{Deserialize, Serialize};
use serde_json::json;

/// What a GPU was found to do with one kernel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gauge {
    /// The adapter's name, and what drives it; browsers may keep both to themselves.
    pub adapter: String,
    /// Backend, driver and version.
    pub driver: String,
    /// Operations/s of chains of fused multiplications and additions on it.
    pub peak: f64,
    /// The kernel.
    pub kernel: String,
    /// Models that were trained at once.
    pub models: u32,
    /// Model-steps/s; 0 where it could not be measured.
    pub rate: f64,
    /// Operations of a model-step, as far as they were counted.
    pub operations: Option<f64>,
    /// Steps that were trained while the CPU checked.
    pub steps: u32,
    /// What went wrong, a sentence.
    pub error: Option<String>,
}

impl Gauge {
    /// Heads of the columns of [`cells`](Self::cells).
    pub const HEADS: [&str; 5] = ["kernel", "models", "model-steps/s", "of peak", "check"];

    /// The part of the peak that was reached.
    pub fn share(&self) -> Option<f64> {
        let share = self.operations? * self.rate / self.peak;
        (share.is_finite() && share > 0.0).then_some(share)
    }

    /// The row as text.
    pub fn cells(&self) -> [String; 5] {
        let share =
            self.share().map_or_else(String::new, |share| format!("{:.1} %", 100.0 * share));
        let check = match &self.error {
            None if self.steps == 1 => "right in 1 step".into(),
            None => format!("right in {} steps", self.steps),
            Some(error) => error.clone(),
        };
        let rate = if self.rate > 0.0 { digits(self.rate) } else { String::new() };
        [self.kernel.clone(), self.models.to_string(), rate, share, check]
    }

    /// All rows as one JSON document, with what measured them: a program or a browser.
    pub fn document(all: &[Self], program: &str, agent: &str) -> String {
        let row = |row: &Self| {
            json!({
                "adapter": row.adapter,
                "driver": row.driver,
                "peak": row.peak,
                "kernel": row.kernel,
                "models": row.models,
                "model_steps_per_second": row.rate,
                "share_of_peak": row.share(),
                "steps_checked": row.steps,
                "error": row.error,
            })
        };
        let rows: Vec<_> = all.iter().map(row).collect();
        let all = json!({
            "format": "superphase-gauge", "program": program, "agent": agent, "rows": rows,
        });
        format!("{all:#}\n")
    }
}

/// Three significant digits with a prefix: `12.4 M`.
pub fn digits(value: f64) -> String {
    let prefixes = [(1e12, " T"), (1e9, " G"), (1e6, " M"), (1e3, " k")];
    let found = prefixes.into_iter().find(|(size, _)| value >= 0.9995 * size);
    let (size, prefix) = found.unwrap_or((1.0, ""));
    let scaled = value / size;
    let decimals = if scaled >= 99.95 {
        0
    } else if scaled >= 9.995 {
        1
    } else {
        2
    };
    format!("{scaled:.decimals$}{prefix}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_text_and_json() {
        let row = Gauge {
            adapter: "A \"GPU\"".into(),
            driver: "Vulkan".into(),
            peak: 2e12,
            kernel: "exact 2 in 1".into(),
            models: 16_384,
            rate: 1.5e9,
            operations: Some(350.0),
            steps: 400,
            error: None,
        };
        let cells = ["exact 2 in 1", "16384", "1.50 G", "26.2 %", "right in 400 steps"];
        assert_eq!(row.cells(), cells);
        let wrong = Gauge { rate: 0.0, error: Some("it lies".into()), ..row.clone() };
        assert_eq!(wrong.cells()[2..], ["", "", "it lies"]);
        let text = Gauge::document(&[row, wrong], "superphase 1", "a \\ browser");
        let read: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(read["agent"], "a \\ browser");
        assert_eq!(read["rows"][0]["adapter"], "A \"GPU\"");
        assert_eq!(read["rows"][0]["share_of_peak"], 0.2625);
        assert_eq!(read["rows"][1]["share_of_peak"], serde_json::Value::Null);
        assert_eq!(read["rows"][1]["error"], "it lies");
    }

    #[test]
    fn numbers_have_three_digits() {
        let all = [2.0, 32.41, 999.6, 12_400_000.0, 1.234e12].map(digits);
        assert_eq!(all, ["2.00", "32.4", "1.00 k", "12.4 M", "1.23 T"]);
    }
}
