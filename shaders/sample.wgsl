// Draws one sample, given that it is not entirely zero. Twin of crates/toy/src/sample.rs.

/// A probability as a 24-bit integer, and what turns an integer below it into a value in [0, 1).
/// 24 bits fit a signed integer, which most hardware compares and converts faster.
struct Threshold {
    below: i32,
    scale: f32,
}

/// What the models of one row (density) have in common.
struct Row {
    /// Key of the row's first model in the random streams.
    key: u32,
    /// Distribution of the number of non-zero samples in a batch.
    count: Binomial,
    /// The density, given that an earlier feature of the sample is active.
    later: Threshold,
    /// Feature i's probability, given that the sample is not zero and no feature before i is active.
    first: array<Threshold, 8>,
}

struct Sample {
    //: for i in N
    x{i}: f32,
    //: end
}

/// A sample from one word a feature: the upper 24 bits decide activity and, uniform below the
/// threshold, are also the value.
fn nonzero_sample(
    row: Row,
    //: for i in N
    word{i}: u32,
    //: end
) -> Sample {
    var sample: Sample;
    var any = false;
    //: for i in N
    let integer{i} = i32(word{i} >> 8u);
    let active{i} = integer{i} < select(row.first[{i}].below, row.later.below, any);
    let scale{i} = select(row.first[{i}].scale, row.later.scale, any);
    sample.x{i} = select(0.0, f32(integer{i}) * scale{i}, active{i});
    any = any | active{i};
    //: end
    return sample;
}
