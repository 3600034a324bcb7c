//! The operations of the translation model, and of a bottleneck in it.
//!
//! An encoder-decoder (Vaswani et al. 2017) with a layer norm before each part (Xiong et al. 2020),
//! sinusoidal positions and an output tied to the target's embedding. The bottleneck stands between
//! the encoder and everything that reads it, the same at every position:
//!
//! ```text
//! z = V e + c  (rectified if asked)      V: k x d
//! e' = U z + g                           U: d x k
//! ```

use super::shape::Shape;
use super::vocabulary::PADDING;
use crate::operation::attention::Mask;
use crate::operation::matmul::Stored;
use crate::tape::{Heads, Id, Start, Tape, Tokens};

/// A tape for so many sentences, and what is where on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Architecture {
    /// The operations.
    pub tape: Tape,
    /// What it translates, and how large it is.
    pub shape: Shape,
    /// Sentences.
    pub batch: usize,
    /// Source words, [`Shape::words`] a sentence.
    pub source: Tokens,
    /// How many of them there are, for each sentence.
    pub lengths: Tokens,
    /// What the decoder has before it: the start, then the words so far.
    pub before: Tokens,
    /// What it is to say next; rows that are ignored count in no loss.
    pub next: Tokens,
    /// The encoder's output, a row a word.
    pub encoded: Id,
    /// What passes the bottleneck, a row a word.
    pub code: Option<Id>,
    /// Whether that is rectified.
    pub rectified: bool,
    /// A row of scores of all target words for each place.
    pub logits: Id,
    /// Tensors that are given and not trained, with their names in the base's file.
    pub frozen: Vec<Id>,
    /// Sinusoidal positions.
    positions: Id,
}

/// A bottleneck.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bottleneck {
    /// Dimensions `k`.
    pub dimensions: usize,
    /// Whether `z` is rectified.
    pub rectified: bool,
}

struct Build {
    tape: Tape,
    shape: Shape,
    batch: usize,
    /// Whether the base's weights are given instead of trained.
    frozen: Option<Vec<Id>>,
    source_lengths: Option<Tokens>,
}

/// Which tokens attend to which.
#[derive(Clone, Copy)]
struct Attend {
    x: Id,
    to: Id,
    mask: Mask,
    padded: bool,
}

impl Architecture {
    /// The base model, every part of it trained.
    pub fn base(shape: Shape, batch: usize) -> Self {
        Self::new(shape, batch, None)
    }

    /// A bottleneck in a base model that is given.
    pub fn bottleneck(shape: Shape, batch: usize, bottleneck: Bottleneck) -> Self {
        Self::new(shape, batch, Some(bottleneck))
    }

    fn new(shape: Shape, batch: usize, bottleneck: Option<Bottleneck>) -> Self {
        let Shape { width, words, .. } = shape;
        let frozen = bottleneck.map(|_| vec![]);
        let mut build = Build { tape: Tape::default(), shape, batch, frozen, source_lengths: None };
        let t = &mut build.tape;
        let source = t.token_list(batch * words);
        let lengths = t.token_list(batch);
        let before = t.token_list(batch * words);
        let next = t.token_list(batch * words);
        let positions = t.input("positions", &[words, width]);
        build.source_lengths = Some(lengths);

        let mut h = build.embed("source.weight", source, shape.source, positions).1;
        for layer in 0..shape.layers {
            let name = format!("encoder.{layer}");
            let x = build.norm(&format!("{name}.norm1"), h);
            let attend = Attend { x, to: x, mask: Mask::Full, padded: true };
            let out = build.attention(&format!("{name}.attention"), attend);
            h = build.tape.add(h, out);
            h = build.mlp(&name, "norm2", h);
        }
        let encoded = build.norm("encoder.norm", h);

        let (read, code) = match bottleneck {
            None => (encoded, None),
            Some(bottleneck) => {
                let (read, code) = build.squeeze(encoded, bottleneck);
                (read, Some(code))
            }
        };

        let (table, mut h) = build.embed("target.weight", before, shape.target, positions);
        for layer in 0..shape.layers {
            let name = format!("decoder.{layer}");
            let x = build.norm(&format!("{name}.norm1"), h);
            let attend = Attend { x, to: x, mask: Mask::Causal, padded: false };
            let out = build.attention(&format!("{name}.attention"), attend);
            h = build.tape.add(h, out);
            let x = build.norm(&format!("{name}.norm2"), h);
            let attend = Attend { x, to: read, mask: Mask::Full, padded: true };
            let out = build.attention(&format!("{name}.reading"), attend);
            h = build.tape.add(h, out);
            h = build.mlp(&name, "norm3", h);
        }
        let h = build.norm("decoder.norm", h);
        let bias = build.weight("target.bias", &[shape.target], Start::Constant(0.0));
        let logits = build.tape.matmul(h, table, Some(bias), Stored::ByOutput);
        build.tape.cross_entropy(logits, next);
        Self {
            tape: build.tape,
            shape,
            batch,
            source,
            lengths,
            before,
            next,
            encoded,
            code,
            rectified: bottleneck.is_some_and(|bottleneck| bottleneck.rectified),
            logits,
            frozen: build.frozen.unwrap_or_default(),
            positions,
        }
    }

    /// The tensor that holds the positions, and what is in it: sines and cosines of the place, with
    /// wavelengths from `2 pi` to 10,000 times that, as long as embeddings are at the start.
    pub fn positions(&self) -> (Id, Vec<f64>) {
        let Shape { width, words, .. } = self.shape;
        let scale = 1.0 / (width as f64).sqrt();
        let one = |index: usize| {
            let (place, i) = (index / width, index % width);
            let rate = 1e4f64.powf(-((i / 2 * 2) as f64) / width as f64);
            let angle = place as f64 * rate;
            scale * if i % 2 == 0 { angle.sin() } else { angle.cos() }
        };
        (self.positions, (0..words * width).map(one).collect())
    }
}

