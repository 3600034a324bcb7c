//! Weights and biases in files, ours or of others who train such models.
//!
//! | arrays | shapes | models |
//! |---|---|---|
//! | `W` (also `weight`, `weights`, `kernel`) | `(n, m)` or `(m, n)` | tied: `W W^T` |
//! | `encoder` and `decoder` (also `W1`, `W2`; `W_enc`, `W_dec`; `W_in`, `W_out`) | as `W`, each | untied |
//! | `b` (also `bias`, `biases`, `b_final`, `b_dec`, `b_out`) | `(n,)` | 0 without |
//!
//! In front of these axes any others may stand, the same ones for all arrays, one entry a model.
//! Names may be parts of longer ones, as `decoder.weight` in PyTorch's state_dict or
//! `params/decoder/kernel` of Flax are. The length of `b` tells features from hidden units; without
//! `b`, or where both are as many, the longer or the first axis are the features.

use crate::archive::{Archive, FileError, Tensor, count, error, shape_text};

/// Models found in a file, all of one shape.
#[derive(Clone, Debug, PartialEq)]
pub struct Models {
    /// Features `n`.
    pub features: usize,
    /// Hidden units `m`.
    pub hidden: usize,
    /// Lengths of the axes in front of a model's own; none for a single model.
    pub axes: Vec<usize>,
    /// Whether the decoder is the encoder.
    pub tied: bool,
    /// Whether there are biases.
    pub biased: bool,
    /// Parameters of one model after the other, as [`toy::study::Layout`] has them: encoder
    /// `E_ik` at `i m + k`, the decoder unless tied, the biases.
    pub parameters: Vec<f32>,
    /// What was taken for granted, a sentence each without its full stop.
    pub notes: Vec<String>,
}

impl Models {
    /// Number of models.
    pub fn count(&self) -> usize {
        count(&self.axes).unwrap_or(0)
    }

    /// Parameters a model.
    pub fn size(&self) -> usize {
        let weights = self.features * self.hidden;
        if self.tied { weights + self.features } else { 2 * weights + self.features }
    }

    /// The parameters of one model after the other.
    pub fn each(&self) -> impl Iterator<Item = &[f32]> {
        self.parameters.chunks_exact(self.size().max(1))
    }

    /// The parameters with parameter `p` of model `i` at `p * models + i`.
    pub fn planes(&self) -> Vec<f32> {
        let (models, size) = (self.count(), self.size());
        let mut planes = vec![0.0; self.parameters.len()];
        for (i, model) in self.each().enumerate() {
            (0..size).for_each(|p| planes[p * models + i] = model[p]);
        }
        planes
    }
}

/// What an array is, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Tied,
    Encoder,
    Decoder,
    Bias,
    /// A bias of the hidden units, which our models do not have.
    HiddenBias,
}

/// What an array of this name is; `None` for names that mean nothing here.
fn part(name: &str) -> Option<Part> {
    let lower = name.to_ascii_lowercase();
    let words: Vec<&str> = lower.split(['.', '/', ':']).filter(|word| !word.is_empty()).collect();
    let last = *words.last()?;
    let named = |all: &[&str]| words.iter().rev().skip(1).any(|word| all.contains(word));
    let encoder = named(&["encoder", "enc", "embed", "fc1", "dense_0", "0"]);
    let decoder = named(&["decoder", "dec", "unembed", "fc2", "dense_1", "1", "2"]);
    match last {
        "w" | "weight" | "weights" | "kernel" if encoder => Some(Part::Encoder),
        "w" | "weight" | "weights" | "kernel" if decoder => Some(Part::Decoder),
        "w" | "weight" | "weights" | "kernel" => Some(Part::Tied),
        "encoder" | "w1" | "w_enc" | "w_in" => Some(Part::Encoder),
        "decoder" | "w2" | "w_dec" | "w_out" => Some(Part::Decoder),
        "b" | "bias" | "biases" if encoder => Some(Part::HiddenBias),
        "b" | "bias" | "biases" | "b_final" | "b_dec" | "b_out" | "b2" => Some(Part::Bias),
        "b1" | "b_enc" | "b_in" => Some(Part::HiddenBias),
        _ => None,
    }
}

