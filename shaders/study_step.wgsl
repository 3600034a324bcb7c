// A step of a study's optimiser, once the gradient is known.

/// Moves a quad of parameters by AdamW, as `adam_step` does one.
fn move_quad(at: u32, sum: vec4f, step: u32) {
    let now = rates[step];
    let g = run.scale * sum;
    let m = run.beta1 * first_moments[at] + (1.0 - run.beta1) * g;
    let v = run.beta2 * second_moments[at] + (1.0 - run.beta2) * g * g;
    first_moments[at] = m;
    second_moments[at] = v;
    parameters[at] = now.decay * parameters[at] - now.rate * m / (now.root * sqrt(v) + run.epsilon);
}

/// Moves a quad of biases, after adding the samples that are entirely zero, which only biases
/// notice; returns those samples' weighted squares.
fn move_biases(at: u32, iq: u32, sum: vec4f, zeros: f32, step: u32) -> vec4f {
    let b = parameters[at + BIASES + iq];
    let y = select(b, max(b, vec4f()), RECTIFY_OUTPUT);
    let error = zeros * importances(iq) * y;
    move_quad(at + BIASES + iq, run.bias * (sum + error), step);
    return error * y;
}

/// Adds a step's weighted squares to the point of the loss curve that the step belongs to:
/// floor(step points / all_steps). At most 1,000,000 steps times 256 points, which 32 bits hold.
fn add_loss(model: u32, step: u32, squares: f32) {
    losses[model * run.points + step * run.points / run.all_steps] += run.share * squares;
}
