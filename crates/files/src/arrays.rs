//! Diagrams and measures as arrays: axes of one dimension, values of two, for NumPy.

use crate::archive::{Archive, Tensor, Values};
use crate::weights::{About, spec};
use toy::Sweep;
use toy::phase::Phase;
use toy::picture::Picture;
use toy::study::curve::steps_of;
use toy::study::{Measures, Snapshot, Study};

/// A diagram. Axes: `density` (rows), `importance` (columns) and their decimal logarithms, `row`.
/// Values of (rows, columns): `norm`, `superposition`, `polysemanticity` and `loss` of the last
/// feature as the table has them, and `phase`, by its name.
pub fn diagram(sweep: &Sweep, picture: &Picture, about: About) -> Archive {
    let (rows, columns) = (&picture.rows, picture.columns);
    let shape = [rows.len(), columns as usize];
    let row =
        |name: &str, values: Vec<f64>| Tensor::new(name, &[values.len()], Values::F64(values));
    let plane =
        |name: &str, values: &[f32]| Tensor::new(name, &shape, Values::F32(values.to_vec()));
    let phase = |&code: &u8| Phase::from_code(code).unwrap_or(Phase::Diverged).name().to_owned();
    let log_density = |&row: &u32| sweep.density.log10_at(row, sweep.rows);
    let log_importance = |column| sweep.importance.log10_at(column, sweep.columns);
    let tensors = vec![
        Tensor::new("row", &shape[..1], Values::I64(rows.iter().map(|&r| r.into()).collect())),
        row("density", rows.iter().map(|&row| sweep.density_at(row)).collect()),
        row("importance", (0..columns).map(|column| sweep.importance_at(column)).collect()),
        row("log_density", rows.iter().map(log_density).collect()),
        row("log_importance", (0..columns).map(log_importance).collect()),
        plane("norm", &picture.norm),
        plane("superposition", &picture.superposition),
        plane("polysemanticity", &picture.polysemanticity),
        plane("loss", &picture.loss),
        Tensor::new("phase", &shape, Values::Text(picture.phase.iter().map(phase).collect())),
    ];
    Archive { tensors, metadata: about.metadata("diagram", spec(sweep)) }
}

/// The measures of a study. Axes: `instance`, `repeat` and `density` of each model; `feature` and
/// `importance` of each feature; `step` and `step_end` of each point of the loss curves. A value
/// a model: `loss`, `dimensions_per_feature`, `capacity`, `represented`, `overlap`, `polysemantic`, and
/// `attacked_loss` and `vulnerability` (see [`toy::study::vulnerability`]) where they were measured. Values of (models, features):
/// `norm`, `superposition`, `dimensionality`. Of (models, points): `curve`, where there is one.
pub fn measures(study: &Study, all: &[Snapshot], about: About) -> Archive {
    let (models, features) = (all.len(), study.features as usize);
    let places: Vec<(u32, u32)> = all.iter().map(|s| study.place(s.model)).collect();
    let whole =
        |name: &str, values: Vec<i64>| Tensor::new(name, &[values.len()], Values::I64(values));
    let axis =
        |name: &str, values: Vec<f64>| Tensor::new(name, &[values.len()], Values::F64(values));
    let one = |name: &str, value: &dyn Fn(&Measures) -> f32| {
        Tensor::new(name, &[models], Values::F32(all.iter().map(|s| value(&s.measures)).collect()))
    };
    let each = |name: &str, value: &dyn Fn(&Measures) -> &[f32]| {
        let values = all.iter().flat_map(|s| value(&s.measures)).copied().collect();
        Tensor::new(name, &[models, features], Values::F32(values))
    };
    let mut tensors = vec![
        whole("instance", places.iter().map(|p| p.0.into()).collect()),
        whole("repeat", places.iter().map(|p| p.1.into()).collect()),
        axis("density", places.iter().map(|p| study.density_at(p.0)).collect()),
        whole("feature", (0..features as i64).collect()),
        axis("importance", study.importances()),
        one("loss", &|m| m.loss),
        one("dimensions_per_feature", &|m| m.dimensions_per_feature),
        one("capacity", &|m| m.capacity),
        one("represented", &|m| m.represented),
        one("overlap", &|m| m.overlap),
        whole("polysemantic", all.iter().map(|s| s.measures.polysemantic.into()).collect()),
        each("norm", &|m| &m.norm),
        each("superposition", &|m| &m.superposition),
        each("dimensionality", &|m| &m.dimensionality),
    ];
    if all.iter().any(|s| s.measures.vulnerability.is_some()) {
        tensors.extend([
            one("attacked_loss", &|m| m.vulnerability.map_or(f32::NAN, |v| v.attacked)),
            one("vulnerability", &|m| m.vulnerability.map_or(f32::NAN, |v| v.relative())),
        ]);
    }
    let points = all.first().map_or(0, |s| s.curve.len());
    if points > 0 && all.iter().all(|s| s.curve.len() == points) {
        let steps = || (0..points as u32).map(|point| steps_of(point, study.steps));
        let curves = all.iter().flat_map(|s| &s.curve).copied().collect();
        tensors.extend([
            whole("step", steps().map(|range| range.start.into()).collect()),
            whole("step_end", steps().map(|range| range.end.into()).collect()),
            Tensor::new("curve", &[models, points], Values::F32(curves)),
        ]);
    }
    let metadata = about.metadata("measures", spec(study));
    Archive { tensors, metadata }
}
