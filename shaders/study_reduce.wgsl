// The end of a step of a study with several workgroups a model: adds up what they have found and
// moves the parameters.

var<workgroup> found: array<vec4f, LANES>;

@compute @workgroup_size(LANES)
fn finish(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    let model = run.first_model + group.x;
    let place = place_of(model);
    let at = model * PARAMETERS;
    let step = run.first_step;
    let zeros = f32(run.batch - sample_count(place, step));
    let own = model * run.parts * (PARAMETERS + 1u);
    var squares = vec4f();
    for (var quad = lane; quad < PARAMETERS + 1u; quad += LANES) {
        var sum = vec4f();
        for (var part = 0u; part < run.parts; part++) {
            sum += partial_sums[own + part * (PARAMETERS + 1u) + quad];
        }
        if (quad < BIASES) {
            move_quad(at + quad, sum, step);
        } else if (quad < PARAMETERS) {
            squares += move_biases(at, quad - BIASES, sum, zeros, step);
        } else {
            squares += sum;
        }
    }
    found[lane] = squares;
    workgroupBarrier();
    if (lane == 0u) {
        var sum = vec4f();
        for (var other = 0u; other < LANES; other++) {
            sum += found[other];
        }
        add_loss(model, step, sum.x + sum.y + sum.z + sum.w);
    }
}
