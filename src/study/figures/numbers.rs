//! The numbers behind a figure as a table, for reading and for those who do not see the figure.

use super::geometry::kinds;
use crate::diagram::number::{fixed, three};
use crate::study::run::{Found, Part};
use std::fmt::Write;
use toy::Spec;
use toy::study::snapshot::lowest;

/// A table, a row for each study's instance: measures of its model of lowest loss.
pub fn numbers(found: &Found) -> String {
    let mut html = String::from(
        "<table><caption>Of each density the model of lowest loss</caption><thead><tr>",
    );
    let attacked = |part: &Part| part.snapshots.iter().any(|s| s.measures.vulnerability.is_some());
    let last = if found.parts.iter().any(attacked) { "attack, relative" } else { "they form" };
    let heads = ["model", "density", "loss", "D*", "capacity", "represented", last];
    for head in heads {
        // Writing to a string cannot fail.
        let _ = write!(html, "<th scope=\"col\">{head}</th>");
    }
    html.push_str("</tr></thead><tbody>");
    for Part { study, snapshots } in &found.parts {
        for snapshot in lowest(study, snapshots) {
            let m = &snapshot.measures;
            let density = study.density_at(study.place(snapshot.model).0);
            let model = study.text("model");
            let _ = write!(html, "<tr><th scope=\"row\">{}</th><td>{}</td>", model, three(density));
            for value in [m.loss, m.dimensions_per_feature, m.capacity] {
                let _ = write!(html, "<td>{}</td>", fixed(f64::from(value)));
            }
            let end = match m.vulnerability {
                Some(v) => format!("{}×", three(f64::from(v.relative()))),
                None => kinds(snapshot).join(", "),
            };
            let represented = (100.0 * m.represented).round();
            let _ = write!(html, "<td>{represented} %</td><td>{end}</td></tr>");
        }
    }
    html.push_str("</tbody></table>");
    html
}

#[cfg(test)]
mod tests {
    use super::*;
    use toy::{Spec, Study};

    #[test]
    fn a_row_for_each_density() {
        for preset in Study::PRESETS {
            let found = super::super::tests::found(preset);
            let html = numbers(&found);
            let rows = html.matches("<tr>").count() as u32;
            assert_eq!(rows, 1 + found.parts[0].study.instances, "{}", preset.name);
        }
    }
}
