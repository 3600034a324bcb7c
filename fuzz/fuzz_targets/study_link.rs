//! Any text as the link of an experiment: it opens as a valid study, and as the same once written again.
#![no_main]

mod link;

libfuzzer_sys::fuzz_target!(|text: &str| link::check::<toy::Study>(text));
