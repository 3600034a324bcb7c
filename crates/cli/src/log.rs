//! `--log DIR`: training logs, as TensorBoard reads them and as a table.

use crate::error::Error;
use crate::output::write;
use crate::request::Request;
use clap::{Arg, ArgMatches, Command, value_parser};
use engine::cpu::translation::Evaluator;
use engine::{Job, Run, SweepRun};
use files::events::{Events, Value, file_name, histogram, scalar};
use files::projector::{CONFIG, METADATA, Projection, TENSORS};
use pollster::block_on;
use std::fmt::Write;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};
use toy::Sweep;
use toy::evaluate::Effort;
use toy::phase::Thresholds;
use toy::picture::Measures;
use toy::study::curve::{self, steps_of};
use toy::study::snapshot::Trained;
use toy::study::{Snapshot, Study};
use toy::translation::describe::WIDTH;
use toy::translation::language::Part;
use toy::translation::{Base, Measures as Measured, Text, Translation};

/// Times that a run is looked at, spread evenly over its steps; the start comes before them.
const LOOKS: u32 = 64;
/// Most models of a diagram that are looked at on the way: whole rows, spread evenly.
const SOME: u64 = 1 << 14;
/// Most models of a study that have a loss curve of their own beside the mean.
const CURVES: usize = 32;
/// Most validation sentences that bottlenecks are judged by.
const JUDGED: u32 = 24;
/// Most points for the projector.
const POINTS: usize = 10_000;
/// The table of all scalars, within the folder.
const SCALARS: &str = "scalars.csv";
/// Its columns.
const COLUMNS: &str = "step,tag,value\n";

/// Adds the flag.
pub fn flag(command: Command) -> Command {
    command.arg(
        Arg::new("log").long("log").value_name("DIR").value_parser(value_parser!(PathBuf)).help(
            "Writes a training log: TensorBoard's event and projector files, and scalars.csv",
        ),
    )
}

/// A log under way.
pub struct Log {
    folder: PathBuf,
    events: Events<File>,
    scalars: String,
    steps: u32,
    /// The step at which the run is looked at next.
    next: u32,
    /// Points of the loss curves that were written.
    points: u32,
}

impl Log {
    /// The log that the flags ask for, of a run of so many steps that begins, or goes on, at a step.
    /// Each shard has a folder of its own in the folder named.
    ///
    /// # Errors
    /// When the folder cannot be written to, or holds the log of another run.
    pub fn open(
        flags: &ArgMatches,
        request: &Request,
        steps: u32,
        step: u32,
    ) -> Result<Option<Self>, Error> {
        let Some(folder) = flags.get_one::<PathBuf>("log") else { return Ok(None) };
        let folder = request.place("log", Some(folder))?.unwrap_or_default();
        let failed = |why: io::Error| Error::Unwritable(folder.clone(), why.to_string());
        fs::create_dir_all(&folder).map_err(failed)?;
        let logged = |entry: fs::DirEntry| entry.file_name().to_string_lossy().contains("tfevents");
        if step == 0 && fs::read_dir(&folder).map_err(failed)?.flatten().any(logged) {
            let why = "it holds the log of another run; name another folder, or remove it";
            return Err(Error::Unwritable(folder, why.into()));
        }
        let host = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let host = if host.trim().is_empty() { "localhost" } else { host.trim() };
        let path = folder.join(file_name(now() as u64, host, std::process::id()));
        let file = File::create(path).map_err(failed)?;
        let events = Events::new(file, now()).map_err(failed)?;
        let mut log = Self { folder, events, scalars: COLUMNS.into(), steps, next: 0, points: 0 };
        if step > 0 {
            log.go_on(step);
        }
        log.save()?;
        Ok(Some(log))
    }

    /// Keeps what an earlier process wrote of the steps before this one.
    fn go_on(&mut self, step: u32) {
        let text = fs::read_to_string(self.folder.join(SCALARS)).unwrap_or_default();
        let before = |line: &&str| {
            line.split(',').next().and_then(|cell| cell.parse().ok()).is_some_and(|s: u32| s < step)
        };
        for line in text.lines().filter(before) {
            self.scalars += line;
            self.scalars.push('\n');
        }
        let done = |point: &u32| steps_of(*point, self.steps).end <= step;
        self.points = (0..curve::points(self.steps)).take_while(done).count() as u32;
        self.next = self.after(step - 1);
    }

    /// The step that no model should go beyond before the run was looked at.
    pub fn next(&self) -> u32 {
        self.next
    }

