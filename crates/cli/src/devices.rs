//! `superphase devices`.

use crate::error::Error;
use crate::output::Output;
use engine::{Choice, Engine, EngineError, Found};
use std::fmt::Write;
use toy::Sweep;

/// Says what each choice of engine comes to on this machine, for the default
/// sweep.
pub fn run() -> Result<(), Error> {
    let mut text = String::new();
    for (choice, word, _) in wire::CHOICES {
        // Writing to a string cannot fail.
        let _ = match pollster::block_on(find(choice)) {
            Ok(Found { kind, name, reason }) => {
                writeln!(text, "--engine {word:5} {kind:?}: {name}. {reason}")
            }
            Err(error) if choice == Choice::Gpu => writeln!(text, "--engine {word:5} {error}"),
            Err(error) => return Err(error.into()),
        };
    }
    Output::open(None)?.write(text.as_bytes())
}

async fn find(choice: Choice) -> Result<Found, EngineError> {
    Engine::new(choice).await?.choose(&Sweep::default().into(), 1).await
}
