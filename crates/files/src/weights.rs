//! Weights of a run of ours, with the link that repeats it: arrays `W` and `b`, or `encoder`,
//! `decoder` and `b`, their first axes those of the run.

use crate::archive::{Archive, FileError, Tensor, Values, error};
use std::collections::{BTreeMap, BTreeSet};
use toy::Spec;
use toy::Sweep;
use toy::network::architecture::Architecture;
use toy::network::{self, Network};
use toy::picture::Measures;
use toy::study::snapshot::Trained;
use toy::study::{Snapshot, Study};
use toy::translation::Translation;
use toy::translation::architecture::Architecture as Bottlenecks;
use toy::translation::shape::Shape;

/// Version of what is written beside the arrays.
pub const VERSION: u32 = 1;

/// What is said of a run beside its numbers.
#[derive(Clone, Copy, Debug, Default)]
pub struct About<'a> {
    /// A link that opens the run, from its `?` on.
    pub link: &'a str,
    /// Version of the program.
    pub program: &'a str,
    /// What trained it.
    pub engine: &'a str,
    /// Steps that its models have taken.
    pub step: u32,
}

impl About<'_> {
    /// Texts for an archive of a run: `format`, `version`, `link`, `program`, `engine`, `trained_steps`,
    /// and `spec`, every parameter as JSON.
    pub fn metadata(&self, format: &str, spec: String) -> BTreeMap<String, String> {
        let pairs = [
            ("format", format!("superphase-{format}")),
            ("version", VERSION.to_string()),
            ("link", self.link.into()),
            ("program", self.program.into()),
            ("engine", self.engine.into()),
            ("trained_steps", self.step.to_string()),
            ("spec", spec),
        ];
        pairs.into_iter().map(|(key, text)| (key.to_owned(), text)).collect()
    }
}

/// Every parameter of a run by its name, as JSON.
pub fn spec<S: Spec>(run: &S) -> String {
    let pair = |param: &toy::spec::Param<S>| {
        let text = (param.get)(run);
        let value = param.kind.is_number().then(|| serde_json::from_str(&text).ok()).flatten();
        (param.name.to_owned(), value.unwrap_or(serde_json::Value::String(text)))
    };
    serde_json::Value::Object(S::PARAMS.iter().map(pair).collect()).to_string()
}

/// The link written beside the arrays, if the file is one of ours.
pub fn link(archive: &Archive) -> Option<&str> {
    let ours = archive.metadata.get("format").is_some_and(|text| text.starts_with("superphase-"));
    archive.metadata.get("link").filter(|_| ours).map(String::as_str)
}

/// The models of a diagram: `W` of (rows, columns, repeats, n, m) and `b` of (rows, columns,
/// repeats, n). The measures must be of all its rows.
///
/// # Errors
/// When rows are missing.
pub fn sweep(sweep: &Sweep, measures: &Measures, about: About) -> Result<Archive, FileError> {
    if !(0..sweep.rows).eq(measures.rows().iter().copied()) {
        return error(ROWS_MISSING);
    }
    Ok(diagram(sweep, |model| measures.parameters(model), about))
}

/// Why weights are not written.
const ROWS_MISSING: &str = "weights are written of whole diagrams, and rows are missing";

/// All models of a diagram, by their parameters.
fn diagram<I: Iterator<Item = f32>>(
    sweep: &Sweep,
    parameters: impl Fn(usize) -> I,
    about: About,
) -> Archive {
    let (n, m) = (sweep.features as usize, sweep.hidden as usize);
    let axes = [sweep.rows, sweep.columns, sweep.repeats].map(|length| length as usize);
    let models = axes.iter().product();
    let (mut w, mut b) = (Vec::with_capacity(models * n * m), Vec::with_capacity(models * n));
    for model in 0..models {
        let mut parameters = parameters(model);
        w.extend(parameters.by_ref().take(n * m));
        b.extend(parameters);
    }
    let tensors = vec![
        Tensor::new("W", &[&axes[..], &[n, m]].concat(), Values::F32(w)),
        Tensor::new("b", &[&axes[..], &[n]].concat(), Values::F32(b)),
    ];
    Archive { tensors, metadata: about.metadata("weights", spec(sweep)) }
}

/// The parameters of a diagram's models, as rows of them come in.
#[derive(Clone, Debug)]
pub struct Gathered {
    sweep: Sweep,
    /// By parameter, then model.
    planes: Vec<f32>,
    missing: BTreeSet<u32>,
}

impl Gathered {
    /// None of a diagram's parameters yet.
    pub fn new(sweep: &Sweep) -> Self {
        let planes = vec![0.0; sweep.models() as usize * sweep.parameters()];
        Self { sweep: sweep.clone(), planes, missing: (0..sweep.rows).collect() }
    }

    /// The diagram.
    pub fn sweep(&self) -> &Sweep {
        &self.sweep
    }

