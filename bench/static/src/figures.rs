//! What is kept of a kernel, as a table, and how it has changed.

use crate::device::Told;
use std::fmt::Write;
use std::ops::Range;

/// Columns of the table after the kernel's name.
const COLUMNS: [&str; 10] = [
    "vgprs",
    "sgprs",
    "spilled_vgprs",
    "spilled_sgprs",
    "lds_bytes",
    "code_bytes",
    "instructions",
    "fmas",
    "loop_instructions",
    "loop_fmas",
];
/// Places of the columns that are told of when they grow, or when they are no longer 0.
const GROWS: [usize; 3] = [0, 5, 6];
const SPILLS: [usize; 2] = [2, 3];
/// Fused multiplications of a loop that is looked at.
const EARNEST: u64 = 16;
/// Growth that is told of.
const MOST: f64 = 1.1;

/// A kernel's figures, in the order of [`COLUMNS`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// The kernel.
    pub name: String,
    values: [u64; COLUMNS.len()],
}

impl Figures {
    /// From what a driver tells.
    pub fn new(name: &str, told: &Told) -> Self {
        let of = |name: &str| told.statistics.get(name).copied().unwrap_or(0);
        let code = Code::parse(&told.assembly);
        let inner = code.leanest();
        // Waves have a fixed number of scalar registers on RDNA: before scheduling is what is needed.
        let values = [
            of("VGPRs"),
            of("Pre-Sched SGPRs"),
            of("Spilled VGPRs"),
            of("Spilled SGPRs"),
            of("LDS size"),
            of("Code size"),
            of("Instructions"),
            code.fmas(0..code.names.len()),
            inner.len() as u64,
            code.fmas(inner),
        ];
        Self { name: name.into(), values }
    }
}

/// The table as CSV, below a comment that says what it is of.
pub fn write(of: &str, all: &[Figures]) -> String {
    let mut text = format!("# {of}\nkernel,{}\n", COLUMNS.join(","));
    for Figures { name, values } in all {
        let values: Vec<String> = values.iter().map(u64::to_string).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name},{}", values.join(","));
    }
    text
}

/// The table back from CSV; lines that are none of it are left out.
pub fn read(text: &str) -> Vec<Figures> {
    let line = |line: &str| {
        let (name, rest) = line.split_once(',')?;
        let values: Vec<u64> = rest.split(',').map_while(|value| value.parse().ok()).collect();
        Some(Figures { name: name.into(), values: values.try_into().ok()? })
    };
    text.lines().filter_map(line).collect()
}

/// Sentences on what has grown by more than a tenth, and on new spills.
pub fn growth(before: &[Figures], after: &[Figures]) -> Vec<String> {
    let mut all = vec![];
    for now in after {
        let Some(old) = before.iter().find(|old| old.name == now.name) else { continue };
        for column in 0..COLUMNS.len() {
            let (was, is) = (old.values[column], now.values[column]);
            let grown = GROWS.contains(&column) && is as f64 > MOST * was as f64;
            if grown || (SPILLS.contains(&column) && is > was) {
                all.push(format!("{}: {} were {was} and are {is}", now.name, COLUMNS[column]));
            }
        }
    }
    all
}

/// Machine code: the names of its instructions, and its loops.
struct Code {
    names: Vec<String>,
    loops: Vec<Range<usize>>,
}

impl Code {
    /// From RADV's listing: blocks begin with a label, and a branch to a label before it ends a
    /// loop.
    fn parse(assembly: &str) -> Self {
        let (mut names, mut labels, mut loops) = (vec![], vec![], vec![]);
        for line in assembly.lines() {
            if let Some(label) = line.strip_suffix(':') {
                labels.push((label.to_owned(), names.len()));
                continue;
            }
            let mut words = line.split_whitespace();
            let Some(name) = words.next() else { continue };
            names.push(name.to_owned());
            if name.starts_with("s_branch") || name.starts_with("s_cbranch") {
                let to = words.next().unwrap_or_default();
                let label = labels.iter().find(|(label, _)| label == to);
                loops.extend(label.map(|&(_, at)| at..names.len()));
            }
        }
        Self { names, loops }
    }

