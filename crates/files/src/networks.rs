//! Networks from files of weights: measured as if trained here.

use crate::archive::{Archive, FileError, error};
use crate::weights;
use toy::evaluate::Effort;
use toy::network::architecture::Architecture;
use toy::network::measure::Evaluator;
use toy::network::{Network, Snapshot, train};
use toy::spec::{Preset, Spec, link};
use toy::study::snapshot::Trained;
use toy::tape::Plain;

/// Networks from a file.
#[derive(Clone)]
pub struct LoadedNetworks {
    /// What they are.
    pub network: Network,
    /// The preset that their link names, or the first.
    pub preset: &'static Preset<Network>,
    /// Steps that they have taken.
    pub step: u32,
    /// The same networks before their first step.
    pub initial: Vec<Snapshot>,
    /// As the file has them; their losses in the course of training are not known.
    pub snapshots: Vec<Snapshot>,
    /// What the reader should know, a clause each.
    pub notes: Vec<String>,
}

/// Most parameters of all networks of a file that are measured while a reader waits.
const MOST_LIVE: u64 = 1 << 21;

/// Whether an archive holds networks of ours.
pub fn holds(archive: &Archive) -> bool {
    archive.metadata.get("format").is_some_and(|text| text == "superphase-network")
}

/// Measures the networks of an archive, as [`weights::network`] writes them.
///
/// # Errors
/// When it holds others, or not all of their tensors.
pub fn read(archive: &Archive, effort: Effort) -> Result<LoadedNetworks, FileError> {
    let Some(link) = weights::link(archive).filter(|_| holds(archive)) else {
        return error("it does not say which networks it holds");
    };
    let opened = link::read::<Network>(link);
    let network = opened.spec;
    network.validate().map_err(|why| FileError(why.to_string()))?;
    let steps = archive.metadata.get("trained_steps").and_then(|text| text.parse().ok());
    let step = steps.map_or(network.steps, |steps: u32| steps.min(network.steps));
    let numbers = network.models() * network.parameters();
    if effort == Effort::Live && numbers > MOST_LIVE {
        return error(format!(
            "its networks have {numbers} parameters, and at most {MOST_LIVE} can be measured here; the command measures any: superphase compare FILE"
        ));
    }
    let trained = parameters(archive, &network)?;
    let start =
        |model: u32| Trained { model, parameters: train::start(&network, model), sums: vec![] };
    let mut evaluator = Evaluator::new(&network, Box::new(Plain));
    let initial = (0..trained.len() as u32).map(start).collect();
    let initial = evaluator.snapshots(&network, initial, 0, 0, effort);
    let snapshots = evaluator.snapshots(&network, trained, step, u32::MAX, effort);
    let preset = opened.preset.unwrap_or(&Network::PRESETS[0]);
    Ok(LoadedNetworks { network, preset, step, initial, snapshots, notes: opened.notices })
}

/// The parameters of every model, in the order of the network's tape.
fn parameters(archive: &Archive, network: &Network) -> Result<Vec<Trained>, FileError> {
    let tape = Architecture::new(network, 1).tape;
    let count = network.models() as usize;
    let empty = |model| Trained { model, parameters: vec![], sums: vec![] };
    let mut models: Vec<Trained> = (0..count as u32).map(empty).collect();
    for (tensor, _) in tape.named() {
        let name = &tensor.name;
        let Some(found) = archive.tensor(name) else {
            return error(format!("it has no array {name}"));
        };
        let shape = [&[count][..], &tensor.shape].concat();
        let values = found.values.floats().filter(|_| found.shape == shape);
        let Some(values) = values else {
            return error(format!(
                "{name} is {} of {:?}; the networks of its link have real numbers of {shape:?}",
                found.values.kind(),
                found.shape
            ));
        };
        for (model, own) in models.iter_mut().zip(values.chunks_exact(tensor.size())) {
            model.parameters.extend_from_slice(own);
        }
    }
    Ok(models)
}
