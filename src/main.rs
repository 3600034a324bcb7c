//! The page: an instrument for phase diagrams of superposition.

fn main() {}
