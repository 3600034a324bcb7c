//! `superphase study --preset translation`: trains bottlenecks in a translation model and writes
//! how well they translate as tables.

use crate::error::Error;
use crate::network::given;
use crate::output::{Output, write};
use crate::progress::{Progress, Unit};
use crate::request::Request;
use crate::{base, flags, say};
use clap::{Arg, ArgMatches, Command};
use engine::cpu::translation::{Evaluator, Training};
use std::path::PathBuf;
use std::sync::Arc;
use toy::network::Network;
use toy::spec::Spec;
use toy::study::Study;
use toy::translation::base::RECIPE;
use toy::translation::language::Part;
use toy::translation::{Base, Text, Translation, table};

/// The base model of the language with known features, as `make base` writes it.
const BASE: &[u8] = include_bytes!("../../../www/translation-base.bin");

/// Files and ways of the study command that bottlenecks do not have.
const OF_OTHERS: [&str; 7] = ["attack", "parameters", "json", "npz", "weights", "by-site", "log"];

/// Flags that only bottlenecks have, beside parameters.
const OWN: [&str; 4] = ["sentences", "pairs", "vocabulary", "base"];

fn own_params() -> impl Iterator<Item = &'static toy::spec::Param<Translation>> {
    let known = |name: &str| Study::find(name).is_some() || Network::find(name).is_some();
    Translation::PARAMS.iter().filter(move |param| !known(param.name))
}

/// Adds the flags of bottlenecks to the study command's.
pub fn flags(command: Command) -> Command {
    let default = Translation::default();
    let own: Vec<Arg> = own_params().map(|param| flags::flag(param, &default)).collect();
    let names = Translation::PRESETS.iter().map(|p| p.name).collect::<Vec<_>>().join(", ");
    let command = command
        .mut_arg("preset", |preset| {
            let help = preset.get_help().map(ToString::to_string).unwrap_or_default();
            preset.help(format!("{help}; or bottlenecks in a translation model ({names})"))
        })
        .next_help_heading("Translation")
        .args(own);
    base::text(command)
        .arg(flags::file(
            "base",
            "The translation model, as `superphase base` has written it [default: the one that comes with the program; for --pairs one that is trained first]",
        ))
        .arg(flags::file(
            "sentences",
            "Writes held-out sentences through every bottleneck: source, output, reference, k and seed, apart by tabs",
        ))
}

/// Whether the flags name bottlenecks.
pub fn wanted(flags: &ArgMatches) -> bool {
    flags.get_one::<String>("preset").is_some_and(|name| Translation::preset(name).is_some())
}

/// Refuses flags that only bottlenecks have, for anything else.
pub fn refuse(flags: &ArgMatches) -> Result<(), Error> {
    let own = own_params().map(|param| param.name).chain(OWN);
    given(flags, own, "study; --preset translation has it")
}

/// The base model that the flags name, or the one there is, or a new one.
fn base(flags: &ArgMatches, text: &Text) -> Result<Base, Error> {
    match (flags.get_one::<PathBuf>("base"), text) {
        (Some(path), _) => base::read(path, text),
        (None, Text::Pairs { .. }) => Ok(base::train(text, &RECIPE)),
        (None, Text::Language { .. }) => Base::from_bytes(text.shape(), BASE)
            .map_err(|why| Error::Text("the program's own base".into(), why.to_string())),
    }
}

/// Trains and writes.
pub fn run(flags: &ArgMatches) -> Result<(), Error> {
    let known = |name: &&str| Translation::find(name).is_none();
    let foreign = Study::PARAMS.iter().map(|param| param.name);
    let foreign = foreign.chain(Network::PARAMS.iter().map(|param| param.name)).filter(known);
    given(flags, foreign.chain(OF_OTHERS), "translation")?;
    let (run, _) = flags::read::<Translation>(flags)?;
    let request = Request::read(flags)?;
    if request.is_sharded() {
        return Err(Error::Flags("bottlenecks are trained together: leave --shard out".into()));
    }
    if flags::choice(flags) == wire::Choice::Gpu
        || flags.contains_id("gpu") && flags.get_one::<String>("gpu").is_some()
    {
        return Err(Error::Flags(
            "bottlenecks train on the CPU: leave --engine gpu and --gpu out".into(),
        ));
    }
    let path = |name: &str| flags.get_one::<PathBuf>(name);
    // What cannot be written is said before anything is trained.
    let out = Output::open(path("out").map(PathBuf::as_path))?;
    for name in ["by-feature", "losses", "sentences"] {
        if let Some(path) = path(name) {
            Output::open(Some(path))?;
        }
    }
    let text = Arc::new(base::read_text(flags)?);
    let model = Arc::new(base(flags, &text)?);
    let models: Vec<u32> = (0..run.models() as u32).collect();
    let mut training = Training::new(&run, &models, text.clone(), &model);
    let all = run.models() * u64::from(run.steps);
    let (mut step, mut progress) = (0, Progress::new("CPU", Unit::Large, all, 0));
    while step < run.steps {
        step += training.advance(step, run.steps - step);
        progress.set(run.models() * u64::from(step));
        if let Some(signal) = crate::signal::received() {
            let at = format!("after {step} of {} steps", run.steps);
            let hint = "bottlenecks are not kept: the same command begins anew".into();
            return Err(Error::Stopped { signal, at, hint });
        }
    }
    progress.clear();
    let evaluator = Evaluator::new(&run, text.clone(), model, Part::Test);
    say::note(format_args!("base: on held-out sentences {}.", base::judge(&evaluator.base())));
    let found = evaluator.snapshots(&training.read(), step);
    say::note(format_args!(
        "CPU: {} bottlenecks x {} steps in {:.3} s.",
        models.len(),
        run.steps,
        progress.seconds()
    ));
    let written = out.write(table::models(&run, &found).as_bytes());
    let file = |name: &str, text: &dyn Fn() -> String| match path(name) {
        Some(path) => write(path, text()),
        None => Ok(()),
    };
    file("by-feature", &|| table::features(&run, &text, &found))?;
    file("losses", &|| table::curves(&run, &found))?;
    file("sentences", &|| table::sentences(&run, evaluator.held(), &found))?;
    written
}
