//! Which kernel is called with which operands, for every operation of a tape.

use toy::operation::attention::Mask;
use toy::operation::dropout::{Dropout, Drops, Stream};
use toy::operation::matmul::Stored;
use toy::tape::{Id, Operation, Role, Tape, Tokens};

/// One call of a kernel: its entry point, operands, and workgroups a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The entry point.
    pub entry: &'static str,
    /// `a`, `b`, `c` and `d`, as the kernel says.
    pub words: [u32; 16],
    /// Workgroups.
    pub groups: u32,
}

/// Most workgroups of a call; kernels stride over the rest.
const MOST_GROUPS: u32 = 4096;
/// Invocations of a workgroup.
const GROUP: usize = 64;
/// Rows and columns of a product's tile.
const TILE: usize = 32;

impl Call {
    /// A call with an invocation for each of so many elements.
    pub fn new(entry: &'static str, elements: usize, operands: &[&[u32]]) -> Self {
        let mut words = [0; 16];
        for (four, operands) in words.chunks_exact_mut(4).zip(operands) {
            four[..operands.len()].copy_from_slice(operands);
        }
        let groups = elements.div_ceil(GROUP).clamp(1, usize::MAX) as u32;
        Self { entry, words, groups: groups.min(MOST_GROUPS) }
    }

    /// A call whose kernel has an invocation for each element, whatever their number.
    fn whole(entry: &'static str, elements: usize, operands: &[&[u32]]) -> Self {
        let groups = elements.div_ceil(GROUP).max(1) as u32;
        Self { groups, ..Self::new(entry, elements, operands) }
    }

    /// A call of one workgroup.
    fn single(entry: &'static str, operands: &[&[u32]]) -> Self {
        Self::new(entry, 1, operands)
    }
}

/// Where the tensors of a tape stand in a model's numbers.
#[derive(Clone, Debug)]
pub struct Places {
    tensors: Vec<u32>,
    tokens: Vec<u32>,
    /// Numbers of a model.
    pub numbers: usize,
    /// Tokens of a model.
    pub token_count: usize,
}

impl Places {
    /// Parameters first, as they are; everything else after them.
    pub fn new(tape: &Tape) -> Self {
        let mut numbers = tape.parameters();
        let mut place = |tensor: &toy::tape::Tensor| match &tensor.role {
            Role::Parameter { range, .. } => range.start as u32,
            _ => {
                let at = numbers;
                numbers += tensor.size();
                at as u32
            }
        };
        let tensors = tape.tensors.iter().map(&mut place).collect();
        let mut token_count = 0;
        let tokens = tape.tokens.iter().map(|&count| {
            token_count += count;
            (token_count - count) as u32
        });
        let tokens = tokens.collect();
        Self { tensors, tokens, numbers, token_count }
    }

    /// Where a tensor begins.
    pub fn of(&self, id: Id) -> u32 {
        self.tensors[id.0]
    }

    /// Where a list of tokens begins.
    pub fn of_tokens(&self, tokens: Tokens) -> u32 {
        self.tokens[tokens.0]
    }
}

/// Writes the calls of one tape.
pub(super) struct Writer<'a> {
    pub tape: &'a Tape,
    pub places: &'a Places,
    /// Seed of the run, which dropout's follow from.
    pub seed: u32,
}

