//! Writing a tape, operation by operation.

use super::{Id, Operation, Role, Start, Tape, Tensor, Tokens};
use crate::operation::attention::{self, Mask};
use crate::operation::dropout::Dropout;
use crate::operation::matmul::{self, Stored};
use crate::operation::select;

/// What an attention looks like beside its operands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heads {
    /// Sequences.
    pub batch: usize,
    /// Heads.
    pub heads: usize,
    /// Which keys a query sees.
    pub mask: Mask,
    /// Which share of the weights is dropped while training.
    pub dropout: f64,
}

impl Tape {
    fn add_tensor(&mut self, name: String, shape: &[usize], role: Role, learns: bool) -> Id {
        debug_assert!(self.tensors.iter().all(|t| t.name != name), "{name} is there already");
        self.tensors.push(Tensor { name, shape: shape.to_vec(), role, learns });
        Id(self.tensors.len() - 1)
    }

    /// A trained tensor.
    pub fn parameter(&mut self, name: impl Into<String>, shape: &[usize], start: Start) -> Id {
        let range = self.parameters..self.parameters + shape.iter().product::<usize>();
        self.parameters = range.end;
        self.add_tensor(name.into(), shape, Role::Parameter { range, start }, true)
    }

    /// A tensor that is given.
    pub fn input(&mut self, name: impl Into<String>, shape: &[usize]) -> Id {
        self.add_tensor(name.into(), shape, Role::Input, false)
    }

    /// A list of so many tokens, or lengths, that is given.
    pub fn token_list(&mut self, count: usize) -> Tokens {
        self.tokens.push(count);
        Tokens(self.tokens.len() - 1)
    }

    /// What an operation makes, named after its place; learns when one of the operands does.
    fn made(&mut self, shape: &[usize], from: &[Id]) -> Id {
        let learns = from.iter().any(|&id| self.tensor(id).learns);
        let name = format!("made.{}", self.tensors.len());
        self.add_tensor(name, shape, Role::Made, learns)
    }

    fn shape(&self, id: Id) -> Vec<usize> {
        self.tensor(id).shape.clone()
    }

    fn rows_and_width(&self, id: Id) -> (usize, usize) {
        let shape = &self.tensor(id).shape;
        let width = shape.last().copied().unwrap_or(1);
        (self.tensor(id).size() / width.max(1), width)
    }

    /// `x W^T + b`.
    ///
    /// # Panics
    /// When the sizes do not fit each other, which is a fault of the architecture.
    pub fn matmul(&mut self, x: Id, weight: Id, bias: Option<Id>, stored: Stored) -> Id {
        let (rows, inner) = self.rows_and_width(x);
        let outer = self.tensor(weight).size() / inner;
        let expected = match stored {
            Stored::ByOutput => vec![outer, inner],
            Stored::ByInput => vec![inner, outer],
        };
        assert_eq!(self.shape(weight), expected, "{}", self.tensor(weight).name);
        assert!(bias.is_none_or(|bias| self.tensor(bias).size() == outer), "bias of {outer}");
        let size = matmul::Size { rows, inner, outer, stored };
        let from: Vec<Id> = [x, weight].into_iter().chain(bias).collect();
        let out = self.made(&[rows, outer], &from);
        self.operations.push(Operation::MatMul { x, weight, bias, size, out });
        out
    }

    /// The positive part.
    pub fn relu(&mut self, x: Id) -> Id {
        let out = self.made(&self.shape(x), &[x]);
        self.operations.push(Operation::Relu { x, out });
        out
    }

    /// The Gaussian error linear unit.
    pub fn gelu(&mut self, x: Id) -> Id {
        let out = self.made(&self.shape(x), &[x]);
        self.operations.push(Operation::Gelu { x, out });
        out
    }

