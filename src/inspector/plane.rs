//! Weight vectors as points of a plane, and the numbers behind the inspector's drawings.

use toy::model::Shape;
use toy::picture::Repeat;

/// Rounds of power iteration; directions that are still mixed after them are equally long.
const ROUNDS: usize = 64;

/// Where to draw each feature's direction. One dimension stays a line. In more, what is drawn is
/// turned so that the first feature points right and the next other direction upwards, since a
/// model does not change when its hidden space turns; of three and more dimensions the plane with
/// the most weight is seen.
pub fn points(shape: Shape, weights: &[f32]) -> Vec<[f64; 2]> {
    let rows: Vec<Vec<f64>> = (0..shape.n)
        .map(|i| shape.row(weights, i).iter().map(|&w| f64::from(w)).collect())
        .collect();
    match shape.m {
        0 => vec![[0.0; 2]; shape.n],
        1 => rows.iter().map(|row| [row[0], 0.0]).collect(),
        2 => upright(rows.iter().map(|row| [row[0], row[1]]).collect()),
        m => {
            let first = principal(&rows, &vec![0.0; m]);
            let second = principal(&rows, &first);
            upright(rows.iter().map(|row| [inner(row, &first), inner(row, &second)]).collect())
        }
    }
}

/// The direction of most weight at right angles to another.
fn principal(rows: &[Vec<f64>], other: &[f64]) -> Vec<f64> {
    // Unlike coordinates, so that no symmetric arrangement is at right angles to the start.
    let mut direction: Vec<f64> = (0..other.len()).map(|k| 1.0 + 0.37 * k as f64).collect();
    for _ in 0..ROUNDS {
        let mut next = vec![0.0; direction.len()];
        for row in rows {
            let along = inner(row, &direction);
            next.iter_mut().zip(row).for_each(|(next, w)| *next += along * w);
        }
        let back = inner(&next, other);
        next.iter_mut().zip(other).for_each(|(next, o)| *next -= back * o);
        let length = inner(&next, &next).sqrt();
        // Weights that are not finite have no direction.
        if length.is_nan() || length <= 1e-12 {
            return vec![0.0; direction.len()];
        }
        direction = next.into_iter().map(|x| x / length).collect();
    }
    direction
}

fn upright(points: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    let Some([x, y]) = points.iter().copied().find(|[x, y]| x.hypot(*y) > 0.05) else {
        return points;
    };
    let length = x.hypot(y);
    let (cos, sin) = (x / length, y / length);
    let turned: Vec<_> =
        points.iter().map(|[a, b]| [cos * a + sin * b, cos * b - sin * a]).collect();
    let side = turned.iter().map(|[_, b]| *b).find(|b| b.abs() > 0.05).unwrap_or(1.0);
    turned.into_iter().map(|[a, b]| [a, b * side.signum()]).collect()
}

fn inner(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Length of the longest weight vector of some models, at least 1: the scale of their drawings.
pub fn reach(shape: Shape, repeats: &[Repeat]) -> f64 {
    let vectors = repeats.iter().flat_map(|repeat| {
        let (weights, _) = split(shape, &repeat.parameters);
        (0..weights.len() / shape.m.max(1)).map(move |i| {
            shape.row(weights, i).iter().map(|&w| f64::from(w).powi(2)).sum::<f64>().sqrt()
        })
    });
    vectors.filter(|length| length.is_finite()).fold(1.0, f64::max)
}

/// Weights and biases, both empty when the parameters are those of another shape.
pub fn split(shape: Shape, parameters: &[f32]) -> (&[f32], &[f32]) {
    if parameters.len() == shape.parameters() { shape.split(parameters) } else { (&[], &[]) }
}

/// The repeat of lowest loss.
pub fn best(repeats: &[Repeat]) -> Option<usize> {
    let finite = repeats.iter().enumerate().filter(|(_, r)| r.loss.is_finite());
    finite.min_by(|a, b| a.1.loss.total_cmp(&b.1.loss)).map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use toy::phase::Phase;

    fn close(points: &[[f64; 2]], expected: &[[f64; 2]]) -> bool {
        let near = |(a, b): (&[f64; 2], &[f64; 2])| (a[0] - b[0]).hypot(a[1] - b[1]) < 1e-6;
        points.len() == expected.len() && points.iter().zip(expected).all(near)
    }

    #[test]
    fn one_and_two_dimensions() {
        let line = points(Shape { n: 2, m: 1 }, &[-0.8, 0.9]);
        assert!(close(&line, &[[-0.8, 0.0], [0.9, 0.0]]));
        let shape = Shape { n: 3, m: 2 };
        let turned = points(shape, &[0.0, 2.0, 1.0, 0.0, 0.0, -2.0]);
        assert!(close(&turned, &[[2.0, 0.0], [0.0, 1.0], [-2.0, 0.0]]), "{turned:?}");
        assert!(close(&points(shape, &[0.0; 6]), &[[0.0; 2]; 3]));
    }

    #[test]
    fn a_plane_within_more_dimensions_is_found() {
        let shape = Shape { n: 4, m: 3 };
        let seen = points(shape, &[0., 3., 0., 0., 0., -1., 0., -3., 0., 0.001, 0., 1.]);
        assert!(close(&seen, &[[3., 0.], [0., 1.], [-3., 0.], [0., -1.]]), "{seen:?}");
        assert!(points(shape, &[f32::NAN; 12]).iter().all(|p| p.iter().all(|x| x.is_nan())));
    }

    #[test]
    fn the_best_and_the_longest() {
        let model = |loss, parameters: [f32; 4]| Repeat {
            parameters: parameters.into(),
            norm: 0.0,
            superposition: 0.0,
            polysemanticity: 0.0,
            loss,
            phase: Phase::Antipodal,
        };
        let shape = Shape { n: 2, m: 1 };
        let all =
            [model(f32::NAN, [f32::NAN; 4]), model(2.0, [1.5, 0., 9., 9.]), model(1.0, [0.; 4])];
        assert_eq!(best(&all), Some(2));
        assert_eq!(best(&all[..1]), None);
        assert_eq!(reach(shape, &all), 1.5);
        assert_eq!(reach(Shape { n: 3, m: 2 }, &all), 1.0);
    }
}
