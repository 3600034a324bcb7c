//! The exponential function, in a form that the compiler makes vectors of.

/// `e^x` to about 2 units in the last place, for what does not overflow: beyond +-87 it stays at
/// the value there. What is no number gives some number: callers multiply by it.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    // e^x = 2^n e^r: adding 1.5 2^23 rounds to a whole number, whose bits stand at the end.
    const ROUND: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 87.0);
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = x - n * 0.693_359_4 + n * 2.121_944_4e-4;
    let p = 1.987_569_1e-4;
    let p = p * r + 1.398_2e-3;
    let p = p * r + 8.333_452e-3;
    let p = p * r + 4.166_579_6e-2;
    let p = p * r + 0.166_666_65;
    let p = p * r + 0.5;
    let power = f32::from_bits((shifted.to_bits() << 23).wrapping_add(127 << 23));
    (p * r * r + r + 1.0) * power
}

#[cfg(test)]
mod tests {
    #[test]
    fn is_the_exponential() {
        for k in -8700..=8700 {
            let x = k as f32 / 100.0;
            let (found, expected) = (f64::from(super::exp(x)), f64::from(x).exp());
            assert!((found / expected - 1.0).abs() < 3e-7, "{x}: {found} {expected}");
        }
        assert_eq!(super::exp(0.0), 1.0);
        assert!(super::exp(-1e30) < 1e-37 && super::exp(f32::INFINITY).is_finite());
    }
}
