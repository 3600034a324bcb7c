//! Diagrams and studies from files of weights: their models measured as if trained here.

use crate::archive::{Archive, FileError, error};
use crate::foreign::{self, Models};
use crate::weights;
use toy::evaluate::Effort;
use toy::load::Loaded;
use toy::phase::Thresholds;
use toy::picture::Measures;
use toy::spec::{Preset, Spec, link};
use toy::study::snapshot::{Evaluators, Trained, Wanted};
use toy::study::{Snapshot, Variant};
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
            return error("it holds the models of an experiment: drop it on the experiment's page");
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

/// A study from a file.
#[derive(Clone)]
pub struct LoadedStudy {
    /// The study.
    pub study: Study,
    /// The preset that its link names, or the first.
    pub preset: &'static Preset<Study>,
    /// Its models, measured; their losses in the course of training are not known.
    pub snapshots: Vec<Snapshot>,
    /// What the reader should know, a clause each.
    pub notes: Vec<String>,
}

/// Reads the models of a study and measures them. A file of ours says which study; models of others
/// are taken for those of `base`, with as many features, hidden units and models as there are.
///
/// # Errors
/// When the file is damaged, or its models are those of no study.
pub fn study(bytes: &[u8], base: &Study) -> Result<LoadedStudy, FileError> {
    let archive = Archive::read(bytes)?;
    let models = foreign::find(&archive)?;
    let mut notes = models.notes.clone();
    let (study, preset) = match weights::link(&archive) {
        Some(link) if !link::names_preset::<Study>(link) => {
            return error("it holds the models of a diagram: drop it on the phase diagram's page");
        }
        Some(link) => {
            let opened = link::read::<Study>(link);
            notes.extend(opened.notices);
            (study_of(&opened.spec, &models, true)?, opened.preset)
        }
        None => {
            notes.push("densities and importances were taken to be those of the form".into());
            (study_of(base, &models, false)?, None)
        }
    };
    let few = study.models() * study.parameters() as u64 <= MANY;
    let effort = if few { Effort::Final } else { Effort::Live };
    let snapshots = measured(&study, &models, Wanted::WEIGHTS, effort);
    Ok(LoadedStudy { study, preset: preset.unwrap_or(&Study::PRESETS[0]), snapshots, notes })
}

/// Parameters of a study up to which its models are measured as carefully as after training. Of
/// larger ones, a page would not answer meanwhile.
const MANY: u64 = 10_000;

/// Measures all models of a study.
pub fn measured(study: &Study, models: &Models, wanted: Wanted, effort: Effort) -> Vec<Snapshot> {
    let trained = models.each().zip(0..).map(|(parameters, model)| Trained {
        model,
        parameters: parameters.to_vec(),
        sums: vec![],
    });
    Evaluators::default().snapshots(study, trained.collect(), 0, wanted, effort)
}

/// The study whose models these are. What the file says is not asked for twice: features, hidden
/// units, and how many models there are. A study that a link describes must be of this shape.
///
/// # Errors
/// When it is not, or there is no such study.
pub fn study_of(study: &Study, models: &Models, linked: bool) -> Result<Study, FileError> {
    let count = models.count();
    let repeats = study.repeats.max(1) as usize;
    let (instances, repeats) = match models.axes[..] {
        [instances, repeats] => (instances, repeats),
        _ if study.density.from == study.density.to => (1, count),
        _ if count.is_multiple_of(repeats) => (count / repeats, repeats),
        _ => (count, 1),
    };
    let variant = match (models.tied, study.variant) {
        (false, _) => Variant::Hidden,
        (true, Variant::Hidden) => Variant::Relu,
        (true, tied) => tied,
    };
    let found = Study {
        features: models.features.try_into().unwrap_or(u32::MAX),
        hidden: models.hidden.try_into().unwrap_or(u32::MAX),
        instances: instances.try_into().unwrap_or(u32::MAX),
        repeats: repeats.try_into().unwrap_or(u32::MAX),
        variant,
        ..study.clone()
    };
    found.validate().map_err(|why| FileError(why.to_string()))?;
    let same = (study.features, study.hidden, study.variant, study.instances)
        == (found.features, found.hidden, found.variant, found.instances);
    if linked && !same {
        return error(format!(
            "it has {count} models of {} features in {} dimensions; the link is to others",
            models.features, models.hidden
        ));
    }
    Ok(found)
}
