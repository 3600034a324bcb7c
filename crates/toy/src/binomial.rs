//! Exact binomial numbers from one random word each: how many samples of a batch are not zero.

/// A binomial distribution as an alias table (Walker 1977) of `2^bits` cells in integers.
///
/// The probabilities are those of the binomial rounded to multiples of `2^-32`, which is the
/// resolution of the word that picks among them; outcomes below that resolution are left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Binomial {
    /// The outcome of cell 0.
    pub base: u32,
    /// Logarithm of the number of cells.
    pub bits: u32,
    /// A cell holds its threshold in the upper `32 - bits` bits and its alias in the lower ones.
    pub cells: Vec<u32>,
}

impl Binomial {
    /// The distribution of the number of successes among `trials`, each with `probability`.
    pub fn new(trials: u32, probability: f64) -> Self {
        Self::at_least(0, trials, probability)
    }

    /// The distribution of the same number, given that it is `least` or more; `least` is at most
    /// the number of trials, and the probability is positive if `least` is.
    pub fn at_least(least: u32, trials: u32, probability: f64) -> Self {
        let (base, weights) = weights(least, trials, probability);
        Self::table(base, weights)
    }

    /// Any distribution as such a table: outcomes from `base` on, in proportion to these weights.
    pub fn of_weights(base: u32, relative: &[f64]) -> Self {
        let largest = relative.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
        Self::table(base, rounded(relative, largest.map_or(0, |(at, _)| at)))
    }

    /// The table of weights that sum to `2^32`.
    fn table(base: u32, weights: Vec<u64>) -> Self {
        let bits = (weights.len().next_power_of_two().trailing_zeros()).max(1);
        let size = 1usize << bits;
        let capacity = 1u64 << (32 - bits);
        let mut weights: Vec<u64> = weights;
        weights.resize(size, 0);
        let mut cells: Vec<u32> = (0..size as u32).collect();
        let (mut small, mut large): (Vec<usize>, Vec<usize>) =
            (0..size).partition(|&i| weights[i] < capacity);
        while let (Some(&low), Some(&high)) = (small.last(), large.last()) {
            small.pop();
            cells[low] = ((weights[low] << bits) as u32) | high as u32;
            weights[high] -= capacity - weights[low];
            if weights[high] < capacity {
                large.pop();
                small.push(high);
            }
        }
        // Whatever is left is full: its alias is itself, so its threshold does not matter.
        Self { base, bits, cells }
    }

    /// The outcome that a uniform random word stands for: the upper bits choose a cell, the
    /// lower ones choose between the cell and its alias.
    #[inline(always)]
    pub fn draw(&self, word: u32) -> u32 {
        let index = word >> (32 - self.bits);
        let cell = self.cells[index as usize];
        let below = (word << self.bits) >> self.bits < cell >> self.bits;
        self.base + if below { index } else { cell & ((1 << self.bits) - 1) }
    }
}

/// Smallest likely outcome from `least` on, and the weights of it and the following ones, summing
/// to `2^32`.
fn weights(least: u32, trials: u32, p: f64) -> (u32, Vec<u64>) {
    if p >= 1.0 || p <= 0.0 {
        return (if p >= 1.0 { trials } else { 0 }, vec![1 << 32]);
    }
    let n = f64::from(trials);
    let mode = (((n + 1.0) * p) as u32).clamp(least, trials);
    let odds = p / (1.0 - p);
    // Relative to the mode, outward by the ratio of neighbouring probabilities.
    let up =
        successive(mode, |k| (k < trials).then(|| (n - f64::from(k)) / f64::from(k + 1) * odds), 1);
    let down =
        successive(mode, |k| (k > least).then(|| f64::from(k) / (n - f64::from(k - 1)) / odds), -1);
    let base = mode - down.len() as u32;
    let relative: Vec<f64> = down.into_iter().rev().chain([1.0]).chain(up).collect();
    (base, rounded(&relative, (mode - base) as usize))
}

