// Draws samples of a study's features, given that they are not entirely zero. Twin of
// crates/toy/src/study/sample.rs: the same bits.

/// Blocks of the random stream that belong to one sample.
const SAMPLE_BLOCKS = 256u;
/// Units, features a unit, and what becomes of an active unit: 0 a feature, 1 all of its features,
/// 2 one of them.
const UNITS = {UNITS}u;
const UNIT = {UNIT}u;
const SETS = {SETS}u;
const ABSOLUTE = {ABSOLUTE}u == 1u;

/// The words of one sample's part of a stream.
struct Words {
    block: u32,
    at: u32,
    words: vec4u,
}

fn next_word(stream: ptr<function, Words>, key: u32, step: u32) -> u32 {
    if ((*stream).at == 4u) {
        (*stream).words = random_block(run.seed, key, step, (*stream).block);
        (*stream).block += 1u;
        (*stream).at = 0u;
    }
    let word = (*stream).words[(*stream).at];
    (*stream).at += 1u;
    return word;
}

/// A whole number below `end`, at most 512.
fn below(word: u32, end: u32) -> u32 {
    return ((word >> 9u) * end) >> 23u;
}

fn sample_value(word: u32) -> f32 {
    let unit = f32(word >> 8u) * (1.0 / 16777216.0);
    return select(unit, 2.0 * unit - 1.0, ABSOLUTE);
}

/// Draws sample `index` of a batch into row `row` of the tile of inputs, which is zero, with the
/// same row of the tile of outputs, zero as well, to mark units in.
fn draw_sample(row: u32, place: Place, step: u32, index: u32) {
    var stream = Words(index * SAMPLE_BLOCKS, 4u, vec4u());
    let count = binomial(place.units, next_word(&stream, place.key, step));
    let most = 2u * count > UNITS;
    let few = select(count, UNITS - count, most);
    let marks = row * N;
    for (var last = UNITS - few; last < UNITS; last++) {
        let pick = below(next_word(&stream, place.key, step), last + 1u);
        output[marks + select(pick, last, output[marks + pick] != 0.0)] = 1.0;
    }
    for (var unit = 0u; unit < UNITS; unit++) {
        if ((output[marks + unit] != 0.0) == most) {
            continue;
        }
        if (SETS == 2u) {
            let which = unit * UNIT + below(next_word(&stream, place.key, step), UNIT);
            input[marks + which] = sample_value(next_word(&stream, place.key, step));
        } else {
            for (var i = 0u; i < UNIT; i++) {
                input[marks + unit * UNIT + i] = sample_value(next_word(&stream, place.key, step));
            }
        }
    }
}
