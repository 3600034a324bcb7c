//! Where the search for the minimum starts: every way to give dimensions to groups of features.
//!
//! A group is a feature that is dropped, one with a dimension of its own, two opposite or on the
//! same side of one dimension, one against two, four of unequal length
//! on one dimension, or a triangle or tetrahedron. The features before
//! the last have equal importance, so their order does not matter: the group of the last feature
//! is listed with it as the first member, the others take what is left in order.

use super::descent::Vector;

/// A start: weights of each feature, and whether it is dropped (its bias is then its mean).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Start {
    /// Weights, row-major.
    pub(super) w: Vector,
    /// Which features have no weights.
    pub(super) dropped: [bool; 4],
}

/// Members of a group, each a position in the group's own dimensions.
struct Group {
    dimensions: usize,
    members: &'static [&'static [f64]],
}

const T: f64 = 0.866_025_403_784_438_6;
const Q: f64 = 0.577_350_269_189_625_8;

/// Groups with the last feature as first member.
const GROUPS: [Group; 14] = [
    Group { dimensions: 0, members: &[&[]] },
    Group { dimensions: 1, members: &[&[1.0]] },
    Group { dimensions: 1, members: &[&[0.8], &[-0.8]] },
    Group { dimensions: 1, members: &[&[0.7], &[0.7]] },
    Group { dimensions: 1, members: &[&[0.8], &[-0.7], &[-0.7]] },
    Group { dimensions: 1, members: &[&[0.7], &[0.7], &[-0.8]] },
    Group { dimensions: 1, members: &[&[1.0], &[-1.0], &[0.4], &[-0.4]] },
    Group { dimensions: 1, members: &[&[0.4], &[-0.4], &[1.0], &[-1.0]] },
    Group { dimensions: 1, members: &[&[1.0], &[-1.0], &[-0.35], &[-0.35]] },
    Group { dimensions: 1, members: &[&[1.0], &[-1.0], &[0.35], &[0.35]] },
    Group { dimensions: 1, members: &[&[0.35], &[1.0], &[-1.0], &[0.35]] },
    Group { dimensions: 1, members: &[&[0.35], &[1.0], &[-1.0], &[-0.35]] },
    Group { dimensions: 2, members: &[&[0.8, 0.0], &[-0.4, 0.8 * T], &[-0.4, -0.8 * T]] },
    Group {
        dimensions: 3,
        members: &[
            &[0.9 * Q, 0.9 * Q, 0.9 * Q],
            &[0.9 * Q, -0.9 * Q, -0.9 * Q],
            &[-0.9 * Q, 0.9 * Q, -0.9 * Q],
            &[-0.9 * Q, -0.9 * Q, 0.9 * Q],
        ],
    },
];

/// All starts for a shape: the structured ones, then `extra` pseudo-random ones.
pub(super) fn all(n: usize, m: usize, extra: usize) -> Vec<Start> {
    let mut starts = Vec::new();
    for (last, group) in GROUPS.iter().enumerate() {
        if fits(group, n, m) {
            place(n, m, &mut vec![last], group.members.len(), group.dimensions, &mut starts);
        }
    }
    let mut noise = Noise(0x5eed);
    // Exactly symmetric starts could sit on a saddle for good.
    for start in &mut starts {
        start.w[..n * m].iter_mut().for_each(|w| *w += 0.04 * noise.next());
    }
    for _ in 0..extra {
        let mut w = Vector::default();
        w[..n * m].fill_with(|| noise.next());
        starts.push(Start { w, dropped: [false; 4] });
    }
    starts
}

fn fits(group: &Group, features: usize, dimensions: usize) -> bool {
    group.members.len() <= features && group.dimensions <= dimensions
}

/// Adds groups after those `chosen`, in non-decreasing order, until all features have one.
fn place(
    n: usize,
    m: usize,
    chosen: &mut Vec<usize>,
    features: usize,
    dimensions: usize,
    starts: &mut Vec<Start>,
) {
    if features == n {
        // As features outnumber dimensions, leaving one empty is a waste.
        if dimensions == m {
            starts.push(build(n, m, chosen));
        }
        return;
    }
    let first = chosen.get(1..).and_then(<[usize]>::last).copied().unwrap_or(0);
    for (index, group) in GROUPS.iter().enumerate().skip(first) {
        if fits(group, n - features, m - dimensions) {
            chosen.push(index);
            let (used, taken) = (features + group.members.len(), dimensions + group.dimensions);
            place(n, m, chosen, used, taken, starts);
            chosen.pop();
        }
    }
}

fn build(n: usize, m: usize, chosen: &[usize]) -> Start {
    let mut start = Start { w: Vector::default(), dropped: [false; 4] };
    // The last feature first, then the others in order.
    let mut order = std::iter::once(n - 1).chain(0..n - 1);
    let mut column = 0;
    for &index in chosen {
        let group = &GROUPS[index];
        for (member, i) in group.members.iter().zip(order.by_ref()) {
            start.dropped[i] = member.is_empty();
            for (k, x) in member.iter().enumerate() {
                start.w[i * m + column + k] = *x;
            }
        }
        column += group.dimensions;
    }
    start
}

/// Deterministic numbers in [-1, 1) (Steele, Lea and Flood 2014, `splitmix64`).
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_candidate_is_among_the_starts() {
        // Two features: ignore either, opposite, same side.
        assert_eq!(all(2, 1, 0).len(), 4);
        for (n, m) in [(3, 1), (3, 2), (4, 1), (4, 2), (4, 3)] {
            let starts = all(n, m, 3);
            assert!(starts.len() > 8, "n={n} m={m}: {}", starts.len());
            assert!(starts.iter().any(|s| s.dropped[n - 1]));
            assert!(starts.iter().all(|s| s.w[n * m..].iter().all(|w| *w == 0.0)));
        }
    }
}
