//! Weights of the neurons that compute, as stacked bars.

use super::geometry::{by_importance, importance};
use super::sheet::{GUIDE, HEAD, SMALL, Sheet, hint};
use crate::diagram::number::three;
use crate::export::ink::Drawn;
use crate::format::plural;
use crate::study::run::Part;
use toy::study::Layout;
use toy::study::Snapshot;
use toy::study::snapshot::lowest;

/// Height of a chart.
const HEIGHT: f64 = 150.0;
/// Weights shorter than this on the sheet are left out.
const SEEN: f64 = 0.7;

/// Draws a chart for each density.
pub fn draw(mut sheet: Sheet, part: &Part) -> Drawn {
    let Part { study, snapshots } = part;
    let best = lowest(study, snapshots);
    let layout = study.layout();
    // Wide enough for each neuron's bar, where the sheet is.
    let least = (9.0 * layout.m as f64).max(240.0);
    let across = ((sheet.width / least) as usize).clamp(1, study.instances.max(1) as usize);
    let pitch = sheet.width / across as f64;
    let reach = best.iter().map(|s| reach(layout, s)).fold(0.5, f64::max);
    let mut words = String::new();
    for k in 0..study.instances {
        let place =
            ((k as usize % across) as f64 * pitch, f64::from(k / across as u32) * (HEIGHT + 56.0));
        let density = three(study.density_at(k));
        sheet.label(place.0, place.1 + 16.0, pitch, HEAD, &format!("1 − S = {density}"));
        let (y, width) = (place.1 + 24.0, pitch - 20.0);
        sheet.rect(place.0, y, width, HEIGHT, GUIDE);
        sheet.line((place.0, y + HEIGHT / 2.0), (place.0 + width, y + HEIGHT / 2.0), GUIDE);
        if let Some(snapshot) = best.iter().find(|s| study.place(s.model).0 == k) {
            let m = &snapshot.measures;
            sheet.raw(&format!(
                "<g data-instance=\"{k}\" data-polysemantic=\"{}\">",
                m.polysemantic
            ));
            neurons(&mut sheet, part, layout, snapshot, (place.0, y), width, reach);
            sheet.raw("</g>");
            let verb = if m.polysemantic == 1 { "serves" } else { "serve" };
            let neurons = plural(layout.m as u64, "neuron");
            let shared = format!("{} of {neurons} {verb} several features", m.polysemantic);
            sheet.label(place.0, y + HEIGHT + 15.0, width, SMALL, &shared);
            words += &format!("density {density}: {shared}. ");
        }
    }
    let rows = (study.instances as usize).div_ceil(across) as f64;
    let y = rows * (HEIGHT + 56.0) + 12.0;
    let ends = ["least", "most important feature"];
    let y = sheet.ramp(y, ends, &importance);
    let note = format!(
        "A bar a neuron, a block an input weight, positive ones above the line, negative ones below; the frame is ±{}.",
        three(reach)
    );
    let end = sheet.notes(y, &note);
    sheet.finish(end, "Input weights of the neurons", &words)
}

/// Largest sum of weights of one sign on one neuron; in steps, so that it rarely changes.
fn reach(layout: Layout, snapshot: &Snapshot) -> f64 {
    let sums = (0..layout.m).flat_map(|k| {
        let sum = |sign: f32| {
            let own = snapshot.parameters.iter().skip(k).step_by(layout.m).take(layout.n);
            own.map(|w| f64::from((w * sign).max(0.0))).sum::<f64>()
        };
        [sum(1.0), sum(-1.0)]
    });
    let most = sums.filter(|s| s.is_finite()).fold(0.0, f64::max);
    (most * 1.05 / 0.5).ceil() * 0.5
}

fn neurons(
    sheet: &mut Sheet,
    part: &Part,
    layout: Layout,
    snapshot: &Snapshot,
    (x, y): (f64, f64),
    width: f64,
    reach: f64,
) {
    if snapshot.parameters.len() != layout.parameters() {
        return;
    }
    let (encoder, fills) = (layout.encoder(&snapshot.parameters), by_importance(&part.study));
    let weight = |i: usize, k: usize| f64::from(encoder[i * layout.m + k]);
    let strongest =
        |k: usize| (0..layout.n).max_by(|&i, &j| weight(i, k).abs().total_cmp(&weight(j, k).abs()));
    // Neurons in the order of the features that they serve most.
    let mut order: Vec<usize> = (0..layout.m).collect();
    order.sort_by_key(|&k| strongest(k));
    let (pitch, unit) = (width / layout.m as f64, HEIGHT / 2.0 / reach);
    for (place, k) in order.into_iter().enumerate() {
        let left = x + (place as f64 + 0.1) * pitch;
        let (mut up, mut down) = (y + HEIGHT / 2.0, y + HEIGHT / 2.0);
        let served = (0..layout.n).filter(|&i| weight(i, k).abs() > 0.2);
        let served: Vec<String> =
            served.map(|i| format!("{}: {}", i + 1, three(weight(i, k)))).collect();
        let words = format!("neuron {}, weights of features {}", k + 1, served.join(", "));
        sheet.raw(&format!("<g>{}", hint(&words)));
        for i in 0..layout.n {
            let height = weight(i, k).abs() * unit;
            // Also false for what is no number.
            let seen = height >= SEEN;
            if !seen {
                continue;
            }
            let top = if weight(i, k) > 0.0 { up - height } else { down };
            let gap = if height > 3.0 { 0.5 } else { 0.0 };
            let fill = format!("fill=\"{}\"", fills[i].css());
            sheet.rect(left, top, 0.8 * pitch, height - gap, &fill);
            if weight(i, k) > 0.0 { up -= height } else { down += height }
        }
        sheet.raw("</g>");
    }
}