    /// The first step after this one at which the run is looked at.
    fn after(&self, step: u32) -> u32 {
        let (looks, steps) = (u64::from(LOOKS.min(self.steps).max(1)), u64::from(self.steps));
        let look = u64::from(step) * looks / steps.max(1) + 1;
        (look * steps).div_ceil(looks).max(u64::from(step) + 1) as u32
    }

    /// Looks at a run, if all of it is at the step for that.
    ///
    /// # Errors
    /// When the run cannot be read back, or the log cannot be written.
    pub fn look(&mut self, job: &Job, runs: &mut [Run]) -> Result<(), Error> {
        if !runs.iter().all(|run| run.step() == self.next) {
            return Ok(());
        }
        let step = self.next;
        self.next = self.after(step);
        match job {
            Job::Sweep(sweep) => match runs {
                [Run::Sweep(run), ..] => self.sweep(sweep, run, step),
                _ => Ok(()),
            },
            Job::Study(study) => {
                let mut trained = vec![];
                for run in runs {
                    if let Run::Study(run) = run {
                        trained.extend(block_on(run.read())?);
                    }
                }
                trained.sort_by_key(|trained| trained.model);
                self.study(study, &trained, step)
            }
            Job::Network(network) => {
                let mut trained = vec![];
                for run in runs {
                    if let Run::Network(run) = run {
                        trained.extend(block_on(run.read())?);
                    }
                }
                trained.sort_by_key(|trained| trained.model);
                self.curves(&trained, step, &|model| format!("Loss/model-{model}"))?;
                let all: Vec<f32> = trained.iter().flat_map(|t| &t.parameters).copied().collect();
                let rate = rate(network.lr, network.schedule, step, network.steps)
                    * (f64::from(step + 1) / f64::from(network.warmup.max(1))).min(1.0) as f32;
                self.add(step, &[("LR".to_owned(), rate)], &[("Weights/all", &all)])
            }
            Job::Translation(translation) => {
                let (mut trained, mut material) = (vec![], None);
                for run in runs {
                    if let Run::Translation(run) = run {
                        trained.extend(run.read());
                        material = Some(run.material());
                    }
                }
                self.translation(translation, &trained, step)?;
                match material.filter(|_| self.judges(step)) {
                    Some(material) => self.validation(translation, material, &trained, step),
                    None => Ok(()),
                }
            }
        }
    }

    /// Looks at a diagram in training: learning rate, mean loss and measures, and how weights and
    /// biases are distributed. The loss is that of the population, which exact data train on.
    /// Of a run on several devices, the first one's share.
    fn sweep(&mut self, sweep: &Sweep, run: &mut SweepRun, step: u32) -> Result<(), Error> {
        let all = run.plan().rows.clone();
        if all.is_empty() {
            return Ok(());
        }
        let width = u64::from(sweep.columns) * u64::from(sweep.repeats);
        let some = (SOME / width).clamp(1, all.len().max(1) as u64) as usize;
        let places: Vec<usize> = (0..some.min(all.len())).map(|i| i * all.len() / some).collect();
        let rows: Vec<u32> = places.iter().map(|&place| all[place]).collect();
        let parameters = block_on(run.parameters_of(&places))?;
        let limits = Thresholds::default();
        let measures = Measures::new(sweep, &rows, parameters.clone(), &limits, Effort::Live);
        let of =
            |value: fn(&toy::picture::Measured) -> f32| mean(measures.models().iter().map(value));
        let weights = (sweep.features * sweep.hidden) as usize * measures.models().len();
        let (w, b) = parameters.split_at(weights.min(parameters.len()));
        let scalars = [
            ("Loss/train".to_owned(), of(|m| m.loss)),
            ("Measures/norm".to_owned(), of(|m| m.norm)),
            ("Measures/superposition".to_owned(), of(|m| m.superposition)),
            ("LR".to_owned(), rate(sweep.lr, sweep.schedule, step, sweep.steps)),
        ];
        self.add(step, &scalars, &[("Weights/W", w), ("Weights/b", b)])
    }