impl Writer<'_> {
    fn drops(&self, dropout: Option<Dropout>) -> [u32; 4] {
        let stream = Stream { seed: self.seed, model: 0, step: 0 };
        dropout.map_or([0; 4], |dropout| {
            let drops = Drops::new(dropout, stream);
            [drops.key[0], drops.below, drops.scale.to_bits(), 1]
        })
    }

    fn size(&self, id: Id) -> usize {
        self.tape.tensor(id).size()
    }

    fn learns(&self, id: Id) -> bool {
        self.tape.tensor(id).learns
    }

    /// The calls of an operation's forward pass, its loss included.
    pub fn forward(&self, operation: &Operation) -> Vec<Call> {
        let at = |id: &Id| self.places.of(*id);
        let words = |x: usize| x as u32;
        vec![match operation {
            Operation::MatMul { x, weight, bias, size, out } => {
                let [rows, inner, outer] = [size.rows, size.inner, size.outer].map(words);
                let (wk, wc) = match size.stored {
                    Stored::ByOutput => (1, inner),
                    Stored::ByInput => (outer, 1),
                };
                let bias_at = bias.as_ref().map_or(0, at);
                product(
                    "matmul",
                    [at(x), at(weight), at(out), bias_at],
                    [rows, inner, outer, u32::from(bias.is_some())],
                    [inner, 1, wk, wc],
                    [outer, 1],
                )
            }
            Operation::Relu { x, out } => {
                Call::new("relu", self.size(*x), &[&[at(x), at(out), words(self.size(*x))]])
            }
            Operation::Gelu { x, out } => {
                Call::new("gelu", self.size(*x), &[&[at(x), at(out), words(self.size(*x))]])
            }
            Operation::Norm { .. } => self.norm(operation, "norm"),
            Operation::Attention { size, .. } => {
                let elements = size.batch * size.heads * size.queries;
                self.attention(operation, "attention", elements)
            }
            Operation::Embedding { tokens, table, width, out } => {
                let count = self.tape.tokens[tokens.0];
                let rows = self.size(*table) / width;
                Call::new(
                    "embedding",
                    count * width,
                    &[
                        &[self.places.of_tokens(*tokens), at(table), at(out), words(count)],
                        &[words(*width), words(rows)],
                    ],
                )
            }
            Operation::Add { x, y, out } => Call::new(
                "add",
                self.size(*x),
                &[&[at(x), at(y), at(out), words(self.size(*x))], &[words(self.size(*y))]],
            ),
            Operation::Select { x, size, out } => {
                let count = self.size(*out);
                let rows = [size.rows, size.row, size.width].map(words);
                Call::new("select_row", count, &[&[at(x), at(out), words(count)], &rows])
            }
            Operation::Dropout { x, dropout, out } => {
                let count = self.size(*x);
                let drops = self.drops(Some(*dropout));
                Call::new("dropout", count, &[&[at(x), at(out), words(count)], &drops])
            }
            Operation::TopK { x, width, k, out } => {
                let count = self.size(*x);
                let rest = [words(*width), words(*k)];
                Call::new("top_k", count, &[&[at(x), at(out), words(count)], &rest])
            }
            Operation::SquaredError { .. } => self.squared_error(operation, "squared_error", 1),
            Operation::CrossEntropy { logits, tokens, classes } => {
                let rows = self.size(*logits) / classes;
                let tokens = self.places.of_tokens(*tokens);
                let operands = [at(logits), tokens, words(rows), words(*classes)];
                Call::single("cross_entropy", &[&operands])
            }
        }]
    }

    fn norm(&self, operation: &Operation, entry: &'static str) -> Call {
        let Operation::Norm { x, gain, shift, statistics, out } = operation else {
            unreachable!("a normalisation");
        };
        let at = |id: &Id| self.places.of(*id);
        let width = self.size(*gain);
        let rows = self.size(*x) / width;
        let elements = if entry == "norm_back_parameters" { width } else { rows };
        let learns = [*gain, *shift].map(|id| u32::from(self.learns(id)));
        Call::whole(
            entry,
            elements,
            &[
                &[at(x), at(gain), at(shift), at(out)],
                &[rows as u32, width as u32, at(statistics)],
                &learns,
            ],
        )
    }

    fn attention(&self, operation: &Operation, entry: &'static str, elements: usize) -> Call {
        let Operation::Attention { q, k, v, lengths, size, dropout, weights, out } = operation
        else {
            unreachable!("an attention");
        };
        let at = |id: &Id| self.places.of(*id);
        let mask = match size.mask {
            Mask::Full => 0,
            Mask::Causal => 1,
            Mask::Before => 2,
        };
        let lengths = lengths.map_or(0, |lengths| 1 + self.places.of_tokens(lengths));
        let [batch, queries, keys] = [size.batch, size.queries, size.keys].map(|x| x as u32);
        Call::whole(
            entry,
            elements,
            &[
                &[at(q), at(k), at(v), at(out)],
                &[at(weights), batch, queries, keys],
                &[size.heads as u32, size.width as u32, mask, lengths],
                &self.drops(*dropout),
            ],
        )
    }

    fn squared_error(&self, operation: &Operation, entry: &'static str, elements: usize) -> Call {
        let Operation::SquaredError { y, target, importance, scale } = operation else {
            unreachable!("a squared error");
        };
        let at = |id: &Id| self.places.of(*id);
        let rest = [self.size(*importance) as u32, (*scale as f32).to_bits()];
        let operands = [at(y), at(target), at(importance), self.size(*y) as u32];
        Call::new(entry, elements, &[&operands, &rest])
    }

    /// The calls of an operation's backward pass.
    pub fn backward(&self, operation: &Operation) -> Vec<Call> {
        let at = |id: &Id| self.places.of(*id);
        let words = |x: usize| x as u32;
        let mut calls = vec![];
        match operation {
            Operation::MatMul { x, weight, bias, size, out } => {
                let [rows, inner, outer] = [size.rows, size.inner, size.outer].map(words);
                let by_output = size.stored == Stored::ByOutput;
                if self.learns(*x) {
                    let (wk, wc) = if by_output { (inner, 1) } else { (1, outer) };
                    calls.push(product(
                        "matmul_back",
                        [at(out), at(weight), at(x), 0],
                        [rows, outer, inner, 0],
                        [outer, 1, wk, wc],
                        [inner, 1],
                    ));
                }
                if self.learns(*weight) {
                    let to = if by_output { [inner, 1] } else { [1, outer] };
                    calls.push(product(
                        "matmul_back",
                        [at(out), at(x), at(weight), 0],
                        [outer, rows, inner, 0],
                        [1, outer, inner, 1],
                        to,
                    ));
                }
                if let Some(bias) = bias.filter(|bias| self.learns(*bias)) {
                    let operands = [at(out), at(&bias), rows, outer];
                    calls.push(Call::whole("matmul_bias", size.outer, &[&operands]));
                }
            }
            Operation::Relu { x, out } | Operation::Gelu { x, out } => {
                let gelu = matches!(operation, Operation::Gelu { .. });
                let entry = if gelu { "gelu_back" } else { "relu_back" };
                let count = self.size(*x);
                calls.push(Call::new(entry, count, &[&[at(x), at(out), words(count)]]));
            }
            Operation::Norm { x, gain, shift, .. } => {
                if self.learns(*gain) || self.learns(*shift) {
                    calls.push(self.norm(operation, "norm_back_parameters"));
                }
                if self.learns(*x) {
                    calls.push(self.norm(operation, "norm_back"));
                }
            }
            Operation::Attention { size, .. } => {
                calls.push(self.attention(operation, "attention_back", size.batch * size.heads));
            }
            Operation::Embedding { tokens, table, width, out } => {
                let (count, size) = (self.tape.tokens[tokens.0], self.size(*table));
                calls.push(Call::whole(
                    "embedding_back",
                    size,
                    &[
                        &[self.places.of_tokens(*tokens), at(table), at(out), words(count)],
                        &[words(*width), words(size / width)],
                    ],
                ));
            }
            Operation::Add { x, y, out } => {
                for id in [x, y].into_iter().filter(|id| self.learns(**id)) {
                    let size = self.size(*id);
                    let times = self.size(*out) / size;
                    let operands = [at(out), at(id), words(size), words(times)];
                    calls.push(Call::new("add_back", size, &[&operands]));
                }
            }
            Operation::Select { x, size, out } => {
                let count = self.size(*out);
                let rows = [size.rows, size.row, size.width].map(words);
                let operands = [at(x), at(out), words(count)];
                calls.push(Call::new("select_back", count, &[&operands, &rows]));
            }
            Operation::Dropout { x, dropout, out } => {
                let count = self.size(*x);
                let operands = [at(x), at(out), words(count)];
                let drops = self.drops(Some(*dropout));
                calls.push(Call::new("dropout_back", count, &[&operands, &drops]));
            }
            Operation::TopK { x, width, k, out } => {
                let count = self.size(*x);
                let operands = [at(x), at(out), words(count)];
                let rest = [words(*width), words(*k)];
                calls.push(Call::new("top_k_back", count, &[&operands, &rest]));
            }
            Operation::SquaredError { y, .. } => {
                let count = self.size(*y);
                calls.push(self.squared_error(operation, "squared_error_back", count));
            }
            Operation::CrossEntropy { logits, tokens, classes } => {
                let rows = self.size(*logits) / classes;
                let tokens = self.places.of_tokens(*tokens);
                let operands = [at(logits), tokens, words(rows), words(*classes)];
                calls.push(Call::whole("cross_entropy_back", rows, &[&operands]));
            }
        }
        calls
    }
}

/// A product of matrices: a workgroup a tile.
fn product(entry: &'static str, a: [u32; 4], b: [u32; 4], strides: [u32; 4], to: [u32; 2]) -> Call {
    let [rows, _, columns, _] = b;
    let tiles = (rows as usize).div_ceil(TILE) * (columns as usize).div_ceil(TILE);
    Call { groups: tiles as u32, ..Call::new(entry, 1, &[&a, &b, &strides, &to]) }
}