impl Build {
    /// A tensor of the base: trained, or given.
    fn weight(&mut self, name: &str, shape: &[usize], start: Start) -> Id {
        match &mut self.frozen {
            None => self.tape.parameter(name, shape, start),
            Some(frozen) => {
                let id = self.tape.input(name, shape);
                frozen.push(id);
                id
            }
        }
    }

    /// A table of embeddings, and its rows for some tokens, with positions.
    fn embed(&mut self, name: &str, tokens: Tokens, count: usize, positions: Id) -> (Id, Id) {
        let width = self.shape.width;
        let start = Start::Normal(1.0 / (width as f64).sqrt());
        let table = self.weight(name, &[count, width], start);
        let rows = self.tape.embedding(tokens, table);
        (table, self.tape.add(rows, positions))
    }

    fn linear(&mut self, name: &str, x: Id, inner: usize, outer: usize, writes: bool) -> Id {
        let parts = 2.0 * self.shape.layers as f64;
        let std = 1.0 / (inner as f64).sqrt();
        let start = Start::Normal(if writes { std / parts.sqrt() } else { std });
        let weight = self.weight(&format!("{name}.weight"), &[outer, inner], start);
        let bias = self.weight(&format!("{name}.bias"), &[outer], Start::Constant(0.0));
        self.tape.matmul(x, weight, Some(bias), Stored::ByOutput)
    }

    fn norm(&mut self, name: &str, x: Id) -> Id {
        let width = self.shape.width;
        let gain = self.weight(&format!("{name}.weight"), &[width], Start::Constant(1.0));
        let shift = self.weight(&format!("{name}.bias"), &[width], Start::Constant(0.0));
        self.tape.norm(x, gain, shift)
    }

    fn attention(&mut self, name: &str, attend: Attend) -> Id {
        let d = self.shape.width;
        let query = self.linear(&format!("{name}.query"), attend.x, d, d, false);
        let key = self.linear(&format!("{name}.key"), attend.to, d, d, false);
        let value = self.linear(&format!("{name}.value"), attend.to, d, d, false);
        let lengths = self.source_lengths.filter(|_| attend.padded);
        let heads = self.shape.heads;
        let how = Heads { batch: self.batch, heads, mask: attend.mask, dropout: 0.0 };
        let (mixed, _) = self.tape.attention([query, key, value], lengths, how);
        self.linear(&format!("{name}.output"), mixed, d, d, true)
    }

    fn mlp(&mut self, name: &str, norm: &str, h: Id) -> Id {
        let Shape { width, mlp, .. } = self.shape;
        let x = self.norm(&format!("{name}.{norm}"), h);
        let inner = self.linear(&format!("{name}.mlp.in"), x, width, mlp, false);
        let active = self.tape.gelu(inner);
        let out = self.linear(&format!("{name}.mlp.out"), active, mlp, width, true);
        self.tape.add(h, out)
    }

    /// The bottleneck, always trained; what comes out of it, and what passes.
    fn squeeze(&mut self, encoded: Id, bottleneck: Bottleneck) -> (Id, Id) {
        let (d, k) = (self.shape.width, bottleneck.dimensions);
        let normal = |inner: usize| Start::Normal(1.0 / (inner as f64).sqrt());
        let t = &mut self.tape;
        let narrow = t.parameter("bottleneck.narrow.weight", &[k, d], normal(d));
        let shift = t.parameter("bottleneck.narrow.bias", &[k], Start::Constant(0.0));
        let wide = t.parameter("bottleneck.wide.weight", &[d, k], normal(k));
        let base = t.parameter("bottleneck.wide.bias", &[d], Start::Constant(0.0));
        let linear = t.matmul(encoded, narrow, Some(shift), Stored::ByOutput);
        let code = if bottleneck.rectified { t.relu(linear) } else { linear };
        (t.matmul(code, wide, Some(base), Stored::ByOutput), code)
    }
}

/// Sentences in the form that a tape reads.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    /// Source words, padded.
    pub source: Vec<u32>,
    /// Source words a sentence.
    pub lengths: Vec<u32>,
    /// The start, then target words, padded.
    pub before: Vec<u32>,
    /// Target words, then the end; ignored where there is nothing to say.
    pub next: Vec<u32>,
}

impl Rows {
    /// Source words without padding and ends, sentence after sentence.
    pub fn words(&self, words: usize) -> Vec<u32> {
        let sentences = self.source.chunks_exact(words).zip(&self.lengths);
        let own = |(line, &length): (&[u32], &u32)| {
            let end = (length as usize).saturating_sub(1).min(words);
            line[..end].to_vec()
        };
        sentences.flat_map(own).collect()
    }

    /// Adds a sentence of at most `words - 1` words either way.
    pub fn push(&mut self, words: usize, source: &[u32], target: &[u32]) {
        use super::vocabulary::{END, START};
        use crate::operation::cross_entropy::IGNORED;
        let padded = |start: &[u32], line: &[u32], end: &[u32], fill: u32| {
            let all = start.iter().chain(line).chain(end).copied();
            all.chain(std::iter::repeat(fill)).take(words).collect::<Vec<_>>()
        };
        self.source.extend(padded(&[], source, &[END], PADDING));
        self.lengths.push(words.min(source.len() + 1) as u32);
        self.before.extend(padded(&[START], target, &[], PADDING));
        self.next.extend(padded(&[], target, &[END], IGNORED));
    }
}
