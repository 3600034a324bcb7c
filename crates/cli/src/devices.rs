//! `superphase devices`.

use crate::error::Error;
use engine::{Choice, Engine};

/// Says what each choice of engine comes to on this machine.
pub fn run() -> Result<(), Error> {
    for (choice, word, _) in wire::CHOICES {
        match pollster::block_on(Engine::new(choice)) {
            Ok(engine) => println!(
                "--engine {word:5} {:?}: {}. {}",
                engine.kind(),
                engine.name,
                engine.reason
            ),
            Err(error) if choice == Choice::Gpu => println!("--engine {word:5} {error}"),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
