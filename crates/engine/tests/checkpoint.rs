//! Runs that are cut off and go on from a checkpoint end with the bits of undisturbed ones.
#![cfg(not(target_arch = "wasm32"))]

use engine::checkpoint::{Checkpoint, CheckpointError, Header, State};
use engine::{Choice, Engine, EngineError, Job, Kind, Run};
use pollster::block_on;
use toy::aggregate::Aggregate;
use toy::random::block;
use toy::sweep::Data;
use toy::{Study, Sweep};
use wire::Shard;

/// A share that is not the whole.
const SHARD: Shard = Shard { first: 1, stride: 2 };

fn engine(kind: Kind) -> Engine {
    let choice = if kind == Kind::Gpu { Choice::Gpu } else { Choice::Cpu };
    block_on(Engine::new(choice)).expect("a Vulkan driver, if only Mesa's software one")
}

/// Exact and sampled data, another aggregate, and rows that do not fill their lanes.
fn sweeps() -> Vec<Sweep> {
    let small = Sweep { columns: 11, rows: 9, repeats: 3, steps: 40, ..Sweep::default() };
    let sampled = Sweep { data: Data::Sampled, batch: 200, ..small.clone() };
    vec![
        Sweep { aggregate: Aggregate::DropWorst, ..small.clone() },
        Sweep { features: 3, hidden: 2, bias: false, ..small.clone() },
        sampled.clone(),
        Sweep { features: 6, hidden: 3, weight_decay: 0.01, ..sampled },
    ]
}

fn studies() -> Vec<Study> {
    let study = Study { instances: 3, repeats: 3, batch: 64, steps: 40, ..Study::default() };
    let hidden = toy::study::Variant::Hidden;
    vec![Study { variant: hidden, features: 12, hidden: 5, ..study.clone() }, study]
}

/// The checkpoint as it is after being written and read.
fn travelled(checkpoint: &Checkpoint) -> Checkpoint {
    let bytes = checkpoint.encode();
    let read = Checkpoint::decode(&bytes).expect("what was written");
    assert_eq!(read.encode(), bytes);
    read
}

fn finish(mut run: Run) -> Vec<u8> {
    while !run.is_done() {
        block_on(run.advance(u32::MAX)).expect("a healthy device");
    }
    if let Run::Sweep(run) = &mut run {
        let whole = block_on(run.checkpoint()).expect("a healthy device").encode();
        let live = block_on(run.live()).expect("a healthy device");
        assert_eq!((live.size(), live.encode()), (whole.len(), whole));
    }
    block_on(run.checkpoint()).expect("a healthy device").encode()
}

/// A run cut off after random numbers of slices of random lengths, again and again; returns how
/// often some models were ahead then.
fn disturbed(engine: &Engine, kind: Kind, job: impl Into<Job>, seed: u32) -> u32 {
    let job = job.into();
    let start = || block_on(engine.start(&job, SHARD, kind)).expect("a valid job");
    let expected = finish(start());
    let (mut run, mut ahead) = (start(), 0);
    for cut in 0..30 {
        let [slices, limits, ..] = block(seed, 0, 0, cut);
        for slice in 0..slices % 7 {
            let limit = 1 + (limits >> (4 * slice)) % 9;
            block_on(run.advance(limit)).expect("a healthy device");
        }
        let checkpoint = travelled(&block_on(run.checkpoint()).expect("a healthy device"));
        ahead += u32::from(checkpoint.header.ahead > 0);
        run = block_on(engine.restore(checkpoint, kind)).expect("what was written");
        if run.is_done() {
            break;
        }
    }
    assert!(finish(run) == expected, "{job:?}");
    ahead
}

#[test]
fn sweeps_go_on_bit_for_bit() {
    let engine = engine(Kind::Cpu);
    let mut ahead = 0;
    for (seed, sweep) in (0..).zip(sweeps()) {
        ahead += disturbed(&engine, Kind::Cpu, sweep, seed);
    }
    assert!(ahead > 0, "no checkpoint was made while some models were ahead");
}

#[test]
fn sweeps_on_a_gpu_go_on_bit_for_bit() {
    let engine = engine(Kind::Gpu);
    for (seed, sweep) in (0..).zip(sweeps().into_iter().skip(1).take(2)) {
        disturbed(&engine, Kind::Gpu, sweep, seed);
    }
}

#[test]
fn studies_go_on_bit_for_bit() {
    let engine = engine(Kind::Cpu);
    for (seed, study) in (0..).zip(studies()) {
        disturbed(&engine, Kind::Cpu, study, seed);
    }
}

#[test]
fn studies_on_a_gpu_go_on_bit_for_bit() {
    disturbed(&engine(Kind::Gpu), Kind::Gpu, studies().remove(1), 0);
}

/// Models that came from another share, and those that were done before.
#[test]
fn shares_that_changed_go_on_whole() {
    let engine = engine(Kind::Cpu);
    let study = studies().remove(0);
    let start =
        |shard| block_on(engine.start_study(&study, shard, Kind::Cpu)).expect("a valid study");
    let (mut own, mut other) = (start(SHARD), start(Shard { first: 0, stride: 2 }));
    while !own.is_done() {
        block_on(own.advance(u32::MAX)).expect("a CPU");
    }
    block_on(other.advance(3)).expect("a CPU");
    let step = other.step();
    own.take(step, other.give(&[2, 6]));
    let checkpoint = travelled(&block_on(own.checkpoint()).expect("a CPU"));
    assert_eq!((checkpoint.header.step, &checkpoint.header.share), (step, &vec![2, 6]));
    assert_eq!(checkpoint.header.finished, [1, 3, 5, 7]);
    let restored = block_on(engine.restore(checkpoint, Kind::Cpu)).expect("a CPU");
    assert!(finish(restored) == finish(Run::Study(own)));
}

