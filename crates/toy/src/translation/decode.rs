//! Greedy decoding: the likeliest word, one after the other, all sentences of a batch at once.

use super::architecture::{Architecture, Rows};
use super::vocabulary::{END, PADDING, START};
use crate::tape::{self, Kernels, Memory};
use num_traits::Float;

/// Writes the sentences where the tape reads them; what is left of the batch is empty.
pub fn place<T: Float>(architecture: &Architecture, rows: &Rows, memory: &mut Memory<T>) {
    let lists = [
        (architecture.source, &rows.source, PADDING),
        (architecture.lengths, &rows.lengths, 1),
        (architecture.before, &rows.before, PADDING),
        (architecture.next, &rows.next, crate::operation::cross_entropy::IGNORED),
    ];
    for (tokens, values, fill) in lists {
        let to = memory.tokens_mut(tokens);
        let count = values.len().min(to.len());
        to[..count].copy_from_slice(&values[..count]);
        to[count..].fill(fill);
    }
}

/// What the model says to the sources that stand in its memory: target words of each sentence, with
/// the end if it was reached.
pub fn greedy<T: Float>(
    architecture: &Architecture,
    kernels: &mut dyn Kernels<T>,
    parameters: &[T],
    memory: &mut Memory<T>,
) -> Vec<Vec<u32>> {
    let (words, classes) = (architecture.shape.words, architecture.shape.target);
    let mut said = vec![vec![]; architecture.batch];
    let before = memory.tokens_mut(architecture.before);
    before.fill(PADDING);
    before.iter_mut().step_by(words).for_each(|first| *first = START);
    for place in 0..words {
        tape::forward(&architecture.tape, kernels, parameters, None, memory);
        let logits = memory.value(architecture.logits);
        let next: Vec<u32> = (0..architecture.batch)
            .map(|sentence| likeliest(&logits[(sentence * words + place) * classes..][..classes]))
            .collect();
        for (sentence, (said, next)) in said.iter_mut().zip(next).enumerate() {
            if said.last() != Some(&END) {
                said.push(next);
                if place + 1 < words && next != END {
                    memory.tokens_mut(architecture.before)[sentence * words + place + 1] = next;
                }
            }
        }
        if said.iter().all(|said| said.last() == Some(&END)) {
            break;
        }
    }
    said
}

/// The word with the highest score, the first of several; never padding or the start.
fn likeliest<T: Float>(scores: &[T]) -> u32 {
    let mut best = END as usize;
    for (word, &score) in scores.iter().enumerate().skip(best + 1) {
        if score > scores[best] {
            best = word;
        }
    }
    best as u32
}