/// Finds the models of a file.
///
/// # Errors
/// When it has no weights, has them twice, or their shapes do not fit together.
pub fn find(archive: &Archive) -> Result<Models, FileError> {
    let the = |wanted: Part| -> Result<Option<&Tensor>, FileError> {
        let mut all = archive.tensors.iter().filter(|tensor| part(&tensor.name) == Some(wanted));
        let first = all.next();
        match (first, all.next()) {
            (Some(a), Some(b)) => {
                error(format!("{} and {} could both be meant; leave one of them", a.name, b.name))
            }
            _ => Ok(first),
        }
    };
    let (encoder, decoder) = match (the(Part::Tied)?, the(Part::Encoder)?, the(Part::Decoder)?) {
        (None, Some(encoder), Some(decoder)) => (encoder, Some(decoder)),
        // A model whose output is computed with the input's weights has one array under any name.
        (Some(one), None, None) | (None, Some(one), None) | (None, None, Some(one)) => (one, None),
        (None, None, None) => {
            let names: Vec<&str> = archive.tensors.iter().map(|t| &t.name[..]).collect();
            let found = if names.is_empty() { "nothing".into() } else { names.join(", ") };
            return error(format!(
                "it has no array W, nor encoder and decoder; what it has is {found}"
            ));
        }
        _ => return error("it has W and an encoder or decoder; either is enough"),
    };
    let bias = the(Part::Bias)?;
    let mut notes = vec![];
    if let Some(hidden) = the(Part::HiddenBias)? {
        let zero = hidden.values.floats().is_some_and(|all| all.iter().all(|&x| x == 0.0));
        if !zero {
            let name = &hidden.name;
            return error(format!(
                "{name} is a bias of the hidden units; the models measured here have none"
            ));
        }
        notes.push(format!("{}, all zeros, was passed over", hidden.name));
    }
    let (features, hidden) = sizes(encoder, bias, &mut notes)?;
    let axes = encoder.shape[..encoder.shape.len() - 2].to_vec();
    let models = count(&axes).filter(|&models| models > 0);
    let Some(models) = models.filter(|_| features > 0 && hidden > 0) else {
        return error(format!("{} of shape {} is empty", encoder.name, shape_text(&encoder.shape)));
    };
    let encoders = weights(encoder, &axes, features, hidden)?;
    let decoders = decoder.map(|decoder| weights(decoder, &axes, features, hidden)).transpose()?;
    let biases = bias.map(|bias| biases(bias, &axes, models, features)).transpose()?;
    if bias.is_none() {
        notes.push("there is no b, so biases are 0".into());
    }
    let mut parameters = vec![];
    for model in 0..models {
        let size = features * hidden;
        parameters.extend_from_slice(&encoders[model * size..][..size]);
        if let Some(decoders) = &decoders {
            parameters.extend_from_slice(&decoders[model * size..][..size]);
        }
        match &biases {
            Some(biases) => parameters.extend_from_slice(&biases[model * features..][..features]),
            None => parameters.resize(parameters.len() + features, 0.0),
        }
    }
    let (tied, biased) = (decoder.is_none(), bias.is_some());
    Ok(Models { features, hidden, axes, tied, biased, parameters, notes })
}

/// Number of features and of hidden units.
fn sizes(
    weights: &Tensor,
    bias: Option<&Tensor>,
    notes: &mut Vec<String>,
) -> Result<(usize, usize), FileError> {
    let (name, shape) = (&weights.name, shape_text(&weights.shape));
    let &[.., p, q] = &weights.shape[..] else {
        return error(format!("{name} has the shape {shape}; it must have two axes at least"));
    };
    let square = |notes: &mut Vec<String>| {
        notes.push(format!("{name} has as many rows as columns; the rows are taken as features"));
    };
    match bias.map(|bias| bias.shape.last().copied().unwrap_or(0)) {
        Some(n) if p == n => {
            if q == n {
                square(notes);
            }
            Ok((p, q))
        }
        Some(n) if q == n => Ok((q, p)),
        Some(n) => error(format!(
            "b has {n} entries, but {name} the shape {shape}; one of its last two axes must be as long"
        )),
        None => {
            if p == q {
                square(notes);
            } else {
                notes.push(format!(
                    "the longer axis of {name}, {}, is taken as the features",
                    p.max(q)
                ));
            }
            Ok((p.max(q), p.min(q)))
        }
    }
}

/// The numbers of an array of floats.
fn floats(tensor: &Tensor) -> Result<Vec<f32>, FileError> {
    let why = || {
        FileError(format!("{} holds {}; it must hold floats", tensor.name, tensor.values.kind()))
    };
    tensor.values.floats().ok_or_else(why)
}

/// Weights with features as rows, one model after the other.
fn weights(tensor: &Tensor, axes: &[usize], n: usize, m: usize) -> Result<Vec<f32>, FileError> {
    let all = floats(tensor)?;
    let expected = |last: [usize; 2]| [axes, &last].concat();
    if tensor.shape == expected([n, m]) {
        return Ok(all);
    }
    if tensor.shape != expected([m, n]) {
        return error(format!(
            "{} has the shape {}; it must be {} or {}",
            tensor.name,
            shape_text(&tensor.shape),
            shape_text(&expected([n, m])),
            shape_text(&expected([m, n])),
        ));
    }
    let turned =
        |model: &[f32]| -> Vec<f32> { (0..n * m).map(|at| model[at % m * n + at / m]).collect() };
    Ok(all.chunks_exact(n * m).flat_map(turned).collect())
}

/// Biases of one model after the other; one set may serve all models.
fn biases(tensor: &Tensor, axes: &[usize], models: usize, n: usize) -> Result<Vec<f32>, FileError> {
    let all = floats(tensor)?;
    let each = [axes, &[n]].concat();
    match () {
        () if tensor.shape == each => Ok(all),
        () if tensor.shape == [n] => Ok(all.repeat(models)),
        () => error(format!(
            "{} has the shape {}; it must be {}",
            tensor.name,
            shape_text(&tensor.shape),
            shape_text(&each)
        )),
    }
}
