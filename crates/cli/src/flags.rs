//! Flags made from the tables of parameters.

use crate::error::Error;
use clap::{Arg, ArgMatches, Command, value_parser};
use std::path::PathBuf;
use toy::Sweep;
use toy::spec::{Joint, Param, Preset, Spec};
use toy::sweep::MAX_SIDE_IN_SHARES;
use wire::{CHOICES, Choice};

/// Adds a flag for every parameter and for those that stand for several, and `--preset`.
pub fn spec<S: Spec>(command: Command) -> Command {
    let (kind, presets) = (S::KIND, names::<S>());
    let preset = Arg::new("preset")
        .long("preset")
        .value_name("NAME")
        .help(format!("Starts from a named {kind} ({presets}); further flags change it"));
    let joint = |joint: &'static Joint| {
        let parts: Vec<_> = joint.parts.iter().map(|part| format!("--{part}")).collect();
        let help = format!("{} in one; {}", parts.join(" and "), joint.help);
        Arg::new(joint.name).long(joint.name).value_name("VALUE").help(help)
    };
    let default = S::default();
    let command = command.arg(preset).args(S::JOINTS.iter().map(joint));
    command.args(S::PARAMS.iter().map(|param| flag(param, &default)))
}

/// The names of presets, in one line.
fn names<S: Spec>() -> String {
    S::PRESETS.iter().map(|p| p.name).collect::<Vec<_>>().join(", ")
}

/// The flag of a parameter.
pub fn flag<S: Clone>(param: &Param<S>, default: &S) -> Arg {
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

/// What the flags describe, and the preset it starts from if one is named.
pub fn read<S: Spec>(flags: &ArgMatches) -> Result<(S, Option<&'static Preset<S>>), Error>
where
    Error: From<S::Error>,
{
    let (spec, preset) = describe::<S>(flags, &[])?;
    spec.validate()?;
    Ok((spec, preset))
}

/// What the flags describe, but for those of these names; whether it fits together is not checked.
fn describe<S: Spec>(
    flags: &ArgMatches,
    without: &[&str],
) -> Result<(S, Option<&'static Preset<S>>), Error> {
    let text = |name: &str| flags.get_one::<String>(name).map(String::as_str);
    let named = |name| S::preset(name).ok_or_else(|| Error::Preset(name.into(), names::<S>()));
    let preset = text("preset").map(named).transpose()?;
    let mut spec = preset.map_or_else(S::default, |preset| (preset.spec)());
    let names = S::JOINTS.iter().map(|joint| joint.name).chain(S::PARAMS.iter().map(|p| p.name));
    let names = names.filter(|name| !without.contains(name));
    for (name, value) in names.filter_map(|name| Some((name, text(name)?))) {
        spec.set(name, value)?;
    }
    spec.follow(&|name| text(name).is_some());
    Ok((spec, preset))
}

/// The sweep that the flags describe; in shares, one of more pixels and models than fit into one.
pub fn sweep(flags: &ArgMatches, in_shares: bool) -> Result<Sweep, Error> {
    if !in_shares {
        return Ok(read::<Sweep>(flags)?.0);
    }
    let (mut sweep, _) = describe::<Sweep>(flags, &["grid", "columns", "rows"])?;
    let side = |name: &str| match flags.get_one::<String>(name) {
        None => Ok(None),
        Some(text) => match text.trim().parse::<u32>() {
            Ok(side) => Ok(Some(side)),
            Err(_) => Err(Error::Flags(format!(
                "{name} is {text}; it must be a whole number from 1 to {MAX_SIDE_IN_SHARES}"
            ))),
        },
    };
    let grid = side("grid")?;
    sweep.columns = side("columns")?.or(grid).unwrap_or(sweep.columns);
    sweep.rows = side("rows")?.or(grid).unwrap_or(sweep.rows);
    sweep.validate_in_shares()?;
    Ok(sweep)
}

/// The sweep whose axes a theory is computed on. Theory trains nothing, so repeats do not count.
pub fn axes(flags: &ArgMatches, in_shares: bool) -> Result<Sweep, Error> {
    if in_shares {
        return Ok(Sweep { repeats: 1, ..sweep(flags, true)? });
    }
    let (sweep, _) = describe::<Sweep>(flags, &[])?;
    let sweep = Sweep { repeats: 1, ..sweep };
    sweep.validate()?;
    Ok(sweep)
}