/// A device that is lost costs bits, not the run.
#[test]
fn what_a_gpu_began_a_cpu_goes_on_with() {
    let (gpu, cpu) = (engine(Kind::Gpu), engine(Kind::Cpu));
    let sweep = Sweep { steps: 20, ..sweeps().remove(0) };
    let mut run = block_on(gpu.start(&sweep.into(), SHARD, Kind::Gpu)).expect("a valid sweep");
    while run.step() < 10 {
        block_on(run.advance(10 - run.step())).expect("a healthy device");
    }
    let checkpoint = block_on(run.checkpoint()).expect("a healthy device");
    let there = finish(block_on(cpu.restore(checkpoint, Kind::Cpu)).expect("a CPU"));
    let here = finish(run);
    let parameters = |bytes: &[u8]| match Checkpoint::decode(bytes).map(|c| c.state) {
        Ok(State::Sweep([parameters, ..])) => parameters,
        _ => vec![],
    };
    let (here, there) = (parameters(&here), parameters(&there));
    assert_eq!(here.len(), there.len());
    let far = here.iter().zip(&there).filter(|(a, b)| (*a - *b).abs() > 1e-4);
    assert_eq!(far.count(), 0);
}

/// Whatever was done to the bytes, a sentence says so.
#[test]
fn other_bytes_are_refused() {
    let engine = engine(Kind::Cpu);
    let sweep = Sweep { columns: 3, rows: 3, repeats: 2, steps: 9, ..Sweep::default() };
    let mut run = block_on(engine.start(&sweep.into(), SHARD, Kind::Cpu)).expect("a valid sweep");
    block_on(run.advance(1)).expect("a CPU");
    let bytes = block_on(run.checkpoint()).expect("a CPU").encode();
    assert_eq!(Header::decode(&bytes).map(|h| h.job.steps()), Ok(9));
    for length in 0..bytes.len() {
        assert!(Checkpoint::decode(&bytes[..length]).is_err(), "cut off at {length}");
    }
    assert_eq!(Checkpoint::decode(&bytes[..bytes.len() - 40]), Err(CheckpointError::Length));
    for place in 0..bytes.len() {
        let mut other = bytes.clone();
        other[place] ^= 0x10;
        assert!(Checkpoint::decode(&other).is_err(), "changed at {place}");
    }
    let last = bytes.len() - 12;
    let mut other = bytes.clone();
    other[last] ^= 1;
    assert_eq!(Checkpoint::decode(&other), Err(CheckpointError::Checksum));
    assert_eq!(Checkpoint::decode(b"row,column\n"), Err(CheckpointError::Foreign));
    let read = || Checkpoint::decode(&bytes).expect("what was written");
    // Bytes that are whole, but say what cannot be.
    let wrong: [fn(&mut Checkpoint); 5] = [
        |c| c.header.step = 10,
        |c| c.header.share = vec![7],
        |c| c.header.fingerprint.0 += 1,
        |c| c.header.leaders = vec![0; 9],
        |c| c.header.ahead = u32::MAX,
    ];
    for wrong in wrong {
        let mut other = read();
        wrong(&mut other);
        let refused = Checkpoint::decode(&other.encode());
        assert!(matches!(refused, Err(CheckpointError::Misfit(_))), "{refused:?}");
    }
    let mut other = read();
    other.state = State::Study { learners: vec![], finished: vec![] };
    let refused = block_on(engine.restore(other, Kind::Cpu)).err();
    assert!(matches!(refused, Some(EngineError::Checkpoint(_))));
}

/// Two devices on one adapter train a sweep together, rows in turns, with the bits of one.
#[test]
fn two_devices_have_the_bits_of_one() {
    let adapters = block_on(engine::gpu::adapters::Adapter::all());
    let adapter = adapters.first().expect("a Vulkan driver, if only Mesa's software one");
    let engines = [(); 2].map(|()| Engine::on(block_on(adapter.open()).expect("a device")));
    let sweep = Sweep { columns: 6, rows: 5, repeats: 4, steps: 30, ..sweeps().remove(2) };
    let job = Job::from(sweep.clone());
    let read = |bytes: &[u8]| match Checkpoint::decode(bytes).map(|c| (c.header.share, c.state)) {
        Ok((rows, State::Sweep([parameters, ..]))) => (rows, parameters),
        _ => (vec![], vec![]),
    };
    let run = |engine: &Engine, rows: Vec<u32>| {
        read(&finish(block_on(engine.start_share(&job, rows, Kind::Gpu)).expect("a valid job")))
    };
    let (_, whole) = run(&engines[0], (0..sweep.rows).collect());
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..2)
            .map(|first| {
                let engine = &engines[first as usize];
                scope.spawn(move || run(engine, (first..sweep.rows).step_by(2).collect()))
            })
            .collect();
        let width = (sweep.columns * sweep.repeats) as usize;
        for thread in threads {
            let (rows, parameters) = thread.join().expect("a device of its own");
            assert!(!rows.is_empty());
            for (place, &row) in rows.iter().enumerate() {
                for plane in 0..sweep.parameters() {
                    let own = &parameters[(plane * rows.len() + place) * width..][..width];
                    let all = (plane * sweep.rows as usize + row as usize) * width;
                    assert!(own == &whole[all..][..width], "row {row}, parameter {plane}");
                }
            }
        }
    });
}
