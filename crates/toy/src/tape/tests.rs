//! A tape of every operation against finite differences.

use super::build::Heads;
use super::*;
use crate::operation::attention::Mask;
use crate::operation::check;
use crate::operation::cross_entropy::IGNORED;
use crate::operation::dropout::Stream;
use crate::operation::matmul::Stored;

/// Two sequences of three tokens through everything there is.
fn tape() -> (Tape, [Tokens; 3], [Id; 3]) {
    let mut t = Tape::default();
    let normal = Start::Normal(0.7);
    let (tokens, lengths, wanted) = (t.token_list(6), t.token_list(2), t.token_list(2));
    let table = t.parameter("table", &[5, 4], normal);
    let place = t.parameter("place", &[3, 4], normal);
    let (gain, shift) = (t.parameter("gain", &[4], normal), t.parameter("shift", &[4], normal));
    let frozen = t.input("frozen", &[4, 4]);
    let [wq, wk] = ["wq", "wk"].map(|name| t.parameter(name, &[4, 4], normal));
    let (tied, bias) = (t.parameter("tied", &[5, 4], normal), t.parameter("bias", &[5], normal));
    let (target, importance) = (t.input("target", &[6, 4]), t.input("importance", &[4]));

    let h = t.embedding(tokens, table);
    let h = t.add(h, place);
    let z = t.norm(h, gain, shift);
    let [q, k, v] = [wq, wk, frozen].map(|w| t.matmul(z, w, None, Stored::ByOutput));
    let heads = Heads { batch: 2, heads: 2, mask: Mask::Causal, dropout: 0.2 };
    let (mixed, _) = t.attention([q, k, v], Some(lengths), heads);
    let mixed = t.dropout(mixed, 0.3);
    let h = t.add(h, mixed);
    let wide = t.matmul(h, tied, Some(bias), Stored::ByOutput);
    let wide = t.gelu(wide);
    let wide = t.top_k(wide, 3);
    let back = t.matmul(wide, tied, None, Stored::ByInput);
    let back = t.relu(back);
    t.squared_error(back, target, importance);
    let last = t.select(h, 3, 2);
    let logits = t.matmul(last, table, None, Stored::ByOutput);
    t.cross_entropy(logits, wanted);
    (t, [tokens, lengths, wanted], [frozen, target, importance])
}

#[test]
fn gradients_of_a_tape() {
    let (tape, [tokens, lengths, wanted], inputs) = tape();
    let start: Vec<f64> = tape.start(5, 0).iter().map(|&x| f64::from(x)).collect();
    for stream in [None, Some(Stream { seed: 1, model: 2, step: 3 })] {
        let mut memory = Memory::new(&tape, true);
        memory.tokens_mut(tokens).copy_from_slice(&[0, 1, 2, 3, 4, 1]);
        memory.tokens_mut(lengths).copy_from_slice(&[3, 2]);
        memory.tokens_mut(wanted).copy_from_slice(&[3, IGNORED]);
        for (key, &id) in (1..).zip(&inputs) {
            let size = tape.tensor(id).size();
            memory.value_mut(id).copy_from_slice(&check::random(key, size));
        }
        let mut loss = |p: &[f64]| forward(&tape, &mut Plain, p, stream, &mut memory);
        let h = 1e-6;
        let expected: Vec<f64> = (0..start.len())
            .map(|i| {
                let mut moved = |by: f64| {
                    let mut p = start.clone();
                    p[i] += by;
                    loss(&p)
                };
                (moved(h) - moved(-h)) / (2.0 * h)
            })
            .collect();
        let mut gradient = vec![0.0; start.len()];
        loss(&start);
        backward(&tape, &mut Plain, &start, stream, &mut memory, &mut gradient);
        for (tensor, range) in tape.named() {
            let pair = gradient[range.clone()].iter().zip(&expected[range]);
            let worst = pair.map(|(g, e)| (g - e).abs()).fold(0.0, f64::max);
            assert!(worst < 1e-7, "{} {stream:?}: {worst:e}", tensor.name);
        }
        assert!(gradient.iter().filter(|g| **g != 0.0).count() > start.len() / 2);
    }
}

/// First values depend on a tensor's name, seed and model, and on nothing else.
#[test]
fn tensors_begin_by_their_names() {
    let mut one = Tape::default();
    one.parameter("first", &[7], Start::Normal(2.0));
    one.parameter("second", &[9000], Start::Uniform(0.5));
    let mut other = Tape::default();
    other.parameter("second", &[9000], Start::Uniform(0.5));
    other.parameter("ones", &[2], Start::Constant(1.0));
    let (a, b) = (one.start(1, 2), other.start(1, 2));
    assert_eq!(a[7..], b[..9000]);
    assert_eq!(b[9000..], [1.0, 1.0]);
    assert_ne!(one.start(1, 3), a);
    assert_ne!(one.start(2, 2), a);
    let square = b[..9000].iter().map(|x| f64::from(x * x)).sum::<f64>() / 9000.0;
    assert!((square - 0.25 / 3.0).abs() < 0.005 && b.iter().all(|x| x.abs() <= 1.0), "{square}");
}
