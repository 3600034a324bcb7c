//! Diagrams from files of weights: their models measured as if trained here.

use crate::archive::{Archive, FileError, error};
use crate::foreign::{self, Models};
use crate::weights;
use toy::evaluate::Effort;
use toy::load::Loaded;
use toy::phase::Thresholds;
use toy::picture::Measures;
use toy::spec::{Spec, link};
use toy::{Study, Sweep};

/// Reads the models of a diagram and measures them. A file of ours says which diagram; models of
/// others are taken for those of `base` when they are as many and of its shape.
///
/// # Errors
/// When the file is damaged, or its models are those of no diagram.
pub fn load(bytes: &[u8], base: &Sweep, thresholds: &Thresholds) -> Result<Loaded, FileError> {
    let archive = Archive::read(bytes)?;
    let models = foreign::find(&archive)?;
    let mut notes = models.notes.clone();
    let sweep = match weights::link(&archive) {
        Some(link) if link::names_preset::<Study>(link) => {
            return error("it holds the models of an experiment; superphase measure reads it");
        }
        Some(link) => {
            let opened = link::read::<Sweep>(link);
            notes.extend(opened.notices);
            opened.spec
        }
        None => {
            let own = fitting(base, &models);
            if own != *base {
                notes.push("its models were taken to be those of one point, with the importance and density of the diagram's first".into());
            } else {
                notes.push(
                    "the diagram's own importances and densities were taken for its models'".into(),
                );
            }
            own
        }
    };
    sweep.validate().map_err(|why| FileError(why.to_string()))?;
    if !fits(&sweep, &models) {
        return error(format!(
            "it has {} models of {} features in {} dimensions, and the diagram {} of {} in {}",
            models.count(),
            models.features,
            models.hidden,
            sweep.models(),
            sweep.features,
            sweep.hidden
        ));
    }
    let rows: Vec<u32> = (0..sweep.rows).collect();
    let measures = Measures::new(&sweep, &rows, models.planes(), thresholds, Effort::Final);
    let picture = measures.picture(sweep.aggregate);
    Ok(Loaded { sweep, picture, thresholds: None, notes })
}

/// Whether models are as many as a diagram's, and of their shape.
pub fn fits(sweep: &Sweep, models: &Models) -> bool {
    let own = (sweep.features as usize, sweep.hidden as usize, sweep.models());
    models.tied && own == (models.features, models.hidden, models.count() as u64)
}

/// The diagram that models without a link are taken to be of: the given one, or else a single point
/// of it with all of them as repeats.
fn fitting(base: &Sweep, models: &Models) -> Sweep {
    if fits(base, models) {
        return base.clone();
    }
    let mut own = base.clone();
    own.features = models.features.try_into().unwrap_or(u32::MAX);
    own.hidden = models.hidden.try_into().unwrap_or(u32::MAX);
    own.repeats = models.count().try_into().unwrap_or(u32::MAX);
    (own.columns, own.rows) = (1, 1);
    own.importance.to = own.importance.from;
    own.density.to = own.density.from;
    if own.features > toy::sweep::MAX_EXACT_FEATURES {
        own.data = toy::sweep::Data::Sampled;
    }
    own
}
