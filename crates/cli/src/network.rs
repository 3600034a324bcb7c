//! `superphase study --preset transformer` and others: trains networks made of operations and
//! writes their measures as tables.

use crate::crew::Crew;
use crate::error::Error;
use crate::log::Log;
use crate::output::{Output, write};
use crate::outputs::Outputs;
use crate::part::Header;
use crate::request::Request;
use crate::saved::Saver;
use crate::{flags, gpus};
use clap::{Arg, ArgMatches, Command};
use engine::network::Measurer;
use files::Format;
use files::weights::{self, About};
use std::path::PathBuf;
use toy::evaluate::Effort;
use toy::fingerprint::Fingerprint;
use toy::network::{Network, table};
use toy::spec::{Spec, link};
use toy::study::Study;
use wire::Job;

/// Files that the study command writes of studies alone.
const OF_STUDIES: [&str; 4] = ["attack", "parameters", "json", "npz"];

/// Adds the flags of networks to the study command's.
pub fn flags(command: Command) -> Command {
    let default = Network::default();
    let own = Network::PARAMS.iter().filter(|param| Study::find(param.name).is_none());
    let own: Vec<Arg> = own.map(|param| flags::flag(param, &default)).collect();
    let names = Network::PRESETS.iter().map(|p| p.name).collect::<Vec<_>>().join(", ");
    command
        .mut_arg("preset", |preset| {
            let help = preset.get_help().map(ToString::to_string).unwrap_or_default();
            preset.help(format!("{help}; or a network ({names})"))
        })
        .next_help_heading("Networks")
        .args(own)
        .arg(flags::file("by-site", "Writes feature directions' measures, a row a model and site of the residual stream, each beside its value at initialisation (CSV)"))
}

/// Whether the flags name a network.
pub fn wanted(flags: &ArgMatches) -> bool {
    flags.get_one::<String>("preset").is_some_and(|name| Network::preset(name).is_some())
}

/// Refuses flags that only networks have, for a study.
pub fn refuse(flags: &ArgMatches) -> Result<(), Error> {
    let own = Network::PARAMS.iter().map(|param| param.name);
    let own = own.filter(|name| Study::find(name).is_none()).chain(["by-site"]);
    given(flags, own, "study; --preset names what has it, such as transformer")
}

/// Fails at the first of these flags that was given.
pub fn given<'a>(
    flags: &ArgMatches,
    names: impl IntoIterator<Item = &'a str>,
    kind: &'static str,
) -> Result<(), Error> {
    let said =
        |name: &&str| flags.value_source(name) == Some(clap::parser::ValueSource::CommandLine);
    match names.into_iter().find(said) {
        Some(name) => Err(Error::Foreign(name.into(), kind)),
        None => Ok(()),
    }
}

/// Trains and writes.
pub fn run(flags: &ArgMatches) -> Result<(), Error> {
    let foreign = Study::PARAMS.iter().map(|param| param.name);
    let foreign = foreign.filter(|name| Network::find(name).is_none()).chain(OF_STUDIES);
    given(flags, foreign, "network")?;
    let (network, preset) = flags::read::<Network>(flags)?;
    // What cannot be written is said before anything is trained.
    let format = match flags.get_one::<PathBuf>("weights") {
        Some(path) => Some(
            Format::of(&path.to_string_lossy()).map_err(|why| Error::File(path.clone(), why))?,
        ),
        None => None,
    };
    let request = Request::read(flags)?;
    let gpus = gpus::Wanted::read(flags)?;
    if request.is_sharded() {
        return Err(Error::Flags("a network is trained whole: leave --shard out".into()));
    }
    let hash = Fingerprint::from(&network);
    let mut outputs = Outputs::open(flags, &request, &["out", "by-site", "by-feature", "losses"])?;
    if let Some(path) = flags.get_one::<PathBuf>("weights") {
        Output::open(Some(path))?;
    }
    let mut saver = Saver::new(&request, outputs.first(), "network", &hash.to_string());
    let checkpoints = saver.restore(&mut outputs.all())?.map_or(vec![], |from| from.runs);
    let job = Job::from(network.clone());
    let crew = Crew::open(flags::choice(flags), gpus.as_ref(), &job, &checkpoints)?;
    let share: Vec<u32> = (0..job.parts()).collect();
    let step = checkpoints.first().map_or(0, |from| from.header.step);
    let mut log = Log::open(flags, &request, network.steps, step)?;
    let trained = crew.train(&job, &share, checkpoints, &mut saver, log.as_mut())?;
    let mut measurer = Measurer::new(&network);
    let initial = measurer.initial(&share, Effort::Live);
    let all = measurer.snapshots(trained, network.steps, u32::MAX, Effort::Final);
    let engine = crew.found.name;
    let mut failed = None;
    if let (Some(path), Some(format)) = (flags.get_one::<PathBuf>("weights"), format) {
        let link = format!("?{}", link::write(&link::pairs(&network, preset)));
        let program = env!("CARGO_PKG_VERSION");
        let about = About { link: &link, program, engine: &engine, step: network.steps };
        let archive = weights::network(&network, &all, about);
        let bytes = archive.and_then(|archive| archive.write(format));
        let bytes = bytes.map_err(|why| Error::File(path.clone(), why));
        failed = bytes.and_then(|bytes| write(path, bytes)).err();
    }
    // Whatever became of the weights.
    let header = |_: &str| Header::new(request.share, hash);
    outputs.write(&request, failed, header, |name| match name {
        "out" => table::models(&network, &initial, &all),
        "by-site" => table::sites(&network, &initial, &all),
        "by-feature" => table::features(&network, &all),
        _ => table::curves(&network, &all),
    })?;
    saver.done();
    Ok(())
}
