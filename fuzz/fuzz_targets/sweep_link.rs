//! Any text as the link of a diagram: it opens as a valid sweep, and as the same once written again.
#![no_main]

mod link;

libfuzzer_sys::fuzz_target!(|text: &str| link::check::<toy::Sweep>(text));
