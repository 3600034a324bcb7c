//! What a tape works in: one batch's values and gradients.

use super::{Id, Role, Tape, Tokens};
use num_traits::Float;

/// Values and gradients of everything but parameters.
#[derive(Clone, Debug)]
pub struct Memory<T> {
    /// A vector a tensor; empty for parameters.
    pub(super) values: Vec<Vec<T>>,
    /// The same; empty too where nothing learns.
    pub(super) gradients: Vec<Vec<T>>,
    /// Which of these the loss has reached on the way back; the others are 0.
    pub(super) reached: Vec<bool>,
    /// Every list of tokens.
    pub(super) tokens: Vec<Vec<u32>>,
    /// Gradients that nobody wants.
    pub(super) spare: [Vec<T>; 2],
}

impl<T: Float> Memory<T> {
    /// Memory for a tape; with gradients or, where nothing is trained, without.
    pub fn new(tape: &Tape, gradients: bool) -> Self {
        let room = |wanted: bool, size: usize| vec![T::zero(); if wanted { size } else { 0 }];
        let is_parameter = |role: &Role| matches!(role, Role::Parameter { .. });
        let values = tape.tensors.iter().map(|t| room(!is_parameter(&t.role), t.size()));
        let needed = |role: &Role, learns| gradients && learns && !is_parameter(role);
        let back = tape.tensors.iter().map(|t| room(needed(&t.role, t.learns), t.size()));
        Self {
            values: values.collect(),
            gradients: back.collect(),
            reached: vec![false; tape.tensors.len()],
            tokens: tape.tokens.iter().map(|&count| vec![0; count]).collect(),
            spare: [vec![], vec![]],
        }
    }

    /// The values of an input, or of what an operation has made.
    pub fn value(&self, id: Id) -> &[T] {
        &self.values[id.0]
    }

    /// The values of an input, to be filled.
    pub fn value_mut(&mut self, id: Id) -> &mut [T] {
        &mut self.values[id.0]
    }

    /// The memory of an input itself, to be taken out and put back.
    pub(crate) fn value_mut_vec(&mut self, id: Id) -> &mut Vec<T> {
        &mut self.values[id.0]
    }

    /// A list of tokens.
    pub fn tokens(&self, tokens: Tokens) -> &[u32] {
        &self.tokens[tokens.0]
    }

    /// A list of tokens, to be filled.
    pub fn tokens_mut(&mut self, tokens: Tokens) -> &mut [u32] {
        &mut self.tokens[tokens.0]
    }
}