    /// Fused multiplications and additions of a range.
    fn fmas(&self, range: Range<usize>) -> u64 {
        let is = |name: &&String| name.starts_with("v_fma") || name.starts_with("v_pk_fma");
        self.names[range].iter().filter(is).count() as u64
    }

    /// Of the loops that multiply in earnest and hold no other that does, the one with the smallest
    /// share of fused multiplications; nothing where there are none.
    fn leanest(&self) -> Range<usize> {
        let earnest = |range: &&Range<usize>| self.fmas((*range).clone()) >= EARNEST;
        let within =
            |a: &Range<usize>, b: &Range<usize>| a != b && a.start >= b.start && a.end <= b.end;
        let all: Vec<_> = self.loops.iter().filter(earnest).collect();
        let inner = |of: &&Range<usize>| !all.iter().any(|other| within(other, of));
        let share = |range: &Range<usize>| self.fmas(range.clone()) as f64 / range.len() as f64;
        let found = all.iter().copied().filter(inner).min_by(|a, b| share(a).total_cmp(&share(b)));
        found.cloned().unwrap_or(0..0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A loop around one that multiplies `often` times, and one that does so half as much.
    fn listing(often: usize) -> String {
        let fma = "\tv_fmac_f32_e32 v1, v2, v3 ; 5602\n";
        let load = "\tds_read_b128 v[0:3], v4 ; dbfc\n";
        let (more, less) = (fma.repeat(often), (fma.to_owned() + load).repeat(often));
        format!(
            "BB0:\n{fma}BB1:\n{load}BB2:\n{more}\ts_cbranch_scc0 BB2 ; bf84\nBB3:\n{less}\ts_branch BB3 ; bf82\n\ts_cbranch_scc1 BB4 ; bf85\n\ts_branch BB1 ; bf82\nBB4:\n\ts_endpgm ; bf81\n"
        )
    }

    #[test]
    fn loops_and_what_they_do_are_found() {
        let statistics = [("VGPRs".to_owned(), 40), ("Instructions".to_owned(), 9)];
        let with = |often| {
            let told = Told { statistics: statistics.clone().into(), assembly: listing(often) };
            Figures::new("a kernel", &told)
        };
        assert_eq!(with(2).values, [40, 0, 0, 0, 0, 0, 9, 5, 0, 0], "little is multiplied");
        let figures = with(20);
        assert_eq!(figures.values, [40, 0, 0, 0, 0, 0, 9, 41, 41, 20]);
        let text = write("a driver", std::slice::from_ref(&figures));
        assert_eq!(read(&text), [figures]);
    }

    #[test]
    fn growth_and_new_spills_are_told() {
        let with = |vgprs, spilled| {
            let mut values = [0; COLUMNS.len()];
            (values[0], values[2]) = (vgprs, spilled);
            [Figures { name: "a kernel".into(), values }]
        };
        assert_eq!(growth(&with(40, 0), &with(44, 0)), [""; 0]);
        assert_eq!(growth(&with(40, 0), &with(48, 0)), ["a kernel: vgprs were 40 and are 48"]);
        assert_eq!(
            growth(&with(40, 0), &with(40, 1)),
            ["a kernel: spilled_vgprs were 0 and are 1"]
        );
        assert_eq!(growth(&[], &with(40, 1)), [""; 0]);
    }

    /// The table that is kept: no kernel of studies spills, and half of what every inner loop of the
    /// larger ones does is arithmetic.
    #[test]
    fn studies_do_not_spill_and_mostly_multiply() {
        let all = read(include_str!("../../static.csv"));
        let studies: Vec<_> = all.iter().filter(|f| f.name.starts_with("study")).collect();
        assert!(studies.len() >= 6, "{studies:?}");
        for Figures { name, values } in studies {
            assert_eq!([values[2], values[3]], [0, 0], "{name} spills");
            let busy = name.contains("80 in 20") || name.contains("400 in 30");
            if busy && !name.contains("finish") {
                assert!(2 * values[9] >= values[8], "{name}: {values:?}");
            }
        }
    }
}
