//! Command lines: what a link says, for a terminal.

use super::{Preset, Spec, link};

/// The command that trains what this describes: the preset it starts from, if one is named, and
/// what differs from that or else from the default.
pub fn line<S: Spec>(subcommand: &str, spec: &S, preset: Option<&Preset<S>>) -> String {
    let base = preset.map_or_else(S::default, |preset| (preset.spec)());
    let all = S::PARAMS.iter().map(|param| (param.name.to_owned(), (param.get)(spec))).collect();
    let differs: Vec<(String, String)> =
        link::pairs(spec, preset).into_iter().filter(|(key, _)| S::knows(key)).collect();
    // What follows from the flags must not be something else than what is described.
    let flags = if read(&base, &differs).as_ref() == Some(spec) { differs } else { all };
    let mut text = format!("superphase {subcommand}");
    if let Some(preset) = preset {
        text += &format!(" --preset {}", preset.name);
    }
    flags.iter().fold(text, |line, (name, value)| line + " --" + name + " " + value)
}

/// What the command makes of flags.
fn read<S: Spec>(base: &S, flags: &[(String, String)]) -> Option<S> {
    let mut spec = base.clone();
    for (name, value) in flags {
        spec.set(name, value).ok()?;
    }
    spec.follow(&|name| flags.iter().any(|(given, _)| given == name));
    Some(spec)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Study, Sweep};

    #[test]
    fn the_flags_describe_the_same() {
        let sweep = Sweep { columns: 1024, rows: 1024, lr: 0.05, ..Sweep::default() };
        assert_eq!(line("sweep", &sweep, None), "superphase sweep --grid 1024 --lr 0.05");
        for preset in Study::PRESETS {
            for base in [None, Some(preset)] {
                let study = Study { seed: 9, ..(preset.spec)() };
                let line = line("study", &study, base);
                let words: Vec<&str> = line.split(' ').skip(2).collect();
                let pairs =
                    words.chunks(2).map(|pair| (pair[0][2..].to_owned(), pair[1].to_owned()));
                let (named, flags): (Vec<_>, Vec<_>) = pairs.partition(|(key, _)| key == "preset");
                let start = Study::preset(named.first().map_or("five-in-two", |(_, name)| name));
                let start = (start.unwrap().spec)();
                assert_eq!(read(&start, &flags), Some(study), "{line}");
            }
        }
    }
}