    /// Looks at a study in training: learning rate, the points of the loss curves that have become
    /// whole, and how weights and biases are distributed.
    fn study(&mut self, study: &Study, trained: &[Trained], step: u32) -> Result<(), Error> {
        let layout = study.layout();
        self.curves(trained, step, &|model| {
            let (instance, repeat) = study.place(model);
            format!("Loss/instance-{instance}-repeat-{repeat}")
        })?;
        let gather = |part: &dyn Fn(&[f32]) -> Vec<f32>| -> Vec<f32> {
            trained.iter().flat_map(|t| part(&t.parameters)).collect()
        };
        let encoder = gather(&|p| layout.encoder(p).to_vec());
        let biases = gather(&|p| layout.biases(p).to_vec());
        let name = if layout.tied { "Weights/W" } else { "Weights/encoder" };
        let decoder = if layout.tied { vec![] } else { gather(&|p| layout.decoder(p).to_vec()) };
        let rate = rate(study.lr, study.schedule, step, study.steps);
        let spreads = [(name, &encoder[..]), ("Weights/decoder", &decoder), ("Weights/b", &biases)];
        self.add(step, &[("LR".to_owned(), rate)], &spreads)
    }

    /// Looks at bottlenecks in training: learning rate, losses, and how the weights before and after
    /// `z` are distributed.
    fn translation(
        &mut self,
        run: &Translation,
        trained: &[Trained],
        step: u32,
    ) -> Result<(), Error> {
        self.curves(trained, step, &|model| format!("Loss/{}", bottleneck(run, model)))?;
        let wide = |t: &Trained| run.place(t.model).0 as usize * WIDTH as usize;
        // V and c, then U and g.
        let narrow = |t: &Trained| wide(t) + run.place(t.model).0 as usize;
        let v: Vec<f32> = trained.iter().flat_map(|t| &t.parameters[..wide(t)]).copied().collect();
        let u = trained.iter().flat_map(|t| &t.parameters[narrow(t)..][..wide(t)]);
        let u: Vec<f32> = u.copied().collect();
        let rise = (f64::from(step + 1) / f64::from(run.warmup.max(1))).min(1.0);
        let rate = rate(run.lr, run.schedule, step, run.steps) * rise as f32;
        self.add(step, &[("LR".into(), rate)], &[("Weights/narrow", &v), ("Weights/wide", &u)])
    }

    /// Whether bottlenecks are judged at a step: at every eighth look, and at the end.
    fn judges(&self, step: u32) -> bool {
        let looks = u64::from(LOOKS.min(self.steps).max(1));
        let look = u64::from(step) * looks / u64::from(self.steps.max(1));
        look.is_multiple_of(8) || step >= self.steps
    }

    /// Judges bottlenecks on a few validation sentences.
    fn validation(
        &mut self,
        run: &Translation,
        (text, base): (Arc<Text>, Arc<Base>),
        trained: &[Trained],
        step: u32,
    ) -> Result<(), Error> {
        let few = Translation { held_out: run.held_out.min(JUDGED), ..run.clone() };
        let judge = Evaluator::new(&few, text, base, Part::Validation).without_probes();
        let found: Vec<_> =
            trained.iter().map(|t| (t.model, judge.measure(t.model, &t.parameters))).collect();
        let mean_of = |of: &dyn Fn(&Measured) -> f64| mean(found.iter().map(|(_, m)| of(m) as f32));
        let mut scalars = vec![
            ("Loss/validation".to_owned(), mean_of(&|m| m.loss)),
            ("BLEU/validation".to_owned(), mean_of(&|m| m.bleu)),
        ];
        for (model, measures) in &found {
            let name = bottleneck(run, *model);
            scalars.push((format!("BLEU/validation-{name}"), measures.bleu as f32));
        }
        self.add(step, &scalars, &[])
    }

    /// The points of the loss curves that have become whole, and their mean.
    fn curves(
        &mut self,
        trained: &[Trained],
        step: u32,
        name: &dyn Fn(u32) -> String,
    ) -> Result<(), Error> {
        while self.points < curve::points(self.steps)
            && steps_of(self.points, self.steps).end <= step
        {
            let steps = steps_of(self.points, self.steps);
            let point = self.points as usize;
            let loss =
                |t: &Trained| t.sums.get(point).map_or(f32::NAN, |sum| sum / steps.len() as f32);
            let mut scalars = vec![("Loss/train".to_owned(), mean(trained.iter().map(loss)))];
            if trained.len() <= CURVES {
                scalars.extend(trained.iter().map(|t| (name(t.model), loss(t))));
            }
            self.add(steps.start, &scalars, &[])?;
            self.points += 1;
        }
        Ok(())
    }

