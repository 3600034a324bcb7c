//! Compiles every kernel for the Vulkan adapter there is, without running any, and writes what that
//! comes to. `bench/static/run` gives it an adapter that need not be there.
#![expect(unsafe_code, reason = "Vulkan is a C interface")]

mod device;
mod figures;
mod kernels;

use figures::Figures;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(file) = std::env::args().nth(1) else {
        eprintln!(
            "usage: static-figures FILE.csv (written; what grew since the file before is said)"
        );
        return ExitCode::from(2);
    };
    match run(&file) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("static-figures: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(file: &str) -> Result<(), String> {
    let device = device::Device::open()?;
    let mut all = vec![];
    for source in kernels::all() {
        let told = device.figures(&source.entry, &kernels::compile(&source)?)?;
        if let Ok(folder) = std::env::var("STATIC_ASSEMBLY") {
            let place = std::path::Path::new(&folder).join(source.name.replace(' ', "-"));
            std::fs::write(&place, &told.assembly).map_err(|error| error.to_string())?;
        }
        all.push(Figures::new(&source.name, &told));
    }
    let text = figures::write(&device.name, &all);
    let before = figures::read(&std::fs::read_to_string(file).unwrap_or_default());
    for sentence in figures::growth(&before, &all) {
        println!("{sentence}");
    }
    std::fs::write(file, &text).map_err(|error| format!("{file}: {error}"))?;
    print!("{text}");
    Ok(())
}
