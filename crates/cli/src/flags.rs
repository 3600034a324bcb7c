//! Flags made from the table of a sweep's parameters.

use crate::error::Error;
use clap::{Arg, ArgMatches, Command, value_parser};
use std::path::PathBuf;
use toy::param::{GRID, PARAMS, set};
use toy::{Sweep, preset};

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
        let default = (param.get)(&Sweep::default());
        let help = format!("{} ({}) [default: {default}]", param.help, param.allowed());
        command = command.arg(
            Arg::new(param.name)
                .long(param.name)
                .value_name("VALUE")
                .allow_hyphen_values(true)
                .help(help),
        );
    }
    command
}

/// A flag that names a file.
pub fn file(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name("FILE").value_parser(value_parser!(PathBuf)).help(help)
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
