// The gradient of one step of a study, with several workgroups a model, each of which leaves what
// its samples add to it.

/// Adds what a tile brings to a block of the sums that begin at `own`.
fn add_block(own: u32, job: u32, block: Block) {
    if (job < BLOCKS) {
        let quad = own + job / MQ * 4u * MQ + job % MQ;
        //: for c in 4
        partial_sums[quad + {c} * MQ] += block.encoder{c};
        if (!TIED) {
            partial_sums[quad + DECODER + {c} * MQ] += block.decoder{c};
        }
        //: end
    } else {
        partial_sums[own + BIASES + job - BLOCKS] += block.encoder0;
    }
}

@compute @workgroup_size(LANES)
fn gradient(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    let model = run.first_model + group.x;
    let own = (model * run.parts + group.y) * (PARAMETERS + 1u);
    for (var quad = lane; quad < PARAMETERS; quad += LANES) {
        partial_sums[own + quad] = vec4f();
    }
    storageBarrier();
    workgroupBarrier();
    let sums = sum_batch(model * PARAMETERS, place_of(model), run.first_step, group.y, lane, own);
    //: for slot in SLOTS
    {
        let job = job_of(lane) + {slot} * LANES;
        if (part_of(lane) == 0u && job < JOBS) {
            var block: Block;
            //: for c in 4
            block.encoder{c} = sums.encoder{slot}_{c};
            //: for any in UNTIED
            block.decoder{c} = sums.decoder{slot}_{c};
            //: end
            //: end
            add_block(own, job, block);
        }
    }
    //: end
    let squares = sum_of_all(sums.squares, lane);
    if (lane == 0u) {
        partial_sums[own + PARAMETERS] = vec4f(squares, 0.0, 0.0, 0.0);
    }
}
