//! Softmax attention. Heads are narrow and sequences short, so everything is in loops over the
//! elements of one head's row.

use super::exponential::exp;
use toy::operation::attention::Size;
use toy::operation::dropout::Drops;

type How<'a> = (Size, Option<&'a [u32]>, Option<&'a Drops>);

/// Elements that are multiplied side by side.
const PARTS: usize = 8;

#[inline(always)]
fn dot(x: &[f32], y: &[f32]) -> f32 {
    let mut parts = [0.0; PARTS];
    let (xs, ys) = (x.chunks_exact(PARTS), y.chunks_exact(PARTS));
    let mut rest = 0.0;
    for (x, y) in xs.remainder().iter().zip(ys.remainder()) {
        rest += x * y;
    }
    for (x, y) in xs.zip(ys) {
        for k in 0..PARTS {
            parts[k] += x[k] * y[k];
        }
    }
    let [a, b, c, d, e, f, g, h] = parts;
    ((a + e) + (c + g)) + ((b + f) + (d + h)) + rest
}

#[inline(always)]
fn add_times(to: &mut [f32], factor: f32, x: &[f32]) {
    for (to, x) in to.iter_mut().zip(x) {
        *to += factor * x;
    }
}

#[inline(always)]
fn factor(drops: Option<&Drops>, index: usize) -> f32 {
    drops.map_or(1.0, |drops| drops.factor(index))
}

/// See `toy::operation::attention`.
#[inline(always)]
pub fn forward(
    (size, lengths, drops): How<'_>,
    [q, k, v]: [&[f32]; 3],
    weights: &mut [f32],
    out: &mut [f32],
) {
    let (head, width, keys) = (size.head(), size.width, size.keys);
    let scale = 1.0 / (head as f32).sqrt();
    for sequence in 0..size.batch {
        for h in 0..size.heads {
            for query in 0..size.queries {
                let index = (sequence * size.heads + h) * size.queries + query;
                let row = (sequence * size.queries + query) * width + h * head;
                let first = sequence * keys * width + h * head;
                let seen = size.seen(sequence, query, lengths);
                let own = &mut weights[index * keys..][..keys];
                own[seen..].fill(0.0);
                if let (1, [weight]) = (seen, &mut own[..1]) {
                    // A single weight is 1 whatever query and key.
                    *weight = 1.0;
                    let kept = factor(drops, index * keys);
                    let pairs = out[row..][..head].iter_mut().zip(&v[first..][..head]);
                    pairs.for_each(|(out, v)| *out = kept * v);
                    continue;
                }
                let query = &q[row..][..head];
                let mut most = f32::MIN;
                for (j, weight) in own[..seen].iter_mut().enumerate() {
                    *weight = scale * dot(query, &k[first + j * width..][..head]);
                    most = if *weight > most { *weight } else { most };
                }
                let mut total = 0.0;
                for weight in &mut own[..seen] {
                    // Times 1, or no number where the weight was none.
                    *weight = exp(*weight - most) + 0.0 * *weight;
                    total += *weight;
                }
                let out = &mut out[row..][..head];
                out.fill(0.0);
                for (j, weight) in own[..seen].iter_mut().enumerate() {
                    *weight /= total;
                    let kept = *weight * factor(drops, index * keys + j);
                    add_times(out, kept, &v[first + j * width..][..head]);
                }
            }
        }
    }
}

/// See `toy::operation::attention`.
#[inline(always)]
pub fn backward(
    (size, lengths, drops): How<'_>,
    [q, k, v]: [&[f32]; 3],
    weights: &[f32],
    dout: &[f32],
    [dq, dk, dv]: [&mut [f32]; 3],
) {
    let (head, width, keys) = (size.head(), size.width, size.keys);
    let scale = 1.0 / (head as f32).sqrt();
    let mut by_weight = vec![0.0; keys];
    for sequence in 0..size.batch {
        for h in 0..size.heads {
            for query in 0..size.queries {
                let index = (sequence * size.heads + h) * size.queries + query;
                let row = (sequence * size.queries + query) * width + h * head;
                let first = sequence * keys * width + h * head;
                let seen = size.seen(sequence, query, lengths);
                let own = &weights[index * keys..][..seen];
                let dout = &dout[row..][..head];
                if seen == 1 {
                    // A single weight is 1 whatever query and key.
                    let kept = factor(drops, index * keys);
                    add_times(&mut dv[first..][..head], kept, dout);
                    continue;
                }
                let mut mean = 0.0;
                for (j, &weight) in own.iter().enumerate() {
                    let at = first + j * width;
                    let factor = factor(drops, index * keys + j);
                    by_weight[j] = factor * dot(dout, &v[at..][..head]);
                    mean += weight * by_weight[j];
                    add_times(&mut dv[at..][..head], factor * weight, dout);
                }
                for (j, &weight) in own.iter().enumerate() {
                    let at = first + j * width;
                    let d = scale * weight * (by_weight[j] - mean);
                    add_times(&mut dq[row..][..head], d, &k[at..][..head]);
                    add_times(&mut dk[at..][..head], d, &q[row..][..head]);
                }
            }
        }
    }
}
