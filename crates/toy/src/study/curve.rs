//! Loss curves: training loss by step, averaged over as many stretches of steps as a plot can show.

use std::ops::Range;

/// Most points of a curve.
pub const MAX_POINTS: u32 = 256;

/// Number of points of the curve of a run of so many steps.
pub fn points(steps: u32) -> u32 {
    steps.min(MAX_POINTS)
}

/// The point that a step belongs to.
pub fn point_of(step: u32, steps: u32) -> u32 {
    (u64::from(step) * u64::from(points(steps)) / u64::from(steps.max(1))) as u32
}

/// The steps that a point stands for.
pub fn steps_of(point: u32, steps: u32) -> Range<u32> {
    let points = u64::from(points(steps).max(1));
    let start = |point: u32| (u64::from(point) * u64::from(steps)).div_ceil(points) as u32;
    start(point)..start(point + 1)
}

/// Mean losses of the points that have begun, from the sums of losses at each point, when `taken`
/// of `steps` steps have been taken.
pub fn means(sums: &[f32], taken: u32, steps: u32) -> Vec<f32> {
    let mean = |(point, sum): (usize, &f32)| {
        let Range { start, end } = steps_of(point as u32, steps);
        let count = end.min(taken).saturating_sub(start);
        (count > 0).then(|| sum / count as f32)
    };
    sums.iter().enumerate().map_while(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_cover_every_step_once() {
        for steps in [1, 7, 255, 256, 257, 1000, 1_000_000] {
            let mut next = 0;
            for point in 0..points(steps) {
                let range = steps_of(point, steps);
                assert_eq!(range.start, next);
                assert!(!range.is_empty());
                for step in [range.start, range.end - 1] {
                    assert_eq!(point_of(step, steps), point, "{steps} {step}");
                }
                next = range.end;
            }
            assert_eq!(next, steps);
        }
    }

    #[test]
    fn a_point_under_way_is_the_mean_so_far() {
        let steps = 512;
        assert_eq!(means(&[6.0, 3.0, 0.0], 3, steps), [3.0, 3.0]);
        assert_eq!(means(&[6.0, 3.0, 0.0], 0, steps), [0f32; 0]);
    }
}
