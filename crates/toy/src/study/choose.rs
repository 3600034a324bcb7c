//! Choices from random words: which units of a sample are active. Only integers decide, so every
//! engine chooses the same units bit for bit.

use crate::random::block;

/// Blocks of the random stream that belong to one sample: more than any sample needs.
pub const BLOCKS: u32 = 256;

/// The words of one sample's part of a stream, one after the other.
pub struct Words {
    seed: u32,
    model: u32,
    step: u32,
    block: u32,
    words: [u32; 4],
    at: usize,
}

impl Words {
    /// The words of sample `index`.
    pub fn new(seed: u32, model: u32, step: u32, index: u32) -> Self {
        Self { seed, model, step, block: index * BLOCKS, words: [0; 4], at: 4 }
    }
}

impl Iterator for Words {
    type Item = u32;

    /// The next word; there always is one.
    #[inline]
    fn next(&mut self) -> Option<u32> {
        if self.at == 4 {
            self.words = block(self.seed, self.model, self.step, self.block);
            (self.block, self.at) = (self.block + 1, 0);
        }
        self.at += 1;
        Some(self.words[self.at - 1])
    }
}

/// The next word of a stream that is long enough.
#[inline(always)]
pub fn word(words: &mut impl Iterator<Item = u32>) -> u32 {
    words.next().unwrap_or_default()
}

/// A whole number below `end`, at most 512, from a word. Not exactly uniform where `end` is no
/// power of two: probabilities are off by 2^-23 at most, less than one in 16,000 of their value.
#[inline(always)]
pub fn below(word: u32, end: u32) -> u32 {
    ((word >> 9) * end) >> 23
}

/// Which of up to 1,024 units are in a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks([u64; Self::WORDS as usize]);

impl Marks {
    /// Words of 64 units each.
    pub const WORDS: u32 = 16;

    /// Whether a unit is in.
    #[inline(always)]
    pub fn has(&self, unit: u32) -> bool {
        self.0[(unit / 64) as usize] >> (unit % 64) & 1 == 1
    }

    /// Puts a unit in.
    #[inline(always)]
    pub fn mark(&mut self, unit: u32) {
        self.0[(unit / 64) as usize] |= 1 << (unit % 64);
    }

    /// Calls `visit` with every unit that is in, ascending, or with those of the first `units` that
    /// are not, and leaves none in.
    ///
    /// One memory for all samples: WebAssembly makes a call of every array that is cleared or moved.
    #[inline(always)]
    pub fn drain(&mut self, units: u32, complement: bool, mut visit: impl FnMut(u32)) {
        for (k, word) in self.0.iter_mut().take(units.div_ceil(64) as usize).enumerate() {
            let first = 64 * k as u32;
            let all = if units - first >= 64 { u64::MAX } else { (1 << (units - first)) - 1 };
            let mut rest = if complement { !*word & all } else { *word };
            *word = 0;
            while rest != 0 {
                visit(first + rest.trailing_zeros());
                rest &= rest - 1;
            }
        }
    }

    /// Chooses `count` of `units`, by Floyd's algorithm, and calls `visit` with each, ascending.
    /// Takes as many words as there are active or inactive units, whichever are fewer, before the
    /// first visit. None may be in before, and none is afterwards.
    #[inline(always)]
    pub fn choose<W: Iterator<Item = u32>>(
        &mut self,
        units: u32,
        count: u32,
        words: &mut W,
        mut visit: impl FnMut(&mut W, u32),
    ) {
        let most = 2 * count > units;
        let few = if most { units - count } else { count };
        let picks = units - few..units;
        if units <= 128 {
            // The same in two registers: what is marked does not go through memory.
            let [mut low, mut high] = [0u64; 2];
            for last in picks {
                let pick = below(word(words), last + 1);
                let half = if pick < 64 { low } else { high };
                let unit = if half >> (pick % 64) & 1 == 1 { last } else { pick };
                let mark = 1 << (unit % 64);
                low |= if unit < 64 { mark } else { 0 };
                high |= if unit < 64 { 0 } else { mark };
            }
            (self.0[0], self.0[1]) = (low, high);
        } else {
            for last in picks {
                let pick = below(word(words), last + 1);
                self.mark(if self.has(pick) { last } else { pick });
            }
        }
        if few == 0 {
            (0..units).for_each(
                #[inline(always)]
                |unit| visit(words, unit),
            );
            return;
        }
        self.drain(
            units,
            most,
            #[inline(always)]
            |unit| visit(words, unit),
        );
    }
}
