//! The closed-form theory: which of a few fixed configurations has the lowest loss.
//!
//! Wattenberg's notebook compares, for `n` features in `n - 1` dimensions, a model that ignores
//! one feature with one that puts two of them back to back in one dimension. The same comparison
//! is made here for any `n` and `m`: every feature is ignored, has a dimension of its own, or
//! shares one with an opposite partner, and the cheapest assignment wins. Weights are not
//! optimised, so this is a theory of the phases and not the optimum.

/// What becomes of the last feature in a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Candidate {
    /// It is not represented.
    IgnoreLast,
    /// It has a dimension of its own; another feature is ignored.
    IgnoreOther,
    /// It has a dimension of its own; others share theirs in opposite pairs.
    AntipodalOthers,
    /// It shares a dimension with another feature, in opposite directions.
    AntipodalLast,
}

/// Every candidate.
pub const CANDIDATES: [Candidate; 4] = [
    Candidate::IgnoreLast,
    Candidate::IgnoreOther,
    Candidate::AntipodalOthers,
    Candidate::AntipodalLast,
];

impl Candidate {
    /// Short name for tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::IgnoreLast => "ignore-last",
            Self::IgnoreOther => "ignore-other",
            Self::AntipodalOthers => "antipodal-others",
            Self::AntipodalLast => "antipodal-last",
        }
    }

    /// Norm of the last feature.
    pub const fn norm(self) -> f64 {
        if matches!(self, Self::IgnoreLast) { 0.0 } else { 1.0 }
    }

    /// The paper's superposition of the last feature.
    pub const fn superposition(self) -> f64 {
        if matches!(self, Self::AntipodalLast) { 1.0 } else { 0.0 }
    }
}

/// Loss of not representing a feature of importance 1, whose bias then outputs its mean:
/// the variance `v = s/3 - s^2/4`.
pub fn ignored_loss(s: f64) -> f64 {
    s / 3.0 - s * s / 4.0
}

/// Loss of two features of importances `p` and `q` back to back in one dimension:
/// `(p + q) s^2 / 6`.
pub fn antipodal_loss(s: f64, p: f64, q: f64) -> f64 {
    (p + q) * s * s / 6.0
}

/// Loss of `k` features of importance 1 in `d` dimensions, those that do not fit being paired as
/// far as there is room, or else ignored.
fn rest(k: u32, d: u32, s: f64, pairs: bool) -> f64 {
    let excess = k.saturating_sub(d);
    let pairs = if pairs { excess.min(d) } else { 0 };
    f64::from(pairs) * antipodal_loss(s, 1.0, 1.0) + f64::from(excess - pairs) * ignored_loss(s)
}

/// Loss (sum over features) of a candidate for `features` in `hidden` dimensions at density `s`
/// and relative importance `r` of the last feature, or `None` when the shape has no room for it.
pub fn loss(candidate: Candidate, features: u32, hidden: u32, s: f64, r: f64) -> Option<f64> {
    let others = features - 1;
    let left = hidden.checked_sub(1)?;
    let cheapest = |k, d| rest(k, d, s, true).min(rest(k, d, s, false));
    match candidate {
        Candidate::IgnoreLast => Some(r * ignored_loss(s) + cheapest(others, hidden)),
        Candidate::IgnoreOther => (others > left).then(|| rest(others, left, s, false)),
        Candidate::AntipodalOthers => {
            (others > left && left > 0).then(|| rest(others, left, s, true))
        }
        Candidate::AntipodalLast => Some(antipodal_loss(s, 1.0, r) + cheapest(others - 1, left)),
    }
}

/// The candidate of lowest loss, and its loss.
pub fn best(features: u32, hidden: u32, s: f64, r: f64) -> (Candidate, f64) {
    CANDIDATES
        .into_iter()
        .filter_map(|c| Some((c, loss(c, features, hidden, s, r)?)))
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .unwrap_or((Candidate::IgnoreLast, f64::NAN))
}

/// Relative importance at which ignoring the last feature and the antipodal pair cost the same
/// for two features: `r = 2s / (4 - 5s)`, below the triple point `s = 4/7`; `None` above it.
pub fn lower_boundary(s: f64) -> Option<f64> {
    (s <= TRIPLE_DENSITY).then(|| 2.0 * s / (4.0 - 5.0 * s))
}

/// The mirror of [`lower_boundary`], between the antipodal pair and ignoring the first feature.
pub fn upper_boundary(s: f64) -> Option<f64> {
    lower_boundary(s).map(|r| 1.0 / r)
}

/// Density of the point `r = 1` where all three phases of two features meet.
pub const TRIPLE_DENSITY: f64 = 4.0 / 7.0;

#[cfg(test)]
mod tests {
    use super::*;

    /// The table of the theory, for two and three features.
    #[test]
    fn losses_are_the_closed_forms() {
        for s in [0.01, 0.3, 0.9, 1.0] {
            for r in [0.1, 1.0, 10.0] {
                let v = s / 3.0 - s * s / 4.0;
                for n in [2, 3] {
                    let at = |c| loss(c, n, n - 1, s, r).unwrap_or(f64::INFINITY);
                    assert!((at(Candidate::IgnoreOther) - v).abs() < 1e-12);
                    assert!((at(Candidate::IgnoreLast) - r * v).abs() < 1e-12);
                    assert!((at(Candidate::AntipodalLast) - (1.0 + r) * s * s / 6.0).abs() < 1e-12);
                }
                assert_eq!(loss(Candidate::AntipodalOthers, 2, 1, s, r), None);
                let pair = loss(Candidate::AntipodalOthers, 3, 2, s, r).unwrap_or(0.0);
                assert!((pair - s * s / 3.0).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn phases_meet_at_the_triple_point() {
        let s = TRIPLE_DENSITY;
        assert!((lower_boundary(s).unwrap_or(0.0) - 1.0).abs() < 1e-12);
        for c in [Candidate::IgnoreLast, Candidate::IgnoreOther, Candidate::AntipodalLast] {
            let same = loss(c, 2, 1, s, 1.0).unwrap_or(0.0);
            assert!((same - ignored_loss(s)).abs() < 1e-12);
        }
        for (s, r) in [(0.05, 0.0267), (0.2, 0.1333), (0.4, 0.4)] {
            assert!((lower_boundary(s).unwrap_or(0.0) - r).abs() < 5e-5);
        }
        assert_eq!(best(2, 1, 0.9, 0.5).0, Candidate::IgnoreLast);
        assert_eq!(best(2, 1, 0.9, 2.0).0, Candidate::IgnoreOther);
        assert_eq!(best(2, 1, 0.1, 1.0).0, Candidate::AntipodalLast);
        assert_eq!(best(3, 2, 0.1, 5.0).0, Candidate::AntipodalOthers);
    }
}
