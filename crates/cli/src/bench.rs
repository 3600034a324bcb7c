//! `superphase bench`: how fast the kernels of a GPU are, and whether they are right.

use crate::error::Error;
use crate::gpus::{self, Wanted};
use crate::output::Output;
use crate::{flags, say};
use clap::{ArgMatches, Command};
use engine::EngineError;
use engine::gauge::gauge;
use engine::gpu::Gpu;
use engine::gpu::adapters::Adapter;
use pollster::block_on;
use std::path::PathBuf;
use wire::Gauge;

/// The subcommand.
pub fn command() -> Command {
    let command = Command::new("bench").about(
        "Measures every kernel on every GPU of this machine and checks it against the CPU: speed, share of what arithmetic alone would allow, and what is wrong",
    );
    gpus::flag(command).arg(flags::file("json", "Writes the same as JSON, to be sent"))
}

/// Measures, prints a table for each GPU, and fails where one of them is wrong.
pub fn run(flags: &ArgMatches) -> Result<(), Error> {
    let json = flags.get_one::<PathBuf>("json");
    let json = json.map(|path| Output::open(Some(path))).transpose()?;
    let (mut text, mut all, mut wrong) = (String::new(), vec![], None);
    for gpu in gpus(flags)? {
        text += &format!("{} ({})\n", gpu.name(), gpu.driver());
        let rows = match block_on(rows(&gpu)) {
            Ok(rows) => rows,
            Err(error) => {
                text += &format!("{error}\n\n");
                wrong.get_or_insert(error);
                continue;
            }
        };
        let peak = rows.first().map_or(0.0, |row| row.peak);
        text += &format!("peak {}FLOP/s\n{}\n", wire::digits(peak), table(&rows));
        all.extend(rows);
    }
    Output::open(None)?.write(text.as_bytes())?;
    if let Some(file) = json {
        let program = concat!("superphase ", env!("CARGO_PKG_VERSION"));
        let system = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
        file.write(Gauge::document(&all, program, &system).as_bytes())?;
    }
    let failed = all.iter().find_map(|row| row.error.as_ref().map(|error| (&row.kernel, error)));
    match (wrong, failed) {
        (Some(error), _) => Err(error.into()),
        (None, Some((kernel, error))) => Err(Error::Bench(kernel.clone(), error.clone())),
        (None, None) => Ok(()),
    }
}

/// The GPUs that were asked for; else all, software ones only where there is nothing else.
fn gpus(flags: &ArgMatches) -> Result<Vec<Gpu>, Error> {
    let all = match Wanted::read(flags)? {
        Some(wanted) => wanted.open()?,
        None if block_on(Adapter::all()).is_empty() => vec![],
        None => Wanted::All.open()?,
    };
    // None are named where the choice is the system's, and where it has none it says so.
    if all.is_empty() { Ok(vec![block_on(Gpu::new())?]) } else { Ok(all) }
}

async fn rows(gpu: &Gpu) -> Result<Vec<Gauge>, EngineError> {
    let mut rows = vec![];
    while let Some(row) = gauge(gpu, rows.len()).await? {
        say::note(format_args!("{}: {}", row.adapter, row.cells().join(", ")));
        rows.push(row);
    }
    Ok(rows)
}

/// Columns as wide as what stands in them; numbers to the right.
fn table(rows: &[Gauge]) -> String {
    let heads = Gauge::HEADS.map(str::to_owned);
    let all: Vec<_> = std::iter::once(heads).chain(rows.iter().map(Gauge::cells)).collect();
    let width = |column: usize| all.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let line = |row: &[String; 5]| {
        let [kernel, models, rate, share, check] = row;
        let (a, b, c, d) = (width(0), width(1), width(2), width(3));
        format!("{kernel:a$}  {models:>b$}  {rate:>c$}  {share:>d$}  {check}\n")
    };
    all.iter().map(line).collect()
}
