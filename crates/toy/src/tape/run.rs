//! Running a tape forwards and backwards.

use super::kernels::Kernels;
use super::{Id, Memory, Operation, Role, Tape};
use crate::operation::dropout::{Drops, Stream};
use crate::operation::{add, cast, cross_entropy, embedding, select, squared_error, top_k};
use num_traits::Float;
use std::mem::take;

/// A tensor's values.
fn value<'a, T>(tape: &Tape, parameters: &'a [T], memory: &'a Memory<T>, id: Id) -> &'a [T] {
    match &tape.tensor(id).role {
        Role::Parameter { range, .. } => &parameters[range.clone()],
        _ => &memory.values[id.0],
    }
}

/// Computes everything, and returns the loss. Nothing is dropped without a stream.
pub fn forward<T: Float>(
    tape: &Tape,
    kernels: &mut dyn Kernels<T>,
    parameters: &[T],
    stream: Option<Stream>,
    memory: &mut Memory<T>,
) -> T {
    let mut loss = T::zero();
    for operation in &tape.operations {
        // What is written is taken out while the operands are read, and put back.
        let out = target(operation);
        let mut y = out.map(|id| take(&mut memory.values[id.0])).unwrap_or_default();
        let kept = match operation {
            Operation::Norm { statistics: id, .. } | Operation::Attention { weights: id, .. } => {
                Some(*id)
            }
            _ => None,
        };
        let mut keeps = kept.map(|id| take(&mut memory.values[id.0])).unwrap_or_default();
        let of = |id: Id| value(tape, parameters, memory, id);
        match operation {
            Operation::MatMul { x, weight, bias, size, .. } => {
                kernels.matmul(*size, of(*x), of(*weight), bias.map(of), &mut y);
            }
            Operation::Relu { x, .. } => kernels.relu(of(*x), &mut y),
            Operation::Gelu { x, .. } => kernels.gelu(of(*x), &mut y),
            Operation::Norm { x, gain, shift, .. } => {
                kernels.norm(of(*x), of(*gain), of(*shift), &mut y, &mut keeps);
            }
            Operation::Attention { q, k, v, lengths, size, dropout, .. } => {
                let lengths = lengths.map(|lengths| &memory.tokens[lengths.0][..]);
                let drops = dropout.zip(stream).map(|(d, stream)| Drops::new(d, stream));
                let how = (*size, lengths, drops.as_ref());
                kernels.attention(how, [of(*q), of(*k), of(*v)], &mut keeps, &mut y);
            }
            Operation::Embedding { tokens, table, width, .. } => {
                embedding::forward(*width, &memory.tokens[tokens.0], of(*table), &mut y);
            }
            Operation::Add { x, y: other, .. } => kernels.add(of(*x), of(*other), &mut y),
            Operation::Select { x, size, .. } => select::forward(*size, of(*x), &mut y),
            Operation::Dropout { x, dropout, .. } => match stream {
                Some(stream) => kernels.dropout(&Drops::new(*dropout, stream), of(*x), &mut y),
                None => y.copy_from_slice(of(*x)),
            },
            Operation::TopK { x, width, k, .. } => top_k::forward(*width, *k, of(*x), &mut y),
            Operation::SquaredError { y, target, importance, scale } => {
                let part =
                    squared_error::forward(cast(*scale), of(*y), of(*target), of(*importance));
                loss = loss + part;
            }
            Operation::CrossEntropy { logits, tokens, classes } => {
                let tokens = &memory.tokens[tokens.0];
                loss = loss + cross_entropy::forward(*classes, of(*logits), tokens);
            }
        }
        if let Some(id) = out {
            memory.values[id.0] = y;
        }
        if let Some(id) = kept {
            memory.values[id.0] = keeps;
        }
    }
    loss
}

/// What an operation makes.
fn target(operation: &Operation) -> Option<Id> {
    match operation {
        Operation::MatMul { out, .. }
        | Operation::Relu { out, .. }
        | Operation::Gelu { out, .. }
        | Operation::Norm { out, .. }
        | Operation::Attention { out, .. }
        | Operation::Embedding { out, .. }
        | Operation::Add { out, .. }
        | Operation::Select { out, .. }
        | Operation::Dropout { out, .. }
        | Operation::TopK { out, .. } => Some(*out),
        Operation::SquaredError { .. } | Operation::CrossEntropy { .. } => None,
    }
}

