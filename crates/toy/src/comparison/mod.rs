//! One table across architectures: a row a model and site, with measures of its feature directions
//! and the same at initialisation.

mod table;

pub use table::{COLUMNS, csv, from_csv};

use crate::directions::{Directions, random_cosine, welch};
use crate::network::architecture::Architecture;
use crate::network::reference::Reference;
use crate::network::{self, Network};
use crate::study::{self, Study};
use crate::translation::{self, Translation};
use serde::{Deserialize, Deserializer, Serialize};

/// One model at one site.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// What kind of model.
    pub architecture: String,
    /// Where its features are looked at.
    pub site: String,
    /// Density of its features; a range where it serves several.
    pub density: String,
    /// Features `n`.
    pub features: u32,
    /// Dimensions `d`.
    pub dimensions: u32,
    /// Features whose direction is longer than 1/2; through a bottleneck, whose directions have no
    /// length of their own, those that a linear probe reads.
    pub represented: u32,
    /// Sum of the dimensionalities.
    #[serde(deserialize_with = "number")]
    pub capacity: f64,
    /// Mean of the cosines' absolute values.
    #[serde(deserialize_with = "number")]
    pub mean_cosine: f64,
    /// Largest of them.
    #[serde(deserialize_with = "number")]
    pub largest_cosine: f64,
    /// Least that the largest can be.
    #[serde(deserialize_with = "number")]
    pub welch: f64,
    /// What random directions have.
    #[serde(deserialize_with = "number")]
    pub random: f64,
    /// The mean at initialisation, where that is known.
    pub initial_cosine: Option<f64>,
    /// Features represented at initialisation, where that is known.
    pub initial_represented: Option<u32>,
    /// Loss; none of a model that has diverged.
    pub loss: Option<f64>,
    /// Loss over the best that is known, where one is.
    pub excess: Option<f64>,
}

impl Row {
    /// A row of directions now and, where that is known, at the start.
    fn new(now: &Directions, then: Option<&Directions>) -> Self {
        let (n, d) = (now.norm.len() as u32, now.dimensions);
        Self {
            features: n,
            dimensions: d,
            represented: now.represented() as u32,
            capacity: now.capacity().into(),
            mean_cosine: now.mean_cosine.into(),
            largest_cosine: now.largest_cosine.into(),
            welch: welch(n, d),
            random: random_cosine(d),
            initial_cosine: then.and_then(|then| finite(then.mean_cosine.into())),
            initial_represented: then.map(|then| then.represented() as u32),
            ..Self::default()
        }
    }
}

/// A number as it is kept: JSON has none for those of a diverged model.
fn number<'d, D: Deserializer<'d>>(from: D) -> Result<f64, D::Error> {
    Option::deserialize(from).map(|number| number.unwrap_or(f64::NAN))
}

fn finite(x: f64) -> Option<f64> {
    Some(x).filter(|x| x.is_finite())
}

/// Rows of networks, a row a model and site.
pub fn networks(
    network: &Network,
    initial: &[network::Snapshot],
    all: &[network::Snapshot],
) -> Vec<Row> {
    let sites = Architecture::new(network, 1).sites;
    let mut rows = vec![];
    for now in all {
        let Some(then) = initial.iter().find(|then| then.model == now.model) else { continue };
        let count = now.measures.loss.len().max(1) as f64;
        let loss = now.measures.loss.iter().map(|&l| f64::from(l)).sum::<f64>() / count;
        let best = network.instances_of(now.model).map(|k| Reference::new(network, k).exact);
        let best = best.sum::<f64>() / count;
        let density = match network.shared {
            true => network.density.to_string(),
            false => network.density_at(network.place(now.model).0).to_string(),
        };
        let pairs = now.measures.sites.iter().zip(&then.measures.sites);
        rows.extend(sites.iter().zip(pairs).map(|(site, (now, then))| Row {
            architecture: match network.layers {
                1 => "transformer, 1 layer".into(),
                layers => format!("transformer, {layers} layers"),
            },
            site: site.name.clone(),
            density: density.clone(),
            loss: finite(loss),
            excess: finite(loss - best),
            ..Row::new(now, Some(then))
        }));
    }
    rows
}

/// Rows of a study's models whose parameters are known. Of models that were trained elsewhere, the
/// `start` is not: whether they began as the study says.
pub fn study(study: &Study, all: &[study::Snapshot], start: bool) -> Vec<Row> {
    let layout = study.layout();
    let name = match study.variant {
        study::Variant::Linear => "toy model, linear",
        study::Variant::Relu => "toy model, ReLU",
        study::Variant::Hidden => "computing model",
    };
    let known = all.iter().filter(|s| s.parameters.len() == layout.parameters());
    let row = |s: &study::Snapshot| {
        let of = |p: &[f32]| Directions::new(layout.m, layout.encoder(p));
        let then = start.then(|| of(&study::train::start(study, s.model)));
        Row {
            architecture: name.into(),
            site: "hidden".into(),
            density: study.density_at(study.place(s.model).0).to_string(),
            loss: finite(s.measures.loss.into()),
            excess: None,
            ..Row::new(&of(&s.parameters), then.as_ref())
        }
    };
    known.map(row).collect()
}

