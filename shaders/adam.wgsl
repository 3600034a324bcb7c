// AdamW (Loshchilov and Hutter 2019), in the form PyTorch documents. Twin of crates/toy/src/adam.rs.

/// A parameter and its running moments.
struct Parameter {
    value: f32,
    first: f32,
    second: f32,
}

/// What one step needs that depends on the step alone.
struct StepRates {
    /// lr_t / (1 - beta1^t), with t counted from 1.
    rate: f32,
    /// 1 / sqrt(1 - beta2^t).
    root: f32,
    /// 1 - lr_t weight_decay.
    decay: f32,
    padding: f32,
}

/// m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2,
/// p = decay p - rate m / (root sqrt(v) + epsilon).
fn adam_step(parameter: Parameter, g: f32, rates: StepRates) -> Parameter {
    let m = run.beta1 * parameter.first + (1.0 - run.beta1) * g;
    let v = run.beta2 * parameter.second + (1.0 - run.beta2) * g * g;
    let p = rates.decay * parameter.value - rates.rate * m / (rates.root * sqrt(v) + run.epsilon);
    return Parameter(p, m, v);
}
