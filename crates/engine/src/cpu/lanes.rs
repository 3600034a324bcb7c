//! Vectors of a fixed number of lanes, one model a lane, and the few operations the kernels add.

use fearless_simd::prelude::*;
use fearless_simd::{Simd, f32x4, f32x8, f32x16, i32x4, i32x8, i32x16, mask32x4, mask32x8};
use fearless_simd::{mask32x16, u32x4, u32x8, u32x16};

/// Vectors of floats, signed and unsigned integers with as many lanes each.
///
/// A width is not tied to the width of the machine's registers: a vector of twice that width is
/// two registers, whose chains of dependent operations run beside each other.
pub trait Lanes: Copy + Send + Sync + 'static {
    /// The instruction set.
    type S: Simd;
    /// Floats.
    type F: SimdFloat<Self::S, Element = f32, Mask = Self::M> + SimdCvtFloat<Self::I>;
    /// Signed integers, which x86 compares and converts in one instruction, unlike unsigned ones.
    type I: SimdInt<Self::S, Element = i32, Mask = Self::M>;
    /// Unsigned integers.
    type U: SimdInt<Self::S, Element = u32, Mask = Self::M>;
    /// Masks.
    type M: SimdMask<Self::S> + Select<Self::F> + Select<Self::I>;

    /// The proof that the instruction set is there.
    fn token(self) -> Self::S;

    /// Reads unsigned integers below `2^31` as signed ones.
    fn signed(words: Self::U) -> Self::I;

    /// The same float in every lane.
    #[inline(always)]
    fn splat(self, value: f32) -> Self::F {
        Self::F::simd_from(self.token(), value)
    }

    /// The same word in every lane.
    #[inline(always)]
    fn word(self, value: u32) -> Self::U {
        Self::U::simd_from(self.token(), value)
    }

    /// The same signed integer in every lane.
    #[inline(always)]
    fn integer(self, value: i32) -> Self::I {
        Self::I::simd_from(self.token(), value)
    }

    /// `value` where the mask is set, else 0.
    fn only(self, mask: Self::M, value: Self::F) -> Self::F;

    /// The positive part.
    #[inline(always)]
    fn relu(self, x: Self::F) -> Self::F {
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        return pseudo::relu::<Self>(x);
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        x.max(self.splat(0.0))
    }

    /// The nearest value in [0, 1].
    #[inline(always)]
    fn unit(self, x: Self::F) -> Self::F {
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        return pseudo::unit::<Self>(x);
        #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
        self.relu(x).min(self.splat(1.0))
    }
}

/// WebAssembly's "pseudo" minimum and maximum are one machine instruction each; the ones that
/// pass NaN on, which portable code gets, are eight.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod pseudo {
    use crate::cpu::lanes::Lanes;
    use core::arch::wasm32::*;
    use fearless_simd::prelude::*;

    /// Four lanes at a time; taking a vector apart and putting it together costs nothing.
    #[inline(always)]
    fn quads<L: Lanes>(mut x: L::F, op: impl Fn(v128) -> v128) -> L::F {
        for quad in x.as_mut_slice().chunks_exact_mut(4) {
            let y = op(f32x4(quad[0], quad[1], quad[2], quad[3]));
            quad[0] = f32x4_extract_lane::<0>(y);
            quad[1] = f32x4_extract_lane::<1>(y);
            quad[2] = f32x4_extract_lane::<2>(y);
            quad[3] = f32x4_extract_lane::<3>(y);
        }
        x
    }

    #[inline(always)]
    pub fn relu<L: Lanes>(x: L::F) -> L::F {
        quads::<L>(
            x,
            #[inline(always)]
            |v| f32x4_pmax(f32x4_splat(0.0), v),
        )
    }

    #[inline(always)]
    pub fn unit<L: Lanes>(x: L::F) -> L::F {
        quads::<L>(
            x,
            #[inline(always)]
            |v| f32x4_pmin(f32x4_splat(1.0), f32x4_pmax(f32x4_splat(0.0), v)),
        )
    }
}

macro_rules! width {
    ($name:ident, $doc:literal, $f:ident, $i:ident, $u:ident, $m:ident) => {
        #[doc = $doc]
        #[derive(Clone, Copy)]
        pub struct $name<S>(pub S);

        impl<S: Simd> Lanes for $name<S> {
            type S = S;
            type F = $f<S>;
            type I = $i<S>;
            type U = $u<S>;
            type M = $m<S>;

            #[inline(always)]
            fn token(self) -> S {
                self.0
            }

            #[inline(always)]
            fn signed(words: $u<S>) -> $i<S> {
                words.bitcast()
            }

            #[inline(always)]
            fn only(self, mask: $m<S>, value: $f<S>) -> $f<S> {
                if S::f32s::LEN == 16 {
                    // AVX-512 keeps masks apart from vectors.
                    return mask.select(value, self.splat(0.0));
                }
                // A select would test every lane's sign once more.
                let bits: $i<S> = value.bitcast();
                (bits & mask.to_vector()).bitcast()
            }
        }
    };
}

width!(X4, "Four lanes.", f32x4, i32x4, u32x4, mask32x4);
width!(X8, "Eight lanes.", f32x8, i32x8, u32x8, mask32x8);
width!(X16, "Sixteen lanes.", f32x16, i32x16, u32x16, mask32x16);

/// Does something with vectors as wide as the machine's registers, or something else on a machine that
/// has none.
macro_rules! native {
    ($level:expr, $lanes:ident => $make:expr, $other:expr) => {
        match $level {
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            fearless_simd::Level::Avx512(simd) => {
                let $lanes = $crate::cpu::lanes::X16(simd);
                $make
            }
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            fearless_simd::Level::Avx2(simd) => {
                let $lanes = $crate::cpu::lanes::X8(simd);
                $make
            }
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            fearless_simd::Level::Sse4_2(simd) => {
                let $lanes = $crate::cpu::lanes::X4(simd);
                $make
            }
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            fearless_simd::Level::Sse2(simd) => {
                let $lanes = $crate::cpu::lanes::X4(simd);
                $make
            }
            #[cfg(target_arch = "aarch64")]
            fearless_simd::Level::Neon(simd) => {
                let $lanes = $crate::cpu::lanes::X4(simd);
                $make
            }
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            fearless_simd::Level::WasmSimd128(simd) => {
                let $lanes = $crate::cpu::lanes::X4(simd);
                $make
            }
            _ => $other,
        }
    };
}
pub(crate) use native;
