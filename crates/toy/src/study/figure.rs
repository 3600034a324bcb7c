//! The figures that feature directions form: polygons in two dimensions, polytopes in more.
//!
//! Features are linked when their directions are neither nearly orthogonal nor too short to be
//! represented; a figure is what is linked together. Two orthogonal antipodal pairs are two
//! digons, not a square.

use crate::measure::{REPRESENTED, dimensionality};
use crate::model::{Shape, dot};
use serde::{Deserialize, Serialize};
use std::f64::consts::TAU;

/// Directions are linked when the cosine between them is beyond this, either way: a little less
/// than in a heptagon, where neighbours but one have -0.22.
const LINK: f64 = 0.2;
/// Angles, in radians, are taken to be equal up to this: 15 degrees.
const SAME: f64 = TAU / 24.0;
/// Dimensionalities are taken to be equal up to this. 2/5 and 3/8 are nearer to each other; the
/// number of features tells them apart.
const NEAR: f64 = 0.05;

/// What a group of linked features looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// A feature with a direction to itself.
    Alone,
    /// Features side by side, along one direction.
    Bundle,
    /// A regular polygon of so many directions; of two: antipodal.
    Polygon(u32),
    /// Four features in three dimensions.
    Tetrahedron,
    /// Eight features in three dimensions.
    SquareAntiprism,
    /// Six features in three dimensions as two like triangles across one axis, one straight above
    /// the other.
    Prism,
    /// The same, turned against each other by half a corner.
    Antiprism,
    /// The same, turned by something in between.
    TwistedPrism,
    /// None of these.
    Irregular,
}

impl Form {
    /// Its name.
    pub fn name(self) -> String {
        let name = match self {
            Self::Alone => "alone",
            Self::Bundle => "side by side",
            Self::Polygon(2) => "digon",
            Self::Polygon(3) => "triangle",
            Self::Polygon(4) => "square",
            Self::Polygon(5) => "pentagon",
            Self::Polygon(6) => "hexagon",
            Self::Polygon(7) => "heptagon",
            Self::Polygon(8) => "octagon",
            Self::Polygon(k) => return format!("{k}-gon"),
            Self::Tetrahedron => "tetrahedron",
            Self::SquareAntiprism => "square antiprism",
            Self::Prism => "triangular prism",
            Self::Antiprism => "triangular antiprism",
            Self::TwistedPrism => "twisted triangular prism",
            Self::Irregular => "irregular",
        };
        name.into()
    }

    /// The form of this name.
    pub fn parse(name: &str) -> Option<Self> {
        let others = [
            Self::Alone,
            Self::Bundle,
            Self::Tetrahedron,
            Self::SquareAntiprism,
            Self::Prism,
            Self::Antiprism,
            Self::TwistedPrism,
            Self::Irregular,
        ];
        let named = (2..=8).map(Self::Polygon).chain(others).find(|form| form.name() == name);
        named.or_else(|| Some(Self::Polygon(name.strip_suffix("-gon")?.parse().ok()?)))
    }
}

/// A group of linked features.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// What it looks like.
    pub form: Form,
    /// Its features, ascending.
    pub features: Vec<u32>,
}

/// The dimensionalities on which features of one importance cluster, with the figures that
/// have them; the lines of the paper's plot.
pub const FRACTIONS: [(f64, &str, Form); 6] = [
    (1.0, "1", Form::Alone),
    (3.0 / 4.0, "3/4", Form::Tetrahedron),
    (2.0 / 3.0, "2/3", Form::Polygon(3)),
    (1.0 / 2.0, "1/2", Form::Polygon(2)),
    (2.0 / 5.0, "2/5", Form::Polygon(5)),
    (3.0 / 8.0, "3/8", Form::SquareAntiprism),
];

/// The figures of a model with these weights, in the order of their first features; features that
/// are not represented belong to none.
pub fn figures(shape: Shape, w: &[f64]) -> Vec<Figure> {
    let norms: Vec<f64> =
        (0..shape.n).map(|i| dot(shape.row(w, i), shape.row(w, i)).sqrt()).collect();
    let mut left: Vec<usize> = (0..shape.n).filter(|&i| norms[i] >= REPRESENTED).collect();
    let linked = |i: usize, j: usize| {
        let cosine = dot(shape.row(w, i), shape.row(w, j)) / (norms[i] * norms[j]);
        cosine.abs() > LINK
    };
    let mut found = vec![];
    while !left.is_empty() {
        let mut group = vec![left.remove(0)];
        let mut next = 0;
        while let Some(&i) = group.get(next) {
            let (near, far): (Vec<_>, Vec<_>) = left.iter().partition(|&&j| linked(i, j));
            group.extend(near);
            (left, next) = (far, next + 1);
        }
        group.sort_unstable();
        let form = form(shape, w, &group);
        found.push(Figure { form, features: group.into_iter().map(|i| i as u32).collect() });
    }
    found
}

