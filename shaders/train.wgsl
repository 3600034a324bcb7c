// Training: many optimiser steps of one model an invocation, its whole state in registers.

const MODELS_A_GROUP = {GROUP};

@compute @workgroup_size(MODELS_A_GROUP)
fn train(@builtin(global_invocation_id) id: vec3u) {
    let index = run.first_model + id.x;
    if (index >= run.end) {
        return;
    }
    let place = place_of(index);
    var model = load_model(index);
    for (var step = run.first_step; step < run.first_step + run.steps; step++) {
        let sums = moments(model, gram(model), place.row, place.key, step);
        model = stepped(model, sums, place.importance, rates[step]);
    }
    store_model(index, model);
}
