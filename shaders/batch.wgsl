// Moments of a random batch: the sampled loss. Twin of batch_moments in crates/toy/src/train.rs.
//
// A batch is drawn as the number of its non-zero samples and then those samples; the zero samples
// are all alike and are added at the end, at once.

/// Samples that share the words of one draw: features take a word each, and two samples of two
/// features fit the four words of a block.
const SAMPLES = {SAMPLES}u;
/// Blocks of four words a draw takes.
const BLOCKS = {BLOCKS}u;

/// Non-zero samples in a model's batch.
fn nonzero_count(row: Row, key: u32, step: u32) -> u32 {
    return binomial(row.count, random_block(run.seed, key, step, COUNT_BLOCK).x);
}

/// Moments of `count` non-zero samples, but of every `stride`-th draw from `first` on only.
fn sum_draws(
    model: Model,
    a: Gram,
    row: Row,
    key: u32,
    step: u32,
    count: u32,
    first: u32,
    stride: u32,
) -> Moments {
    var sum: Moments;
    for (var draw = first; draw * SAMPLES < count; draw += stride) {
        //: for block in BLOCKS
        let words{block} = random_block(run.seed, key, step, draw * BLOCKS + {block}u);
        //: end
        //: for s in SAMPLES
        {
            let sample = nonzero_sample(
                row,
                //: for i in HEAD
                words0[{s} * {N} + {i}],
                //: end
                //: for i in HEAD..N
                words1[{i} - 4],
                //: end
            );
            let counted = draw * SAMPLES + {s}u < count;
            //: for i in N
            var z{i} = model.b{i}.value;
            //: for j in N
            z{i} += a.a{i}_{j} * sample.x{j};
            //: end
            let error{i} = select(0.0, z{i} - sample.x{i}, (z{i} > 0.0) & counted);
            sum.error{i} += error{i};
            //: for j in N
            sum.error{i}_input{j} += error{i} * sample.x{j};
            //: end
            //: end
        }
        //: end
    }
    return sum;
}

/// The moments with those of `zeros` samples added that are entirely zero.
fn with_zeros(nonzero: Moments, model: Model, zeros: u32) -> Moments {
    var sum = nonzero;
    //: for i in N
    sum.error{i} += f32(zeros) * max(model.b{i}.value, 0.0);
    //: end
    return sum;
}

fn moments(model: Model, a: Gram, row: Row, key: u32, step: u32) -> Moments {
    let count = nonzero_count(row, key, step);
    let nonzero = sum_draws(model, a, row, key, step, count, 0u, 1u);
    return with_zeros(nonzero, model, run.batch - count);
}
