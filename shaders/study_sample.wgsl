// Draws samples of a study's features, given that they are not entirely zero. Twin of
// crates/toy/src/study/sample.rs: the same bits, but in two phases. First one invocation a sample
// marks the units that are active. Then the word of each value is known by the value's rank among
// them, so that all are drawn at once.

/// Blocks of the random stream that belong to one sample.
const SAMPLE_BLOCKS = 256u;
/// Units, features a unit, and what becomes of an active unit: 0 a feature, 1 all of its features,
/// 2 one of them.
const UNITS = {UNITS}u;
const UNIT = {UNIT}u;
const SETS = {SETS}u;
const ABSOLUTE = {ABSOLUTE}u == 1u;
/// Words that hold a mark for each unit, and what a sample keeps: these, and the number of the
/// first word of its values.
const MARK_WORDS = (UNITS + 31u) / 32u;
const MARKS = MARK_WORDS + 1u;
/// Marks of all units that the last word has.
const LAST_MARKS = 0xffffffffu >> (32u * MARK_WORDS - UNITS);

var<workgroup> marks: array<u32, TILE * MARKS>;

/// A sample of a model's batch at a step.
struct Draw {
    key: u32,
    step: u32,
    index: u32,
}

/// Word `number` of the sample's part of the stream.
fn word_of(draw: Draw, number: u32) -> u32 {
    let block = draw.index * SAMPLE_BLOCKS + (number >> 2u);
    return random_block(run.seed, draw.key, draw.step, block)[number & 3u];
}

/// A whole number below `end`, at most 512.
fn below(word: u32, end: u32) -> u32 {
    return ((word >> 9u) * end) >> 23u;
}

fn sample_values(words: vec4u) -> vec4f {
    let unit = vec4f(words >> vec4u(8u)) * (1.0 / 16777216.0);
    return select(unit, 2.0 * unit - 1.0, ABSOLUTE);
}

/// Marks the active units of the sample in row `t` of the tile (Floyd's algorithm).
fn mark_units(t: u32, units: Binomial, draw: Draw) {
    let block = draw.index * SAMPLE_BLOCKS;
    var words = random_block(run.seed, draw.key, draw.step, block);
    let count = binomial(units, words.x);
    let most = 2u * count > UNITS;
    let few = select(count, UNITS - count, most);
    let own = t * MARKS;
    for (var w = 0u; w < MARK_WORDS; w++) {
        marks[own + w] = 0u;
    }
    marks[own + MARK_WORDS] = 1u + few;
    var number = 1u;
    for (var last = UNITS - few; last < UNITS; last++) {
        if ((number & 3u) == 0u) {
            words = random_block(run.seed, draw.key, draw.step, block + (number >> 2u));
        }
        let pick = below(words[number & 3u], last + 1u);
        number++;
        let taken = ((marks[own + (pick >> 5u)] >> (pick & 31u)) & 1u) != 0u;
        let unit = select(pick, last, taken);
        marks[own + (unit >> 5u)] |= 1u << (unit & 31u);
    }
    if (most) {
        for (var w = 0u; w < MARK_WORDS; w++) {
            let all = select(0xffffffffu, LAST_MARKS, w == MARK_WORDS - 1u);
            marks[own + w] = ~marks[own + w] & all;
        }
    }
}

/// Active units of row `t` before the one whose mark is bit `bit` of word `word`.
fn rank_of(t: u32, word: u32, bit: u32) -> u32 {
    var rank = countOneBits(marks[t * MARKS + word] & ((1u << bit) - 1u));
    for (var w = 0u; w < word; w++) {
        rank += countOneBits(marks[t * MARKS + w]);
    }
    return rank;
}

/// Feature `i` of the sample in row `t`, of units of several features.
fn feature_of_set(t: u32, i: u32, draw: Draw) -> f32 {
    let unit = i / UNIT;
    let within = i % UNIT;
    let word = unit >> 5u;
    let bit = unit & 31u;
    if (unit >= UNITS || ((marks[t * MARKS + word] >> bit) & 1u) == 0u) {
        return 0.0;
    }
    let first = marks[t * MARKS + MARK_WORDS];
    let rank = rank_of(t, word, bit);
    var number = first + rank * UNIT + within;
    if (SETS == 2u) {
        number = first + 2u * rank;
        if (below(word_of(draw, number), UNIT) != within) {
            return 0.0;
        }
        number++;
    }
    return sample_values(vec4u(word_of(draw, number))).x;
}

/// Four neighbouring features of the sample in row `t`, the first of which is 4 `iq`.
fn input_quad(t: u32, iq: u32, draw: Draw) -> vec4f {
    if (SETS != 0u) {
        return vec4f(
            feature_of_set(t, 4u * iq, draw),
            feature_of_set(t, 4u * iq + 1u, draw),
            feature_of_set(t, 4u * iq + 2u, draw),
            feature_of_set(t, 4u * iq + 3u, draw),
        );
    }
    let word = iq >> 3u;
    let bit = (4u * iq) & 31u;
    let chosen = (marks[t * MARKS + word] >> bit) & 15u;
    if (chosen == 0u) {
        return vec4f();
    }
    let number = marks[t * MARKS + MARK_WORDS] + rank_of(t, word, bit);
    // The four words from there on, of which an active feature takes the first that is left.
    let block = draw.index * SAMPLE_BLOCKS + (number >> 2u);
    let a = random_block(run.seed, draw.key, draw.step, block);
    let b = random_block(run.seed, draw.key, draw.step, block + 1u);
    let shift = number & 3u;
    let shifted = select(
        select(a, vec4u(a.yzw, b.x), shift == 1u),
        select(vec4u(a.zw, b.xy), vec4u(a.w, b.xyz), shift == 3u),
        shift > 1u,
    );
    let v = sample_values(shifted);
    let y = chosen & 1u;
    let z = countOneBits(chosen & 3u);
    let w = countOneBits(chosen & 7u);
    let values = vec4f(
        v.x,
        select(v.x, v.y, y == 1u),
        select(select(v.x, v.y, z == 1u), v.z, z == 2u),
        select(select(v.x, v.y, w == 1u), select(v.z, v.w, w == 3u), w > 1u),
    );
    return select(vec4f(), values, (vec4u(chosen) & vec4u(1u, 2u, 4u, 8u)) != vec4u(0u));
}