/// Rows of bottlenecks in a translation model, once they are trained and their features are read;
/// none of a text whose features nobody knows. The best that is known is no bottleneck at all.
pub fn translation(run: &Translation, all: &[translation::Snapshot]) -> Vec<Row> {
    let read = all.iter().filter(|s| !s.measures.probes.is_empty());
    let rectified = if run.rectified { ", rectified" } else { "" };
    let row = |s: &translation::Snapshot| {
        let (now, then) = (&s.measures.geometry, &s.beside.start);
        Row {
            architecture: format!("translation{rectified}"),
            site: "z".into(),
            density: "Zipf's law".into(),
            represented: s.measures.read,
            initial_represented: Some(s.beside.initial.read),
            loss: finite(s.measures.loss),
            excess: finite(s.measures.loss - s.beside.base.loss),
            ..Row::new(&now.measured, Some(&then.measured))
        }
    };
    read.map(row).collect()
}

/// Rows as JSON, to be kept.
pub fn write(rows: &[Row]) -> String {
    // Never fails: rows are texts and numbers.
    serde_json::to_string(rows).unwrap_or_default()
}

/// Rows that were kept; none where the text is something else.
pub fn read(text: &str) -> Vec<Row> {
    serde_json::from_str(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bottleneck_s_row_is_of_its_directions_and_of_what_is_read() {
        use crate::directions::Directions;
        use crate::translation::{Beside, Brief, Geometry, Measures};
        let geometry =
            |rows: &[f32]| Geometry { measured: Directions::new(2, rows), ..Geometry::default() };
        let (now, start) =
            (geometry(&[9.0, 0.0, 0.0, 9.0, 9.0, 9.0]), geometry(&[1.0, 0.0, 1.0, 0.0, 0.0, 1.0]));
        let brief = |read, loss| Brief { read, loss, ..Brief::default() };
        let snapshot = translation::Snapshot {
            measures: Measures {
                probes: vec![1.0; 77],
                read: 3,
                loss: 0.5,
                geometry: now,
                ..Measures::default()
            },
            beside: Beside {
                base: brief(70, 0.1),
                initial: brief(2, 5.0),
                start,
                ..Beside::default()
            },
            ..translation::Snapshot::default()
        };
        let run = Translation::default();
        let untold = translation::Snapshot::default();
        let rows = translation(&run, &[untold, snapshot]);
        let [row] = &rows[..] else { panic!("{rows:?}") };
        assert_eq!((row.features, row.dimensions), (3, 2));
        assert_eq!((row.represented, row.initial_represented), (3, Some(2)));
        assert!((row.capacity - 5.0 / 3.0).abs() < 1e-6 && row.excess == Some(0.4));
        assert!((row.largest_cosine - 0.5f64.sqrt()).abs() < 1e-6);
        assert!(row.initial_cosine.is_some_and(|c| (c - 1.0 / 3.0).abs() < 1e-6));
        assert!((row.welch - 0.5).abs() < 1e-12);
    }

    #[test]
    fn a_study_s_rows_are_measured_now_and_at_the_start() {
        let own = Study { instances: 2, ..Study::default() };
        let snapshot = |model| study::Snapshot {
            model,
            parameters: study::train::start(&own, model),
            ..study::Snapshot::default()
        };
        let rows = study(&own, &[snapshot(0), snapshot(1)], true);
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[0].features, rows[0].dimensions), (5, 2));
        assert_eq!(Some(rows[0].mean_cosine), rows[0].initial_cosine);
        assert!((rows[0].welch - (3.0f64 / 8.0).sqrt()).abs() < 1e-12);
        assert_eq!(read(&write(&rows)), rows);
        assert_eq!(read("nonsense"), []);
        assert_eq!(study(&own, &[snapshot(0)], false)[0].initial_cosine, None);
        // One that has diverged takes no other row with it.
        let diverged = Row { mean_cosine: f64::NAN, capacity: f64::NAN, ..rows[0].clone() };
        let kept = read(&write(&[diverged, rows[1].clone()]));
        assert!(kept[0].mean_cosine.is_nan() && kept[1] == rows[1]);
        let text = csv(&rows);
        assert_eq!(text.lines().count(), 3);
        assert!(text.contains("\"toy model, ReLU\",hidden,1,5,2,"), "{text}");
        // As they are shown, a diverged loss being none.
        let diverged = Row { loss: None, ..rows[0].clone() };
        let rows = [rows[0].clone(), diverged];
        assert_eq!(from_csv(csv(&rows).as_bytes()), Ok(rows.to_vec()));
    }
}
