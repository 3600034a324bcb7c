//! `superphase devices`.

use crate::error::Error;
use engine::{Choice, Engine, EngineError, Found};
use toy::Sweep;

/// Says what each choice of engine comes to on this machine, for the default
/// sweep.
pub fn run() -> Result<(), Error> {
    for (choice, word, _) in wire::CHOICES {
        match pollster::block_on(find(choice)) {
            Ok(Found { kind, name, reason }) => {
                println!("--engine {word:5} {kind:?}: {name}. {reason}");
            }
            Err(error) if choice == Choice::Gpu => println!("--engine {word:5} {error}"),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

async fn find(choice: Choice) -> Result<Found, EngineError> {
    Engine::new(choice).await?.choose(&Sweep::default().into(), 1).await
}
