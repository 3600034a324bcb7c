//! Flags made from the tables of parameters.

use crate::error::Error;
use clap::{Arg, ArgMatches, Command, value_parser};
use std::path::PathBuf;
use toy::param::{GRID, PARAMS, Param, set};
use toy::{Study, Sweep, preset, study};
use wire::{CHOICES, Choice};

/// Adds a flag for every parameter, `--grid` and `--preset`.
pub fn sweep(command: Command) -> Command {
    let presets = preset::PRESETS.iter().map(|p| p.name).collect::<Vec<_>>().join(", ");
    let mut command = command
        .arg(
            Arg::new("preset")
                .long("preset")
                .value_name("NAME")
                .help(format!("Starts from a named sweep ({presets}); further flags change it")),
        )
        .arg(
            Arg::new(GRID)
                .long(GRID)
                .value_name("N")
                .help("Columns and rows together; --columns and --rows override it"),
        );
    for param in PARAMS {
        command = command.arg(flag(param, &Sweep::default()));
    }
    command
}

/// Adds a flag for every parameter of a study, and `--preset`.
pub fn study(command: Command) -> Command {
    let presets = study::preset::PRESETS.iter().map(|p| p.name).collect::<Vec<_>>().join(", ");
    let mut command = command.arg(
        Arg::new("preset")
            .long("preset")
            .value_name("NAME")
            .help(format!("Starts from a named study ({presets}); further flags change it")),
    );
    for param in study::param::PARAMS {
        command = command.arg(flag(param, &Study::default()));
    }
    command
}

/// The flag of a parameter.
fn flag<S: Clone>(param: &Param<S>, default: &S) -> Arg {
    let default = (param.get)(default);
    let help = format!("{} ({}) [default: {default}]", param.help, param.allowed());
    Arg::new(param.name).long(param.name).value_name("VALUE").allow_hyphen_values(true).help(help)
}

/// The flag that says what trains.
pub fn engine() -> Arg {
    Arg::new("engine")
        .long("engine")
        .value_name("ENGINE")
        .value_parser(CHOICES.map(|(_, word, _)| word))
        .default_value("auto")
        .help("What trains: gpu, cpu, or whichever a short trial finds faster")
}

/// What should train.
pub fn choice(flags: &ArgMatches) -> Choice {
    let word = flags.get_one::<String>("engine");
    word.and_then(|word| Choice::parse(word)).unwrap_or_default()
}

/// A flag that names a file.
pub fn file(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name("FILE").value_parser(value_parser!(PathBuf)).help(help)
}

/// A flag that names a file of arrays; the end of the name says the format.
pub fn arrays(name: &'static str, help: &'static str) -> Arg {
    let path = |name: &str| files::Format::of(name).map(|_| PathBuf::from(name));
    Arg::new(name).long(name).value_name("FILE").value_parser(path).help(help)
}

/// The study that the flags describe, and the preset it starts from.
pub fn read_study(flags: &ArgMatches) -> Result<(Study, &'static study::preset::Preset), Error> {
    let text = |name: &str| flags.get_one::<String>(name).map(String::as_str);
    let preset = match text("preset") {
        None => &study::preset::PRESETS[0],
        Some(name) => study::preset::find(name).ok_or_else(|| {
            let names = study::preset::PRESETS.iter().map(|p| p.name).collect::<Vec<_>>();
            Error::Preset(name.into(), names.join(", "))
        })?,
    };
    let mut study = (preset.study)();
    for param in study::param::PARAMS {
        if let Some(value) = text(param.name) {
            param.set(&mut study, value)?;
        }
    }
    study.validate()?;
    Ok((study, preset))
}

/// The sweep that the flags describe.
pub fn read(flags: &ArgMatches) -> Result<Sweep, Error> {
    let text = |name: &str| flags.get_one::<String>(name).map(String::as_str);
    let mut sweep = match text("preset") {
        None => Sweep::default(),
        Some(name) => match preset::find(name) {
            Some(preset) => (preset.sweep)(),
            None => {
                let names = preset::PRESETS.iter().map(|p| p.name).collect::<Vec<_>>();
                return Err(Error::Preset(name.into(), names.join(", ")));
            }
        },
    };
    let names = std::iter::once(GRID).chain(PARAMS.iter().map(|p| p.name));
    for (name, value) in names.filter_map(|name| Some((name, text(name)?))) {
        set(&mut sweep, name, value)?;
    }
    // As on the page, one dimension fewer than the features unless said otherwise.
    if text("features").is_some() && text("hidden").is_none() {
        sweep.hidden = sweep.features - 1;
    }
    sweep.validate()?;
    Ok(sweep)
}