/// The loss's gradient by all parameters, after [`forward`] with the same batch and stream.
pub fn backward<T: Float>(
    tape: &Tape,
    kernels: &mut dyn Kernels<T>,
    parameters: &[T],
    stream: Option<Stream>,
    memory: &mut Memory<T>,
    gradient: &mut [T],
) {
    gradient.fill(T::zero());
    memory.gradients.iter_mut().for_each(|g| g.fill(T::zero()));
    memory.reached.fill(false);
    for operation in tape.operations.iter().rev() {
        let out = target(operation);
        // What the loss does not depend on passes nothing on.
        if out.is_some_and(|id| !tape.tensor(id).learns || !memory.reached[id.0]) {
            continue;
        }
        let dy = out.map(|id| take(&mut memory.gradients[id.0])).unwrap_or_default();
        let mut back = Back { tape, parameters, memory, gradient };
        match operation {
            Operation::MatMul { x, weight, bias, size, .. } => {
                back.add(*x, |back, dx| {
                    kernels.matmul_input(*size, &dy, back.value(*weight), dx);
                });
                back.add(*weight, |back, dw| kernels.matmul_weight(*size, back.value(*x), &dy, dw));
                if let Some(bias) = bias {
                    back.add(*bias, |_, db| kernels.matmul_bias(&dy, db));
                }
            }
            Operation::Relu { x, .. } => {
                back.add(*x, |back, dx| kernels.relu_back(back.value(*x), &dy, dx));
            }
            Operation::Gelu { x, .. } => {
                back.add(*x, |back, dx| kernels.gelu_back(back.value(*x), &dy, dx));
            }
            Operation::Norm { x, gain, shift, statistics, .. } => {
                let [mut dgain, mut dshift] = take(&mut back.memory.spare);
                for spare in [&mut dgain, &mut dshift] {
                    spare.clear();
                    spare.resize(tape.tensor(*gain).size(), T::zero());
                }
                back.add_or_not(*x, |back, dx| {
                    let from = (back.value(*x), back.value(*gain), back.value(*statistics));
                    kernels.norm_back(from, &dy, [dx, &mut dgain, &mut dshift]);
                });
                back.add(*gain, |_, out| add::backward(&dgain, out));
                back.add(*shift, |_, out| add::backward(&dshift, out));
                back.memory.spare = [dgain, dshift];
            }
            Operation::Attention { q, k, v, lengths, size, dropout, weights, .. } => {
                let mut grads = [*q, *k, *v].map(|id| back.take_out(id));
                let lengths = lengths.map(|lengths| &back.memory.tokens[lengths.0][..]);
                let drops = dropout.zip(stream).map(|(d, stream)| Drops::new(d, stream));
                let how = (*size, lengths, drops.as_ref());
                let inputs = [*q, *k, *v].map(|id| back.value(id));
                let [dq, dk, dv] = &mut grads;
                let weights = back.value(*weights);
                kernels.attention_back(how, inputs, weights, &dy, [dq, dk, dv]);
                let before = [*q, *k].map(|id| back.memory.reached[id.0]);
                for (id, grad) in [*q, *k, *v].into_iter().zip(grads) {
                    back.put_back(id, grad);
                }
                if size.keys == 1 {
                    // A single weight is 1 whatever query and key.
                    for (id, before) in [*q, *k].into_iter().zip(before) {
                        back.memory.reached[id.0] = before || id == *v;
                    }
                }
            }
            Operation::Embedding { tokens, table, width, .. } => {
                back.add(*table, |back, dt| {
                    embedding::backward(*width, &back.memory.tokens[tokens.0], &dy, dt);
                });
            }
            Operation::Add { x, y, .. } => {
                for id in [*x, *y] {
                    back.add(id, |_, dx| kernels.add_back(&dy, dx));
                }
            }
            Operation::Select { x, size, .. } => {
                back.add(*x, |_, dx| select::backward(*size, &dy, dx));
            }
            Operation::Dropout { x, dropout, .. } => back.add(*x, |_, dx| match stream {
                Some(stream) => kernels.dropout_back(&Drops::new(*dropout, stream), &dy, dx),
                None => add::backward(&dy, dx),
            }),
            Operation::TopK { x, width, k, .. } => {
                back.add(*x, |back, dx| top_k::backward(*width, *k, back.value(*x), &dy, dx));
            }
            Operation::SquaredError { y, target, importance, scale } => back.add(*y, |back, dy| {
                let of = |id: &Id| back.value(*id);
                squared_error::backward(cast(*scale), of(y), of(target), of(importance), dy);
            }),
            Operation::CrossEntropy { logits, tokens, classes } => {
                back.add(*logits, |back, dx| {
                    let tokens = &back.memory.tokens[tokens.0];
                    cross_entropy::backward(*classes, T::one(), back.value(*logits), tokens, dx);
                });
            }
        }
        if let Some(id) = out {
            memory.gradients[id.0] = dy;
        }
    }
}

/// Where gradients are added up.
struct Back<'a, T> {
    tape: &'a Tape,
    parameters: &'a [T],
    memory: &'a mut Memory<T>,
    gradient: &'a mut [T],
}

impl<T: Float> Back<'_, T> {
    fn value(&self, id: Id) -> &[T] {
        value(self.tape, self.parameters, self.memory, id)
    }

    /// Lets something be added to a tensor's gradient, if it learns.
    fn add(&mut self, id: Id, add: impl FnOnce(&Self, &mut [T])) {
        if self.tape.tensor(id).learns {
            self.add_or_not(id, add);
        }
    }

    /// The same, to a gradient that is dropped where it does not learn.
    fn add_or_not(&mut self, id: Id, add: impl FnOnce(&Self, &mut [T])) {
        match &self.tape.tensor(id).role {
            Role::Parameter { range, .. } => {
                // Parameters' gradients are nowhere else.
                let all = take(&mut self.gradient);
                add(self, &mut all[range.clone()]);
                self.gradient = all;
            }
            _ => {
                let mut dx = self.take_out(id);
                add(self, &mut dx);
                self.put_back(id, dx);
            }
        }
    }

    /// A gradient of something that is no parameter, or room for one that nobody wants.
    fn take_out(&mut self, id: Id) -> Vec<T> {
        if self.tape.tensor(id).learns {
            take(&mut self.memory.gradients[id.0])
        } else {
            vec![T::zero(); self.tape.tensor(id).size()]
        }
    }

    fn put_back(&mut self, id: Id, gradient: Vec<T>) {
        if self.tape.tensor(id).learns {
            self.memory.gradients[id.0] = gradient;
            self.memory.reached[id.0] = true;
        }
    }
}