/// Weights in these proportions that sum to `2^32`; what rounding leaves is given to one of them.
fn rounded(relative: &[f64], rest: usize) -> Vec<u64> {
    let total = 2f64.powi(32);
    let sum: f64 = relative.iter().sum();
    // Rounding the running sum, not the terms, keeps every weight within one unit and the sum exact.
    let mut before = 0.0;
    let weights = relative.iter().map(|w| {
        let from: f64 = before;
        before += w / sum * total;
        before.round() as u64 - from.round() as u64
    });
    let mut weights: Vec<u64> = weights.collect();
    let missing = (1u64 << 32) - weights.iter().sum::<u64>();
    weights[rest] += missing;
    weights
}

/// Products of `ratio` from `start` outward until they fall below the table's resolution.
fn successive(start: u32, ratio: impl Fn(u32) -> Option<f64>, direction: i64) -> Vec<f64> {
    let mut all = vec![];
    let (mut k, mut value) = (start, 1.0);
    while let Some(step) = ratio(k) {
        value *= step;
        // Half of 2^-32 at the flattest possible mode would be far above this.
        if value < 1e-11 {
            break;
        }
        all.push(value);
        k = (i64::from(k) + direction) as u32;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads the whole table back into probabilities and compares them with the definition.
    #[test]
    fn the_table_is_the_distribution() {
        for (trials, p) in
            [(1, 0.3), (10, 0.02), (1024, 0.01), (1024, 0.3), (1024, 0.97), (65_536, 0.5)]
        {
            let table = Binomial::new(trials, p);
            let mut mass = std::collections::BTreeMap::<u32, f64>::new();
            let cell_mass = 2f64.powi(-(table.bits as i32));
            let capacity = 2f64.powi(32 - table.bits as i32);
            for (i, cell) in table.cells.iter().enumerate() {
                let share = f64::from(cell >> table.bits) / capacity;
                let alias = cell & ((1 << table.bits) - 1);
                *mass.entry(table.base + i as u32).or_default() += cell_mass * share;
                *mass.entry(table.base + alias).or_default() += cell_mass * (1.0 - share);
            }
            let log_factorial = |k: u32| (1..=k).map(|i| f64::from(i).ln()).sum::<f64>();
            let whole = log_factorial(trials);
            for (&k, &found) in &mass {
                if k > trials {
                    assert_eq!(found, 0.0);
                    continue;
                }
                let log = whole - log_factorial(k) - log_factorial(trials - k)
                    + f64::from(k) * p.ln()
                    + f64::from(trials - k) * (1.0 - p).ln();
                assert!(
                    (found - log.exp()).abs() < 5e-10,
                    "{trials} {p} {k}: {found} {}",
                    log.exp()
                );
            }
            assert!((mass.values().sum::<f64>() - 1.0).abs() < 1e-12);
        }
    }

    /// Rare events, given that there is one: nearly always exactly one, and never none.
    #[test]
    fn at_least_one_of_rare_events() {
        let (trials, p) = (80, 1e-3);
        let table = Binomial::at_least(1, trials, p);
        let draws = 1 << 16;
        let mut ones = 0;
        for i in 0..draws {
            let k = table.draw(i << 16);
            assert!((1..=trials).contains(&k));
            ones += u32::from(k == 1);
        }
        let none = (1.0f64 - p).powi(80);
        let one = 80.0 * p * (1.0f64 - p).powi(79) / (1.0 - none);
        assert!((f64::from(ones) / f64::from(draws) - one).abs() < 1e-3, "{ones} {one}");
        assert_eq!(Binomial::at_least(1, 5, 1.0).draw(7), 5);
    }

    #[test]
    fn certain_outcomes() {
        for word in [0, 1, u32::MAX / 2, u32::MAX] {
            assert_eq!(Binomial::new(1024, 1.0).draw(word), 1024);
            assert_eq!(Binomial::new(1024, 0.0).draw(word), 0);
        }
    }
}
