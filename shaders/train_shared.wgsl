// Training of few models: one model a workgroup, whose invocations share the samples of each batch, so
// that a GPU with room for many more invocations than there are models has work for them. The
// samples are those of train.wgsl, draw for draw; only the order in which they are summed differs.
//
// Everything but the sum over samples is done by all invocations alike: that takes no longer than
// letting one do it, and saves telling the others.

const LANES = {GROUP}u;
/// Half of them leave their sums in workgroup memory, the others add theirs there: with all at once,
/// eight features would need more memory than WebGPU promises.
const HALF = LANES / 2u;
const MOMENTS = {N}u * ({N}u + 1u);

var<workgroup> partial_sums: array<f32, HALF * MOMENTS>;
var<workgroup> total_sums: array<f32, MOMENTS>;

/// The sum of what all invocations bring, the same to each. Moment G_ij is number i (n + 1) + j, g_i
/// is number i (n + 1) + n.
fn sum_over_lanes(own: Moments, lane: u32) -> Moments {
    let slot = lane % HALF * MOMENTS;
    if (lane >= HALF) {
        //: for i in N
        //: for j in N
        partial_sums[slot + {i} * ({N} + 1) + {j}] = own.error{i}_input{j};
        //: end
        partial_sums[slot + {i} * ({N} + 1) + {N}] = own.error{i};
        //: end
    }
    workgroupBarrier();
    if (lane < HALF) {
        //: for i in N
        //: for j in N
        partial_sums[slot + {i} * ({N} + 1) + {j}] += own.error{i}_input{j};
        //: end
        partial_sums[slot + {i} * ({N} + 1) + {N}] += own.error{i};
        //: end
    }
    workgroupBarrier();
    for (var moment = lane; moment < MOMENTS; moment += LANES) {
        var sum = 0.0;
        for (var other = 0u; other < HALF; other++) {
            sum += partial_sums[other * MOMENTS + moment];
        }
        total_sums[moment] = sum;
    }
    // Also keeps the next step's sums apart from these, together with the barriers above.
    workgroupBarrier();
    var sums: Moments;
    //: for i in N
    //: for j in N
    sums.error{i}_input{j} = total_sums[{i} * ({N} + 1) + {j}];
    //: end
    sums.error{i} = total_sums[{i} * ({N} + 1) + {N}];
    //: end
    return sums;
}

@compute @workgroup_size(LANES)
fn train(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    let index = run.first_model + group.x;
    let place = place_of(index);
    var model = load_model(index);
    for (var step = run.first_step; step < run.first_step + run.steps; step++) {
        let count = nonzero_count(place.row, place.key, step);
        let own = sum_draws(model, gram(model), place.row, place.key, step, count, lane, LANES);
        let sums = with_zeros(sum_over_lanes(own, lane), model, run.batch - count);
        model = stepped(model, sums, place.importance, rates[step]);
    }
    if (lane == 0u) {
        store_model(index, model);
    }
}