    /// Layer normalisation.
    pub fn norm(&mut self, x: Id, gain: Id, shift: Id) -> Id {
        let (rows, _) = self.rows_and_width(x);
        let statistics = self.made(&[rows, 2], &[]);
        let out = self.made(&self.shape(x), &[x, gain, shift]);
        self.operations.push(Operation::Norm { x, gain, shift, statistics, out });
        out
    }

    /// Softmax attention; returns the output and the weights.
    ///
    /// # Panics
    /// When the sizes do not fit each other, which is a fault of the architecture.
    pub fn attention(
        &mut self,
        [q, k, v]: [Id; 3],
        lengths: Option<Tokens>,
        how: Heads,
    ) -> (Id, Id) {
        let Heads { batch, heads, mask, dropout } = how;
        let ((queries, width), (keys, _)) = (self.rows_and_width(q), self.rows_and_width(k));
        assert!(q != k && k != v && q != v, "gradients of the three are added up apart");
        assert!(width.is_multiple_of(heads), "{heads} heads of {width}");
        let size = attention::Size {
            batch,
            queries: queries / batch,
            keys: keys / batch,
            heads,
            width,
            mask,
        };
        let dropout = self.dropping(dropout);
        let weights = self.made(&[batch, heads, size.queries, size.keys], &[]);
        let out = self.made(&self.shape(q), &[q, k, v]);
        self.operations.push(Operation::Attention {
            q,
            k,
            v,
            lengths,
            size,
            dropout,
            weights,
            out,
        });
        (out, weights)
    }

    /// A row of a table for every token.
    pub fn embedding(&mut self, tokens: Tokens, table: Id) -> Id {
        let (_, width) = self.rows_and_width(table);
        let out = self.made(&[self.tokens[tokens.0], width], &[table]);
        self.operations.push(Operation::Embedding { tokens, table, width, out });
        out
    }

    /// A sum; `y` repeats where it is shorter.
    ///
    /// # Panics
    /// When the sizes do not fit each other, which is a fault of the architecture.
    pub fn add(&mut self, x: Id, y: Id) -> Id {
        assert!(
            self.tensor(x).size().is_multiple_of(self.tensor(y).size()),
            "a sum of unlike sizes"
        );
        let out = self.made(&self.shape(x), &[x, y]);
        self.operations.push(Operation::Add { x, y, out });
        out
    }

    /// One row of each sequence of so many.
    pub fn select(&mut self, x: Id, rows: usize, row: usize) -> Id {
        let (all, width) = self.rows_and_width(x);
        let out = self.made(&[all / rows, width], &[x]);
        self.operations.push(Operation::Select { x, size: select::Size { rows, row, width }, out });
        out
    }

    /// Dropout, or nothing at rate 0.
    pub fn dropout(&mut self, x: Id, rate: f64) -> Id {
        let Some(dropout) = self.dropping(rate) else { return x };
        let out = self.made(&self.shape(x), &[x]);
        self.operations.push(Operation::Dropout { x, dropout, out });
        out
    }

    /// The `k` largest elements of each row.
    pub fn top_k(&mut self, x: Id, k: usize) -> Id {
        let (_, width) = self.rows_and_width(x);
        let out = self.made(&self.shape(x), &[x]);
        self.operations.push(Operation::TopK { x, width, k, out });
        out
    }

    /// Adds a squared error to the loss: the mean over elements, weighted by importance.
    pub fn squared_error(&mut self, y: Id, target: Id, importance: Id) {
        let scale = 1.0 / self.tensor(y).size() as f64;
        self.operations.push(Operation::SquaredError { y, target, importance, scale });
    }

    /// Adds a cross-entropy to the loss.
    pub fn cross_entropy(&mut self, logits: Id, tokens: Tokens) {
        let (_, classes) = self.rows_and_width(logits);
        self.operations.push(Operation::CrossEntropy { logits, tokens, classes });
    }

    fn dropping(&mut self, rate: f64) -> Option<Dropout> {
        self.sites += 1;
        (rate > 0.0).then_some(Dropout { rate, site: self.sites })
    }
}