    /// Takes in the parameters of some rows: by parameter, then model, rows in the order given.
    /// What is of another shape is passed over.
    pub fn place(&mut self, rows: &[u32], parameters: &[f32]) {
        let (sweep, width) = (&self.sweep, (self.sweep.columns * self.sweep.repeats) as usize);
        let fits = parameters.len() == rows.len() * width * sweep.parameters();
        if !fits || width == 0 || rows.iter().any(|&row| row >= sweep.rows) {
            return;
        }
        let models = sweep.rows as usize * width;
        let runs = parameters.chunks_exact(width);
        let places = (0..sweep.parameters()).flat_map(|p| rows.iter().map(move |row| (p, row)));
        for ((parameter, &row), run) in places.zip(runs) {
            let at = parameter * models + row as usize * width;
            self.planes[at..][..width].copy_from_slice(run);
        }
        rows.iter().for_each(|row| _ = self.missing.remove(row));
    }

    /// Whether all rows are there.
    pub fn is_whole(&self) -> bool {
        self.missing.is_empty()
    }

    /// As [`sweep`] writes them.
    ///
    /// # Errors
    /// When rows are missing.
    pub fn archive(&self, about: About) -> Result<Archive, FileError> {
        if !self.is_whole() {
            return error(ROWS_MISSING);
        }
        let models = self.sweep.models() as usize;
        let of = |model: usize| self.planes[model..].iter().copied().step_by(models);
        Ok(diagram(&self.sweep, of, about))
    }
}

/// The models of a study whose parameters are known: `W` of (instances, repeats, n, m), or
/// `encoder` and `decoder` of this shape, and `b` of (instances, repeats, n).
///
/// # Errors
/// When no parameters are known, or of some densities more repeats than of others.
pub fn study(study: &Study, all: &[Snapshot], about: About) -> Result<Archive, FileError> {
    let layout = study.layout();
    let known: Vec<&Snapshot> = all.iter().filter(|s| !s.parameters.is_empty()).collect();
    let instances = study.instances as usize;
    let repeats = known.len() / instances.max(1);
    let place = |index: usize| ((index / repeats.max(1)) as u32, (index % repeats.max(1)) as u32);
    let whole = known.iter().enumerate().all(|(i, s)| study.place(s.model) == place(i));
    if repeats == 0 || known.len() != instances * repeats || !whole {
        return error("weights are written of all densities, and some models' are not known");
    }
    let gather = |part: &dyn Fn(&[f32]) -> Vec<f32>| -> Values {
        Values::F32(known.iter().flat_map(|s| part(&s.parameters)).collect())
    };
    let weights = [instances, repeats, layout.n, layout.m];
    let mut tensors = vec![];
    let encoder = gather(&|p| layout.encoder(p).to_vec());
    tensors.push(Tensor::new(if layout.tied { "W" } else { "encoder" }, &weights, encoder));
    if !layout.tied {
        let decoder = gather(&|p| layout.decoder(p).to_vec());
        tensors.push(Tensor::new("decoder", &weights, decoder));
    }
    tensors.push(Tensor::new("b", &weights[..3], gather(&|p| layout.biases(p).to_vec())));
    let metadata = about.metadata("weights", spec(study));
    Ok(Archive { tensors, metadata })
}

/// Networks whose parameters are known: every tensor by its name, its first axis that of the models.
///
/// # Errors
/// When no parameters are known.
pub fn network(
    network: &Network,
    all: &[network::Snapshot],
    about: About,
) -> Result<Archive, FileError> {
    let known: Vec<_> = all.iter().filter(|s| !s.parameters.is_empty()).collect();
    if known.is_empty() {
        return error("no network's weights are known");
    }
    let tape = Architecture::new(network, 1).tape;
    let one = |(tensor, range): (&toy::tape::Tensor, std::ops::Range<usize>)| {
        let shape = [&[known.len()][..], &tensor.shape].concat();
        let values = known.iter().flat_map(|s| s.parameters[range.clone()].iter().copied());
        Tensor::new(&tensor.name, &shape, Values::F32(values.collect()))
    };
    let tensors = tape.named().map(one).collect();
    Ok(Archive { tensors, metadata: about.metadata("network", spec(network)) })
}

/// Bottlenecks of a run, all of them: `k8.bottleneck.narrow.weight` of (repeats, k, d) and what else
/// a bottleneck has, for every k.
///
/// # Errors
/// When one is missing.
pub fn translation(
    run: &Translation,
    trained: &[Trained],
    about: About,
) -> Result<Archive, FileError> {
    if !(0..run.models() as u32).eq(trained.iter().map(|t| t.model)) {
        return error("weights are written of whole runs, and bottlenecks are missing");
    }
    let mut tensors = vec![];
    for of_width in trained.chunks(run.repeats as usize) {
        let how = run.bottleneck(of_width[0].model);
        let tape = Bottlenecks::bottleneck(Shape::LANGUAGE, 1, how).tape;
        tensors.extend(tape.named().map(|(tensor, range)| {
            let shape = [&[of_width.len()][..], &tensor.shape].concat();
            let values = of_width.iter().flat_map(|t| t.parameters[range.clone()].iter().copied());
            let name = format!("k{}.{}", how.dimensions, tensor.name);
            Tensor::new(&name, &shape, Values::F32(values.collect()))
        }));
    }
    Ok(Archive { tensors, metadata: about.metadata("translation", spec(run)) })
}
