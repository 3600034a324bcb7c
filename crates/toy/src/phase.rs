//! Phases with names: one classifier for trained weights, candidates and the true optimum alike.
//!
//! It looks at the last, the "extra" feature `e = n - 1`. With `What_e = W_e / |W_e|`, feature `j`
//! interferes with it by the projection `p_j = What_e . W_j`; the paper's superposition measure is
//! `sum_j p_j^2` and the one used here its square root `q`. In this order:
//!
//! 1. a weight is not finite: [`Phase::Diverged`];
//! 2. `|W_e| < norm`: [`Phase::NotRepresented`];
//! 3. `q < interference`: [`Phase::Dedicated`];
//! 4. otherwise the feature is in superposition. With `c_j` the cosine between `W_e` and `W_j`:
//!    - the `p_j` of features with `c_j >= line`, on one side of one line, make up `pair` of `q^2`:
//!      [`Phase::Confused`] or [`Phase::Trapped`];
//!    - one `p_j` with `c_j <= -line` makes up `pair` of `q^2`: [`Phase::Antipodal`];
//!    - `n >= 3`, and for all features alike both `|W_i|^2` and `q_i^2` (each at least `alike` of the
//!      largest): [`Phase::Symmetric`];
//!    - else [`Phase::Mixed`].
//!
//! The partner is the `j` of largest `|p_j|`, on the side that decides if one does.
//!
//! Swapping the two features of `n = 2` swaps steps 2 and 3, so equal thresholds treat both ends of
//! the importance axis alike.
//!
//! Confused and trapped are one configuration in two situations. Two features on the same side of
//! one dimension cannot be told apart. Without biases that can be the best there is (near equal
//! importance, dense data): confused. When something better exists it is a local minimum that a
//! run without noise never leaves: trapped. Whoever knows the excess of the loss over the true
//! minimum decides by it; otherwise it is trapped with biases and confused without.

use num_traits::ToPrimitive;
use serde::{Deserialize, Serialize};

use crate::ansatz::Candidate;

/// What becomes of the extra (last) feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Phase {
    /// Its weights are close to zero: the model ignores it.
    NotRepresented = 0,
    /// A direction of its own, orthogonal to every other feature.
    Dedicated = 1,
    /// In superposition, chiefly with one other feature on the opposite side.
    Antipodal = 2,
    /// In superposition with all others alike, as in a triangle or tetrahedron; three or more features.
    Symmetric = 3,
    /// On the same side of a dimension as another feature, and nothing better is known to exist.
    Confused = 4,
    /// On the same side of a dimension as another feature, in a local minimum.
    Trapped = 5,
    /// The weights are not finite numbers.
    Diverged = 6,
    /// In superposition in another way, as with several others unequally; three or more features.
    Mixed = 7,
}

impl Phase {
    /// Every phase, in the order of the codes: for legends.
    pub const ALL: [Self; 8] = [
        Self::NotRepresented,
        Self::Dedicated,
        Self::Antipodal,
        Self::Symmetric,
        Self::Confused,
        Self::Trapped,
        Self::Diverged,
        Self::Mixed,
    ];

    /// Short name for tables, file formats and legends.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotRepresented => "not-represented",
            Self::Dedicated => "dedicated",
            Self::Antipodal => "antipodal",
            Self::Symmetric => "symmetric",
            Self::Confused => "confused",
            Self::Trapped => "trapped",
            Self::Diverged => "diverged",
            Self::Mixed => "mixed",
        }
    }

    /// What the phase means, in words.
    pub const fn label(self) -> &'static str {
        match self {
            Self::NotRepresented => "The extra feature is not represented.",
            Self::Dedicated => "The extra feature has a dimension of its own.",
            Self::Antipodal => "The extra feature is in superposition, opposite another.",
            Self::Symmetric => "All features share the dimensions alike.",
            Self::Mixed => "The extra feature is in superposition in none of the named ways.",
            Self::Confused => "The extra feature shares a direction with another.",
            Self::Trapped => "The extra feature is stuck on the same side as another.",
            Self::Diverged => "The weights are not finite.",
        }
    }

    /// A number that never changes its meaning.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The phase of a [`code`](Self::code).
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// Whether the feature shares its direction with others.
    pub const fn in_superposition(self) -> bool {
        matches!(
            self,
            Self::Antipodal | Self::Symmetric | Self::Confused | Self::Trapped | Self::Mixed
        )
    }
}

impl From<Candidate> for Phase {
    /// The phase of a configuration of the closed-form theory. It is about the last feature, so
    /// that two others share a dimension makes it dedicated.
    fn from(candidate: Candidate) -> Self {
        match candidate {
            Candidate::IgnoreLast => Self::NotRepresented,
            Candidate::IgnoreOther | Candidate::AntipodalOthers => Self::Dedicated,
            Candidate::AntipodalLast => Self::Antipodal,
        }
    }
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

impl std::str::FromStr for Phase {
    type Err = ();

    /// Reads a [`name`](Self::name).
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|p| p.name() == text).ok_or(())
    }
}

/// Where one phase ends and the next begins. All are lengths or ratios of lengths of weights, on a
/// scale where a fully represented feature has norm 1.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Thresholds {
    /// Norm of the extra feature below which it is not represented; 0 to 1.
    pub norm: f64,
    /// Root of the superposition measure below which its dimension is its own; 0 to 1.
    pub interference: f64,
    /// Part of the superposition measure `q^2` that one feature, or one side, must make up for the
    /// extra feature to be in superposition with it alone.
    pub pair: f64,
    /// Cosine from which on two directions count as one line.
    pub line: f64,
    /// All features are alike when the smallest `|W_i|^2` and the smallest `q_i^2` are at least this
    /// part of the largest.
    pub alike: f64,
    /// Relative excess over the minimum loss up to which a same-sign pair is confused, not trapped.
    pub excess: f64,
}