    fn add(
        &mut self,
        step: u32,
        scalars: &[(String, f32)],
        spreads: &[(&str, &[f32])],
    ) -> Result<(), Error> {
        for (tag, value) in scalars {
            // Writing to a string cannot fail.
            let _ = writeln!(self.scalars, "{step},{tag},{value}");
        }
        let values = scalars.iter().map(|(tag, value)| scalar(tag, *value));
        let spreads =
            spreads.iter().filter_map(|(tag, numbers)| histogram(tag, numbers.iter().copied()));
        let values: Vec<Value> = values.chain(spreads).collect();
        let added = self.events.add(now(), step, values);
        added.map_err(|why| Error::Write(self.folder.clone(), why))?;
        self.save()
    }

    /// Writes the table as far as it is.
    fn save(&self) -> Result<(), Error> {
        write(&self.folder.join(SCALARS), &self.scalars)
    }

    /// Ends the log of a diagram: the directions of its features, those of each pixel's best model.
    pub fn end_sweep(self, sweep: &Sweep, measures: &Measures) -> Result<(), Error> {
        let (n, m) = (sweep.features as usize, sweep.hidden as usize);
        let pixels = measures.rows().len() * sweep.columns as usize;
        let each = (pixels * n).div_ceil(POINTS).max(1);
        let importances = |column| sweep.importances(column);
        let mut points = vec![];
        for pixel in (0..pixels).step_by(each) {
            let row = measures.rows()[pixel / sweep.columns as usize];
            let column = (pixel % sweep.columns as usize) as u32;
            let repeats = measures.pixel(row, column);
            let best = repeats.iter().enumerate().min_by(|a, b| a.1.loss.total_cmp(&b.1.loss));
            let Some((repeat, best)) = best else { continue };
            let place = [
                row.to_string(),
                column.to_string(),
                repeat.to_string(),
                sweep.density_at(row).to_string(),
                best.phase.to_string(),
            ];
            for (i, importance) in importances(column).into_iter().enumerate() {
                let labels = place.iter().cloned().chain([i.to_string(), importance.to_string()]);
                points.push((best.parameters[i * m..][..m].to_vec(), labels.collect()));
            }
        }
        let labels = vec!["row", "column", "repeat", "density", "phase", "feature", "importance"];
        project(&self.folder, &Projection { labels, points })
    }

    /// Ends the log of a study: the directions of its features, models in the order of the tables.
    pub fn end_study(self, study: &Study, all: &[Snapshot]) -> Result<(), Error> {
        let (layout, importances) = (study.layout(), study.importances());
        let each = (all.len() * layout.n).div_ceil(POINTS).max(1);
        let mut points = vec![];
        for snapshot in all.iter().filter(|s| !s.parameters.is_empty()).step_by(each) {
            let (instance, repeat) = study.place(snapshot.model);
            let measures = &snapshot.measures;
            let rows = layout.encoder(&snapshot.parameters).chunks_exact(layout.m);
            for (i, direction) in rows.enumerate() {
                let labels = [
                    instance.to_string(),
                    repeat.to_string(),
                    study.density_at(instance).to_string(),
                    i.to_string(),
                    importances[i].to_string(),
                    measures.norm[i].to_string(),
                    measures.dimensionality[i].to_string(),
                ];
                points.push((direction.to_vec(), labels.to_vec()));
            }
        }
        let labels = vec![
            "instance",
            "repeat",
            "density",
            "feature",
            "importance",
            "norm",
            "dimensionality",
        ];
        project(&self.folder, &Projection { labels, points })
    }
}

fn project(folder: &Path, points: &Projection) -> Result<(), Error> {
    write(&folder.join(TENSORS), points.tensors())?;
    write(&folder.join(METADATA), points.metadata())?;
    write(&folder.join(CONFIG), Projection::config("features"))
}

/// What a bottleneck is called in tags.
fn bottleneck(run: &Translation, model: u32) -> String {
    let (k, repeat) = run.place(model);
    format!("k-{k}-repeat-{repeat}")
}

/// The learning rate of a step.
fn rate(lr: f64, schedule: toy::schedule::Schedule, step: u32, steps: u32) -> f32 {
    (lr * schedule.factor(step, steps)) as f32
}

/// The mean of those that are numbers.
fn mean(all: impl Iterator<Item = f32>) -> f32 {
    let (sum, count) = all
        .filter(|x| x.is_finite())
        .fold((0.0, 0u32), |(sum, count), x| (sum + f64::from(x), count + 1));
    (sum / f64::from(count)) as f32
}

/// Seconds since 1970.
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}
