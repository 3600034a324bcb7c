// Training of a study, a model a workgroup: many steps a dispatch.

@compute @workgroup_size(LANES)
fn train(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    let model = run.first_model + group.x;
    let place = place_of(model);
    let at = model * PARAMETERS;
    for (var step = run.first_step; step < run.first_step + run.steps; step++) {
        let sums = sum_batch(at, place, step, 0u, lane, 0u);
        // Everyone has read the parameters: each moves those it has the gradient of.
        workgroupBarrier();
        var squares = sums.squares;
        let zeros = f32(run.batch - sample_count(place, step));
        //: for slot in SLOTS
        {
            let job = job_of(lane) + {slot} * LANES;
            if (part_of(lane) == 0u && job < BLOCKS) {
                let quad = at + job / MQ * 4u * MQ + job % MQ;
                //: for c in 4
                move_quad(quad + {c} * MQ, sums.encoder{slot}_{c}, step);
                //: for any in UNTIED
                move_quad(quad + DECODER + {c} * MQ, sums.decoder{slot}_{c}, step);
                //: end
                //: end
            } else if (part_of(lane) == 0u && job < JOBS) {
                squares += move_biases(at, job - BLOCKS, sums.encoder{slot}_0, zeros, step);
            }
        }
        //: end
        // The next step reads what others have moved.
        storageBarrier();
        let sum = sum_of_all(squares, lane);
        if (lane == 0u) {
            add_loss(model, step, sum);
        }
        workgroupBarrier();
    }
}