fn form(shape: Shape, w: &[f64], group: &[usize]) -> Form {
    match (group.len(), shape.m) {
        (1, _) => Form::Alone,
        (_, 1) => line(w, group),
        (_, 2) => polygon(shape, w, group),
        _ => polytope(shape, w, group),
    }
}

/// In one dimension there are two directions.
fn line(w: &[f64], group: &[usize]) -> Form {
    let up = group.iter().filter(|&&i| w[i] > 0.0).count();
    if up == 0 || up == group.len() { Form::Bundle } else { Form::Polygon(2) }
}

/// In two dimensions, directions that are the same count once, and the gaps between them decide.
fn polygon(shape: Shape, w: &[f64], group: &[usize]) -> Form {
    let mut angles: Vec<f64> = group
        .iter()
        .map(|&i| shape.row(w, i)[1].atan2(shape.row(w, i)[0]).rem_euclid(TAU))
        .collect();
    angles.sort_unstable_by(f64::total_cmp);
    let count = angles.len();
    let next = |k: usize| if k + 1 == count { angles[0] + TAU } else { angles[k + 1] };
    let gaps: Vec<f64> = (0..count).map(|k| next(k) - angles[k]).collect();
    let gaps: Vec<f64> = gaps.into_iter().filter(|&gap| gap > SAME).collect();
    let regular = TAU / gaps.len().max(1) as f64;
    // Directions that were merged leave their width to the gaps.
    let slack = SAME * if gaps.len() < count { 2.0 } else { 1.0 };
    match gaps.len() {
        0 | 1 => Form::Bundle,
        k if gaps.iter().all(|gap| (gap - regular).abs() < slack) => Form::Polygon(k as u32),
        _ => Form::Irregular,
    }
}

/// In more dimensions, number and dimensionality of the features decide.
fn polytope(shape: Shape, w: &[f64], group: &[usize]) -> Form {
    let form = match group.len() {
        2 => Form::Polygon(2),
        3 => Form::Polygon(3),
        4 => Form::Tetrahedron,
        5 => Form::Polygon(5),
        6 if shape.m == 3 => return prism(shape, w, group).unwrap_or(Form::Irregular),
        8 => Form::SquareAntiprism,
        _ => return Form::Irregular,
    };
    let found = FRACTIONS.iter().find(|(.., f)| *f == form);
    let fits = |fraction: f64| {
        group.iter().all(|&i| (dimensionality(shape, w, i) - fraction).abs() < NEAR)
    };
    let antipodal = |i: usize, j: usize| dot(shape.row(w, i), shape.row(w, j)) < 0.0;
    match found {
        _ if group.len() == 2 && !antipodal(group[0], group[1]) => Form::Bundle,
        Some((fraction, ..)) if fits(*fraction) => form,
        _ => Form::Irregular,
    }
}

/// Two triangles across one axis, if six features form them: each of three directions alike, equally
/// far from the axis.
fn prism(shape: Shape, w: &[f64], group: &[usize]) -> Option<Form> {
    // The triangle with the first feature, and the other.
    let pairs = (1..6).flat_map(|j| (j + 1..6).map(move |k| [0, j, k]));
    pairs.into_iter().find_map(|one| {
        let other: Vec<usize> = (1..6).filter(|i| !one.contains(i)).collect();
        twist(shape, w, one.map(|i| group[i]), [0, 1, 2].map(|i| group[other[i]]))
    })
}

