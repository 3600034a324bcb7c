//! Loss against density, between the losses it is held against, and against the step.

use super::parts::name;
use crate::diagram::colour::RED;
use crate::study::figures::chart::{Axis, frame};
use crate::study::figures::course::{self, Chart, Course, TRAINING};
use crate::study::figures::sheet::{HEAD, SMALL, Sheet, trace};
use toy::network::reference::Reference;
use toy::network::{Network, Snapshot};

const LEFT: f64 = 58.0;
const HEIGHT: f64 = 170.0;

/// A dot a network and density, and the references as lines; the place after it.
pub fn draw(sheet: &mut Sheet, network: &Network, all: &[Snapshot], y: f64) -> f64 {
    sheet.text(0.0, y + 16.0, HEAD, "Loss at each density");
    let instances: Vec<u32> = (0..network.instances).collect();
    let references: Vec<Reference> =
        instances.iter().map(|&k| Reference::new(network, k)).collect();
    type Line = (&'static str, fn(&Reference) -> f64);
    let lines: [Line; 3] = [
        ("output 0", |r| r.nothing),
        ("best constant", |r| r.constant),
        ("as many as fit, exact", |r| r.exact),
    ];
    let found = |s: &Snapshot| s.measures.loss.clone();
    let values = all.iter().flat_map(found).map(f64::from);
    let values = values.chain(references.iter().flat_map(|r| [r.nothing, r.constant, r.exact]));
    let (low, high) = range(values);
    let right = sheet.width - 170.0;
    let right = if right < LEFT + 120.0 { sheet.width - 12.0 } else { right };
    let (from, to) = (network.density_at(0), network.density_at(network.instances - 1));
    let x = Axis::log(from.max(1e-6), to.max(1e-6), (LEFT + 8.0, right - 8.0));
    let top = y + 56.0;
    let axis = Axis::log(low, high, (top + HEIGHT, top));
    frame(sheet, &x, &axis, 8.0, ["density of the features", "loss, mean over features"]);
    for (place, (label, of)) in lines.iter().enumerate() {
        let points: Vec<_> = instances
            .iter()
            .zip(&references)
            .map(|(&k, r)| (x.at(network.density_at(k)), axis.at(of(r).max(low))))
            .collect();
        let dash = ["1 4", "5 4", "none"][place];
        let look = format!(
            "class=\"reference\" fill=\"none\" stroke=\"currentColor\" stroke-opacity=\".55\" stroke-dasharray=\"{dash}\""
        );
        sheet.path(&trace(&points), &look);
        if right + 160.0 <= sheet.width {
            let at = points.last().map_or(top, |p| p.1);
            sheet.text(right + 4.0, at + 4.0 + [-7.0, 7.0, 0.0][place], SMALL, label);
        }
    }
    for snapshot in all {
        for (instance, &loss) in network.instances_of(snapshot.model).zip(&snapshot.measures.loss) {
            if loss.is_finite() && loss > 0.0 {
                let at = (x.at(network.density_at(instance)), axis.at(f64::from(loss)));
                sheet.disk(at.0, at.1, 3.5, &format!("class=\"loss\" fill=\"{}\"", RED.css()));
            }
        }
    }
    top + HEIGHT + 44.0
}

/// Training losses against the step; the place after it.
pub fn curves(sheet: &mut Sheet, network: &Network, all: &[Snapshot], y: f64) -> f64 {
    let groups = f64::from(network.instances.max(2) - 1);
    let mut courses = vec![];
    for snapshot in all {
        let part = f64::from(network.place(snapshot.model).0) / groups;
        let name = name(network, snapshot);
        courses.push(Course::of(name, part, &snapshot.curve, network.steps));
    }
    let chart = Chart { steps: network.steps, log: true, label: TRAINING };
    course::draw(sheet, &chart, &courses, (y, 0.7 * HEIGHT)).end
}

/// The range of what can stand on a logarithmic axis, with some room.
fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let some = values.filter(|v| v.is_finite() && *v > 1e-12);
    let (low, high) =
        some.fold((f64::INFINITY, 0.0), |(low, high), v: f64| (v.min(low), v.max(high)));
    if low < high { (low / 1.3, high * 1.3) } else { (1e-4, 1.0) }
}
