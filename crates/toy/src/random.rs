//! Counter-based random numbers: every number is a pure function of (seed, model, step, block),
//! so any model can be trained alone, on any engine, and see the same data.

/// Value of the step counter under which initial weights are drawn.
pub const INIT_STEP: u32 = u32::MAX;
/// Value of the step counter under which the fixed evaluation sample is drawn.
pub const EVALUATION_STEP: u32 = u32::MAX - 1;
/// Block that holds the number of non-zero samples of a batch; samples use the blocks from 0 on.
pub const COUNT_BLOCK: u32 = u32::MAX;

/// The hash `pcg4d` of Jarzynski and Olano, "Hash Functions for GPU Rendering", JCGT 9(3), 2020:
/// four words in, four well-mixed words out. `shaders/random.wgsl` is its twin.
#[inline(always)]
pub fn pcg4d(counter: [u32; 4]) -> [u32; 4] {
    let [mut x, mut y, mut z, mut w] =
        counter.map(|c| c.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
    let mix = |x: &mut u32, y: &mut u32, z: &mut u32, w: &mut u32| {
        *x = x.wrapping_add(y.wrapping_mul(*w));
        *y = y.wrapping_add(z.wrapping_mul(*x));
        *z = z.wrapping_add(x.wrapping_mul(*y));
        *w = w.wrapping_add(y.wrapping_mul(*z));
    };
    mix(&mut x, &mut y, &mut z, &mut w);
    [x, y, z, w] = [x, y, z, w].map(|c| c ^ (c >> 16));
    mix(&mut x, &mut y, &mut z, &mut w);
    [x, y, z, w]
}

/// The four words of one block of a model's stream at one step.
#[inline(always)]
pub fn block(seed: u32, model: u32, step: u32, block: u32) -> [u32; 4] {
    pcg4d([block, step, model, seed])
}

/// Uniform on the open interval (0, 1), in f64, from one word.
pub fn open_unit(word: u32) -> f64 {
    (f64::from(word) + 0.5) / 4_294_967_296.0
}

/// Two independent standard normal numbers from two words (Box and Muller 1958).
pub fn normal_pair(a: u32, b: u32) -> [f64; 2] {
    let radius = (-2.0 * open_unit(a).ln()).sqrt();
    let (sin, cos) = (std::f64::consts::TAU * open_unit(b)).sin_cos();
    [radius * cos, radius * sin]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_depend_on_every_part_of_the_counter() {
        let base = block(1, 2, 3, 4);
        for other in [block(0, 2, 3, 4), block(1, 3, 3, 4), block(1, 2, 4, 4), block(1, 2, 3, 5)] {
            assert!(base.iter().zip(other).all(|(a, b)| *a != b));
        }
    }

    #[test]
    fn normal_numbers_have_unit_variance() {
        let (mut sum, mut square) = (0.0, 0.0);
        let count = 200_000;
        for i in 0..count / 2 {
            let [a, b, ..] = block(7, i, 0, 0);
            for x in normal_pair(a, b) {
                sum += x;
                square += x * x;
            }
        }
        let n = f64::from(count);
        assert!((sum / n).abs() < 4.0 / n.sqrt());
        assert!((square / n - 1.0).abs() < 4.0 * (2.0 / n).sqrt());
    }
}
