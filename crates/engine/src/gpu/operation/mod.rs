//! Operations on the GPU: a tape as a list of calls of the kernels in `shaders/operation_*.wgsl`.

mod calls;
mod runner;

pub use calls::{Call, Places};
pub use runner::{Runner, Setup};

use super::shader::{ADAM, RANDOM};
use super::unroll::unroll;

macro_rules! shader {
    ($name:literal) => {
        include_str!(concat!("../../../../../shaders/operation", $name, ".wgsl"))
    };
}

const FILES: [&str; 9] = [
    shader!(""),
    shader!("_matmul"),
    shader!("_elementwise"),
    shader!("_dropout"),
    shader!("_norm"),
    shader!("_attention"),
    shader!("_embedding"),
    shader!("_loss"),
    shader!("_top_k"),
];
const TRAIN: &str = shader!("_train");

/// The text of all kernels; each entry point is an operation.
pub fn source() -> String {
    let files: Vec<&str> = [RANDOM, ADAM].into_iter().chain(FILES).chain([TRAIN]).collect();
    unroll(&files.join("\n"), &[])
}
