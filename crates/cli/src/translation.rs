//! `superphase study --preset translation`: trains bottlenecks in a translation model and writes
//! how well they translate as tables.

use crate::crew::Crew;
use crate::error::Error;
use crate::log::Log;
use crate::network::given;
use crate::output::{Output, write};
use crate::outputs::Outputs;
use crate::part::Header;
use crate::request::Request;
use crate::saved::Saver;
use crate::{base, flags, say, weights};
use clap::{Arg, ArgMatches, Command};
use engine::Job;
use engine::cpu::translation::Evaluator;
use files::weights::About;
use std::path::PathBuf;
use std::sync::Arc;
use toy::fingerprint::Fingerprint;
use toy::network::Network;
use toy::spec::{Spec, link};
use toy::study::{Study, curve};
use toy::translation::base::RECIPE;
use toy::translation::language::Part;
use toy::translation::probe::Feature;
use toy::translation::{Base, Text, Translation, table};

/// The base model of the language with known features, as `make base` writes it.
const BASE: &[u8] = include_bytes!("../../../www/translation-base.bin");

/// Files and ways of the study command that bottlenecks do not have.
const OF_OTHERS: [&str; 5] = ["attack", "parameters", "json", "npz", "by-site"];

/// Flags that only bottlenecks have, beside parameters.
const OWN: [&str; 5] = ["sentences", "by-unit", "pairs", "vocabulary", "base"];

/// The tables that shards have parts of.
const FILES: [&str; 4] = ["out", "by-feature", "losses", "sentences"];

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
        .arg(flags::file(
            "by-unit",
            "Writes the words that excite each unit of z most, with the entropy over their types, a row an end of a unit (CSV)",
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
fn base(flags: &ArgMatches, text: &Arc<Text>) -> Result<Base, Error> {
    match (flags.get_one::<PathBuf>("base"), &**text) {
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
    let (run, preset) = flags::read::<Translation>(flags)?;
    let request = Request::read(flags)?;
    if flags::choice(flags) == wire::Choice::Gpu
        || flags.contains_id("gpu") && flags.get_one::<String>("gpu").is_some()
    {
        return Err(Error::Flags(
            "bottlenecks train on the CPU: leave --engine gpu and --gpu out".into(),
        ));
    }
    // What cannot be written is said before anything is trained.
    weights::check(flags, &request)?;
    let by_unit = flags.get_one::<PathBuf>("by-unit");
    if by_unit.is_some() && request.is_sharded() {
        return Err(Error::Flags(
            "--by-unit is written of whole runs, since bottlenecks have different numbers of units"
                .into(),
        ));
    }
    let mut outputs = Outputs::open(flags, &request, &FILES)?;
    if let Some(path) = by_unit {
        Output::open(Some(path))?;
    }
    let (text, of_text) = base::read_text(flags)?;
    let own_text = matches!(text, Text::Pairs { .. });
    if request.is_sharded() && own_text && !flags.contains_id("base") {
        return Err(Error::Flags(
            "shards need the same translation model: train it by superphase base --pairs, and name it by --base"
                .into(),
        ));
    }
    let text = Arc::new(text);
    let model = Arc::new(base(flags, &text)?);
    let of_base = Fingerprint::of_bytes(&model.to_bytes());
    let hash = format!("{}\ntext={of_text}\nbase={of_base}", Fingerprint::from(&run));
    let hash = Fingerprint::of_bytes(hash.as_bytes());
    // No link has a text of one's own in it.
    let link = match own_text {
        true => String::new(),
        false => format!("?{}", link::write(&link::pairs(&run, preset))),
    };
    let judged = text.held(Part::Test, run.held_out as usize).sources.len() as u32;
    let header = |name: &str| Header {
        table: format!("translation.{name}"),
        link: link.clone(),
        units: run.models() as u32,
        lines: match name {
            "by-feature" if own_text => 0,
            "by-feature" => Feature::all().len() as u32,
            "losses" => curve::points(run.steps),
            "sentences" => judged,
            _ => 1,
        },
        ..Header::new(request.share, hash)
    };
    if outputs.are_there(&request, header) {
        return Ok(());
    }
    let mut saver = Saver::new(&request, outputs.first(), "translation", &hash.to_string());
    let checkpoints = saver.restore(&mut outputs.all())?.map_or(vec![], |from| from.runs);
    let job = Job::from(run.clone());
    let crew = Crew::translator(&job, text.clone(), model.clone())?;
    let share = request.share.part(run.models() as u32);
    let step = checkpoints.first().map_or(0, |from| from.header.step);
    let mut log = Log::open(flags, &request, run.steps, step)?;
    let trained = crew.train(&job, &share, checkpoints, &mut saver, log.as_mut())?;
    let evaluator = Evaluator::new(&run, text.clone(), model, Part::Test);
    say::note(format_args!("base: on held-out sentences {}.", base::judge(&evaluator.base())));
    let found = evaluator.snapshots(&trained, run.steps);
    let program = env!("CARGO_PKG_VERSION");
    let about = About { link: &link, program, engine: &crew.found.name, step: run.steps };
    let mut failed = weights::translation(flags, &run, &trained, about, of_base).err();
    if let Some(Err(error)) = by_unit.map(|path| write(path, table::units(&run, &text, &found))) {
        failed.iter().for_each(say::note);
        failed = Some(error);
    }
    let header = |name: &str| Header { engine: crew.bits(), ..header(name) };
    outputs.write(&request, failed, header, |name| match name {
        "out" => table::models(&run, &found),
        "by-feature" => table::features(&run, &text, &found),
        "losses" => table::curves(&run, &found),
        _ => table::sentences(&run, evaluator.held(), &found),
    })?;
    saver.done();
    Ok(())
}
