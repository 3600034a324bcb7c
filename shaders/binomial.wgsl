// An exact binomial number from one random word, by alias table. Twin of crates/toy/src/binomial.rs.

/// One row's table: 2^bits cells from `offset` on, the first of which stands for the outcome `base`.
struct Binomial {
    base: u32,
    bits: u32,
    offset: u32,
}

/// The tables of all rows, one behind the other: a cell holds its threshold in the upper
/// 32 - bits bits and its alias in the lower ones.
@group(0) @binding(7) var<storage, read> cells: array<u32>;

/// The outcome that a uniform word stands for: its upper bits choose a cell, its lower ones choose
/// between the cell and its alias.
fn binomial(table: Binomial, word: u32) -> u32 {
    let index = word >> (32u - table.bits);
    let cell = cells[table.offset + index];
    let below = ((word << table.bits) >> table.bits) < (cell >> table.bits);
    return table.base + select(cell & ((1u << table.bits) - 1u), index, below);
}