impl Thresholds {
    /// The values used unless others are asked for.
    ///
    /// A tenth: in the middle of no first-order transition (norms jump from 0 to 0.6 or more, at
    /// densities near 1 to 0.2), within some per cent in importance of a continuous one, and above
    /// what sampling noise leaves of a feature that is not represented. It also keeps weak members
    /// of a same-sign pair apart from dropped ones: near r = 5/16 their norm goes to zero
    /// continuously. Three quarters as a pair: in a regular polygon or simplex of three or more no
    /// feature makes up more than half, in a square, which is two pairs, all. Nine tenths as a line: within 26 degrees.
    /// Four fifths as alike: lengths that differ by a tenth.
    pub const DEFAULT: Self =
        Self { norm: 0.1, interference: 0.1, pair: 0.75, line: 0.9, alike: 0.8, excess: 1e-3 };
}

impl Default for Thresholds {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Relative difference up to which two interferences count as equal: above the rounding of f32, so
/// that a rotation of the hidden space does not change the verdict.
const TIE: f64 = 1e-5;

/// What is known about a model besides its weights.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Context {
    /// Whether the model has biases.
    pub biases: bool,
    /// Its loss over the true minimum, relative: `(L - L_min) / L_min`, where that is known.
    pub excess: Option<f64>,
}

/// A phase and what it was decided on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The phase.
    pub phase: Phase,
    /// The feature it shares its direction with most, in superposition.
    pub partner: Option<u8>,
    /// Norm of the extra feature, `|W_e|`.
    pub norm: f64,
    /// `q = sqrt(sum_j (What_e . W_j)^2)`; 0 when the norm is 0.
    pub interference: f64,
}

impl Thresholds {
    /// The phase of weights `w` (row-major, one row of `m` per feature, the extra one last).
    ///
    /// Any number of features and dimensions; no row at all or `m = 0` counts as not represented.
    pub fn classify<T: ToPrimitive>(&self, w: &[T], m: usize, context: Context) -> Verdict {
        let mut verdict =
            Verdict { phase: Phase::NotRepresented, partner: None, norm: 0.0, interference: 0.0 };
        let value = |x: &T| x.to_f64().unwrap_or(f64::NAN);
        if w.iter().any(|x| !value(x).is_finite()) {
            let (norm, interference) = (f64::NAN, f64::NAN);
            return Verdict { phase: Phase::Diverged, norm, interference, ..verdict };
        }
        let mut others = w.chunks_exact(m.max(1));
        let Some(extra) = others.next_back() else { return verdict };
        verdict.norm = dot(extra, extra).sqrt();
        if verdict.norm == 0.0 {
            return verdict;
        }
        // Of all, and of those in line on either side.
        let (mut all, mut opposite, mut same) =
            (Group::default(), Group::default(), Group::default());
        for (j, row) in others.enumerate() {
            let p = dot(row, extra) / verdict.norm;
            let long = self.line * dot(row, row).sqrt();
            all.add(j, p);
            if p > 0.0 && p >= long {
                same.add(j, p);
            } else if p < 0.0 && p <= -long {
                opposite.add(j, p);
            }
        }
        let square = all.square;
        verdict.interference = square.sqrt();
        if verdict.norm < self.norm {
            return verdict;
        }
        if verdict.interference < self.interference {
            verdict.phase = Phase::Dedicated;
            return verdict;
        }
        let (phase, partner) = if same.square >= self.pair * square {
            let best = context.excess.map_or(!context.biases, |excess| excess <= self.excess);
            (if best { Phase::Confused } else { Phase::Trapped }, same.partner)
        } else if opposite.most * opposite.most >= self.pair * square {
            (Phase::Antipodal, opposite.partner)
        } else if self.all_alike(w, m) {
            (Phase::Symmetric, all.partner)
        } else {
            (Phase::Mixed, all.partner)
        };
        (verdict.phase, verdict.partner) = (phase, u8::try_from(partner).ok());
        verdict
    }

    /// Whether all features have lengths and superposition alike.
    fn all_alike<T: ToPrimitive>(&self, w: &[T], m: usize) -> bool {
        let rows = || w.chunks_exact(m.max(1)).enumerate();
        let ranges = rows().map(|(i, row)| {
            let own = dot(row, row);
            let others = rows().filter(|(j, _)| *j != i);
            let square: f64 = others.map(|(_, other)| dot(row, other).powi(2)).sum();
            [own, if own > 0.0 { square / own } else { 0.0 }]
        });
        let start = [(f64::INFINITY, 0.0); 2];
        let ends = ranges.fold(start, |ends, values| {
            [0, 1].map(|k| (f64::min(ends[k].0, values[k]), f64::max(ends[k].1, values[k])))
        });
        rows().count() >= 3 && ends.iter().all(|(least, most)| *least >= self.alike * most)
    }
}

/// Some of the other features.
#[derive(Clone, Copy, Default)]
struct Group {
    /// Sum of the squares of their projections on the extra feature's direction.
    square: f64,
    /// The largest projection's length.
    most: f64,
    /// Whose it is.
    partner: usize,
}

impl Group {
    fn add(&mut self, feature: usize, projection: f64) {
        self.square += projection * projection;
        if projection.abs() > self.most * (1.0 + TIE) {
            (self.most, self.partner) = (projection.abs(), feature);
        }
    }
}

fn dot<T: ToPrimitive>(a: &[T], b: &[T]) -> f64 {
    let value = |x: &T| x.to_f64().unwrap_or(f64::NAN);
    a.iter().zip(b).map(|(a, b)| value(a) * value(b)).sum()
}
