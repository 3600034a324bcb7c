// Moments of a random batch: the sampled loss. Twin of batch_moments in crates/toy/src/train.rs.
//
// A batch is drawn as the number of its non-zero samples and then those samples; the zero samples
// are all alike and are added at the end, at once.

/// Samples that share the words of one draw: features take a word each, and two samples of two
/// features fit the four words of a block.
const SAMPLES = {SAMPLES}u;
/// Blocks of four words a draw takes.
const BLOCKS = {BLOCKS}u;

fn moments(model: Model, a: Gram, row: Row, key: u32, step: u32) -> Moments {
    var sum: Moments;
    let count = binomial(row.count, random_block(run.seed, key, step, COUNT_BLOCK).x);
    for (var draw = 0u; draw * SAMPLES < count; draw++) {
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
    let zeros = f32(run.batch - count);
    //: for i in N
    sum.error{i} += zeros * max(model.b{i}.value, 0.0);
    //: end
    return sum;
}
