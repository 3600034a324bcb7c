//! `superphase bench`, on whatever Vulkan driver there is.

mod common;

use common::{scratch, superphase};

/// Every kernel is measured and found right, as a table and as JSON.
#[test]
fn every_kernel_of_a_gpu_is_measured_and_checked() {
    let file = scratch("bench.json");
    let output = superphase(&format!("bench --gpu 0 --json {}", file.display()));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let kernels = engine::gauge::cases();
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("peak ") && text.contains("FLOP/s"), "{text}");
    for (kernel, ..) in &kernels {
        let row = text.lines().find(|line| line.starts_with(kernel));
        assert!(row.is_some_and(|row| row.contains("right in ")), "{kernel}: {text}");
    }
    let json = std::fs::read_to_string(file).expect("written");
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let rows = json["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), kernels.len());
    for row in rows {
        let rate = row["model_steps_per_second"].as_f64().expect("a number");
        assert!(rate > 0.0 && row["peak"].as_f64() > Some(1e8), "{row}");
        assert!(row["steps_checked"].as_u64() > Some(0) && row["error"].is_null(), "{row}");
        // Nothing is faster than arithmetic; drawing, which counts, is no arithmetic of floats.
        assert!(row["share_of_peak"].as_f64().is_none_or(|share| share < 2.0), "{row}");
    }
}