/// How two triangles are turned against each other, if they are that.
fn twist(shape: Shape, w: &[f64], one: [usize; 3], other: [usize; 3]) -> Option<Form> {
    let unit = |v: [f64; 3]| {
        let length = dot(&v, &v).sqrt();
        v.map(|x| x / length.max(1e-12))
    };
    let row = |i: usize| unit([0, 1, 2].map(|k| shape.row(w, i)[k]));
    let sum = |of: [usize; 3]| {
        let rows = of.map(row);
        [0, 1, 2].map(|k| rows.iter().map(|r| r[k]).sum::<f64>())
    };
    let (up, down) = (sum(one), sum(other));
    let axis = unit([0, 1, 2].map(|k| up[k] - down[k]));
    // Two directions across the axis.
    let least = (0..3).min_by(|&i, &j| axis[i].abs().total_cmp(&axis[j].abs()))?;
    let mut right = [0, 1, 2].map(|k| -axis[least] * axis[k]);
    right[least] += 1.0;
    let right = unit(right);
    let cross = |a: [f64; 3], b: [f64; 3]| {
        [0, 1, 2].map(|k| a[(k + 1) % 3] * b[(k + 2) % 3] - a[(k + 2) % 3] * b[(k + 1) % 3])
    };
    let front = cross(axis, right);
    let angle = |i: usize| dot(&row(i), &front).atan2(dot(&row(i), &right)).rem_euclid(TAU);
    let height = |i: usize| dot(&row(i), &axis);
    // Corners a third of a turn apart, all at one height.
    let corner = |of: [usize; 3]| {
        let mut angles = of.map(angle);
        angles.sort_unstable_by(f64::total_cmp);
        let gaps = [angles[1] - angles[0], angles[2] - angles[1], angles[0] + TAU - angles[2]];
        gaps.iter().all(|gap| (gap - TAU / 3.0).abs() < SAME).then_some(angles[0])
    };
    let level = |of: [usize; 3], sign: f64| {
        of.iter().all(|&i| (sign * height(i) - height(one[0])).abs() < 0.15)
    };
    let flat = height(one[0]) > 0.1 && level(one, 1.0) && level(other, -1.0);
    let (first, second) = (corner(one)?, corner(other)?);
    let turned = (second - first).rem_euclid(TAU / 3.0);
    let turned = turned.min(TAU / 3.0 - turned);
    flat.then_some(match () {
        () if turned < 0.5 * SAME => Form::Prism,
        () if turned > TAU / 6.0 - 0.5 * SAME => Form::Antiprism,
        () => Form::TwistedPrism,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(angles: &[f64]) -> Vec<f64> {
        angles.iter().flat_map(|a| [a.to_radians().cos(), a.to_radians().sin()]).collect()
    }

    fn names(angles: &[f64]) -> Vec<String> {
        let shape = Shape { n: angles.len(), m: 2 };
        figures(shape, &at(angles)).iter().map(|f| f.form.name()).collect()
    }

    #[test]
    fn polygons_have_their_names() {
        for (k, name) in [(3, "triangle"), (5, "pentagon"), (6, "hexagon"), (7, "heptagon")] {
            let angles: Vec<f64> = (0..k).map(|i| 10.0 + 360.0 * i as f64 / k as f64).collect();
            assert_eq!(names(&angles), [name]);
            assert_eq!(Form::parse(name), Some(Form::Polygon(k)));
        }
        assert_eq!(Form::parse("12-gon"), Some(Form::Polygon(12)));
        assert_eq!(Form::parse(&Form::TwistedPrism.name()), Some(Form::TwistedPrism));
        assert_eq!(Form::parse("blob"), None);
        assert_eq!(names(&[0.0, 90.0, 180.0, 270.0]), ["digon", "digon"]);
        assert_eq!(names(&[3.0, 92.0]), ["alone", "alone"]);
        assert_eq!(names(&[0.0, 4.0, 180.0]), ["digon"]);
        assert_eq!(names(&[0.0, 5.0]), ["side by side"]);
        assert_eq!(names(&[0.0, 60.0]), ["irregular"]);
        assert_eq!(names(&[0.0, 180.0, 90.0]), ["digon", "alone"]);
    }

    #[test]
    fn features_without_a_direction_belong_to_no_figure() {
        let w = [1.0, 0.0, -1.0, 0.0, 0.01, 0.01];
        let found = figures(Shape { n: 3, m: 2 }, &w);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0], Figure { form: Form::Polygon(2), features: vec![0, 1] });
    }

    #[test]
    fn polytopes_in_three_dimensions() {
        let tetrahedron = [1., 1., 1., 1., -1., -1., -1., 1., -1., -1., -1., 1.];
        let found = figures(Shape { n: 4, m: 3 }, &tetrahedron);
        assert_eq!(found[0].form, Form::Tetrahedron);
        let digons = [1., 0., 0., -1., 0., 0., 0., 1., 0., 0., 0., 0.9];
        let forms: Vec<Form> =
            figures(Shape { n: 4, m: 3 }, &digons).iter().map(|f| f.form).collect();
        assert_eq!(forms, [Form::Polygon(2), Form::Alone, Form::Alone]);
        assert_eq!(figures(Shape { n: 2, m: 1 }, &[1.0, -0.8])[0].form, Form::Polygon(2));
        assert_eq!(figures(Shape { n: 2, m: 1 }, &[1.0, 0.8])[0].form, Form::Bundle);
    }

    #[test]
    fn two_triangles_across_an_axis() {
        for (turn, form) in
            [(0.0, Form::Prism), (60.0, Form::Antiprism), (25.0, Form::TwistedPrism)]
        {
            let corner = |k: usize| {
                let (side, turn) = if k < 3 { (0.45, 0.0) } else { (-0.45, turn) };
                let angle = f64::to_radians(120.0 * k as f64 + turn + 10.0);
                [angle.cos(), angle.sin(), side]
            };
            // In any order.
            let w: Vec<f64> = [0, 4, 2, 3, 1, 5].into_iter().flat_map(corner).collect();
            assert_eq!(figures(Shape { n: 6, m: 3 }, &w)[0].form, form);
        }
        let w =
            [1., 0., 0.3, 0.9, 0.2, 0.3, 0.9, -0.2, 0.3, -1., 0.1, 0.4, 0.1, 1., 0.5, 0.3, 0.3, 1.];
        assert_eq!(figures(Shape { n: 6, m: 3 }, &w)[0].form, Form::Irregular);
    }
}
