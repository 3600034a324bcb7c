//! `superphase theory`: the closed-form phases, and the true optimum.

use crate::error::Error;
use crate::output::Output;
use crate::part::Header;
use crate::progress::{Progress, Unit};
use crate::request::{self, Request};
use crate::saved::Saver;
use crate::{flags, say, signal};
use clap::{Arg, ArgMatches, Command};
use rayon::prelude::*;
use std::fmt::Write;
use toy::fingerprint::Fingerprint;
use toy::optimum::{Optimum, Solver};
use toy::phase::Thresholds;
use toy::picture::Picture;
use toy::spec::link;
use toy::{Sweep, ansatz, csv};

/// The subcommand.
pub fn command() -> Command {
    let command = flags::spec::<Sweep>(Command::new("theory").about(
        "Computes a theoretical diagram; with one density and one importance, a single point",
    ))
    .arg(
        Arg::new("kind")
            .long("kind")
            .value_name("KIND")
            .value_parser(["ansatz", "optimum"])
            .default_value("ansatz")
            .help("ansatz: the best of the closed-form candidates; optimum: the minimum of the population loss"),
    )
    .arg(flags::file(
        "out",
        "Writes the diagram, a row a pixel (CSV); standard output without, or if it is -",
    ));
    request::flags(command)
}

/// Computes and writes.
pub fn run(flags: &ArgMatches) -> Result<(), Error> {
    let request = Request::read(flags)?;
    let sweep = flags::axes(flags, request.is_sharded())?;
    let kind = flags.get_one::<String>("kind").map_or("ansatz", String::as_str);
    let optimum = kind == "optimum";
    let mut out = Output::open(request.place("out", flags.get_one("out"))?.as_deref())?;
    if sweep.density.from == sweep.density.to && sweep.importance.from == sweep.importance.to {
        return out.write(point(&sweep, optimum)?.as_bytes());
    }
    let hash =
        Fingerprint::of_bytes(format!("{}\ntheory={kind}", Fingerprint::from(&sweep)).as_bytes());
    let header = Header {
        table: format!("theory.{kind}"),
        link: format!("?{}", link::write(&link::pairs(&sweep, None))),
        engine: "CPU".into(),
        units: sweep.rows,
        lines: sweep.columns,
        ..Header::new(request.share, hash)
    };
    if request.is_sharded() {
        if out.holds(&header) {
            say::note(format_args!("{} is there already.", out.path().display()));
            return Ok(());
        }
        out.make_part(header);
    }
    let theory = Theory::new(&sweep, optimum)?;
    let rows = request.share.part(sweep.rows);
    let blocks: Vec<&[u32]> = rows.chunks(theory.rows_at_once()).collect();
    let mut saver = Saver::new(&request, &out, "theory", &hash.to_string());
    // What was printed cannot be gone on with.
    let files = !out.is_stream();
    let from = if files { saver.restore(&mut [&mut out])? } else { None };
    let first = from.map_or(0, |from| from.blocks);
    let done = blocks.iter().take(first as usize).map(|block| block.len() as u64).sum();
    let mut progress = Progress::new(kind, Unit::Rows, rows.len() as u64, done);
    if blocks.is_empty() {
        out.add(csv::grid(&sweep, &Picture::blank(sweep.columns, vec![]), None).as_bytes())?;
    }
    for (index, block) in (first..).zip(blocks.iter().skip(first as usize)) {
        let text = csv::grid(&sweep, &theory.rows(block)?, None);
        let header = if index == 0 { 0 } else { text.find('\n').map_or(0, |at| at + 1) };
        out.add(&text.as_bytes()[header..])?;
        if out.is_closed() {
            break;
        }
        progress.set(progress.done() + block.len() as u64);
        let at = || format!("after {index} of {} blocks of rows", blocks.len());
        match signal::received() {
            Some(signal) if !files => {
                let hint = "what was printed is all there is".into();
                return Err(Error::Stopped { signal, at: at(), hint });
            }
            _ if files => saver.between(index + 1, &[&out], &mut [], at)?,
            _ => {}
        }
    }
    progress.clear();
    out.finish()?;
    saver.done();
    Ok(())
}

/// The picture of a theory: of the optimum, or else of the closed form.
pub fn picture(sweep: &Sweep, optimum: bool) -> Result<Picture, Error> {
    Theory::new(sweep, optimum)?.rows(&(0..sweep.rows).collect::<Vec<_>>())
}

/// The theory of a single point.
fn point(sweep: &Sweep, optimum: bool) -> Result<String, Error> {
    let (s, r) = (sweep.density.from, sweep.importance.from);
    let mut text = String::new();
    // Writing to a string cannot fail.
    if optimum {
        let Optimum { loss, w, b, verdict } = solver(sweep)?.solve(s, r, &[])?;
        let _ = writeln!(text, "phase {}\nloss {loss}", verdict.phase);
        for (i, row) in w.chunks(sweep.hidden as usize).enumerate() {
            let _ = writeln!(text, "W_{} {row:?}", i + 1);
        }
        let _ = writeln!(text, "b {b:?}");
    } else {
        for candidate in ansatz::CANDIDATES {
            if let Some(loss) = ansatz::loss(candidate, sweep.features, sweep.hidden, s, r) {
                let _ = writeln!(text, "{} loss {loss}", candidate.name());
            }
        }
        let best = ansatz::best(sweep.features, sweep.hidden, s, r).0;
        let _ = writeln!(text, "best {}", best.name());
    }
    Ok(text)
}

/// What finds the optimum of a sweep's models.
///
/// # Errors
/// When there is no theory of so many features.
pub fn solver(sweep: &Sweep) -> Result<Solver, Error> {
    Ok(Solver::new(sweep.features as usize, sweep.hidden as usize, sweep.bias)?)
}

/// A theory of a sweep's diagram, row by row.
struct Theory<'a> {
    sweep: &'a Sweep,
    /// What finds the optimum; the closed form needs nothing.
    solver: Option<Solver>,
}

impl<'a> Theory<'a> {
    fn new(sweep: &'a Sweep, optimum: bool) -> Result<Self, Error> {
        let solver = if optimum { Some(solver(sweep)?) } else { None };
        Ok(Self { sweep, solver })
    }

    /// Rows that make a piece of work: some seconds' at most, and some megabytes'.
    fn rows_at_once(&self) -> usize {
        let pixels = if self.solver.is_some() { 1 << 10 } else { 1 << 17 };
        (pixels / self.sweep.columns as usize).max(rayon::current_num_threads())
    }

    /// The pictures of rows, in parallel; columns one after the other, with warm starts.
    fn rows(&self, rows: &[u32]) -> Result<Picture, Error> {
        let sweep = self.sweep;
        let importances: Vec<f64> = (0..sweep.columns).map(|c| sweep.importance_at(c)).collect();
        let one = |&row: &u32| match &self.solver {
            None => Ok(Picture::ansatz_row(sweep, row)),
            Some(solver) => {
                let minima = solver.row(sweep.density_at(row), importances.iter().copied(), &[]);
                let minima = minima.collect::<Result<Vec<_>, _>>()?;
                Ok(Picture::optimum(sweep, row, &minima, &Thresholds::default()))
            }
        };
        let parts: Vec<Picture> = rows.par_iter().map(one).collect::<Result<_, Error>>()?;
        let mut picture = Picture::blank(sweep.columns, rows.to_vec());
        parts.iter().for_each(|part| picture.place(part));
        Ok(picture)
    }
}
