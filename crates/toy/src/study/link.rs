//! Links to studies: `study=PRESET`, then what differs from that preset as `key=value`.

use super::describe::{MAX_MODELS, MAX_NUMBERS, Study};
use super::param::{PARAMS, find, set};
use super::preset::{self, PRESETS, Preset};
use super::variant::Sets;
use crate::link::VERSION;

/// Name under which a link gives the preset a study starts from; its presence says that the link
/// is to a study and not to a diagram.
pub const STUDY: &str = "study";

/// What a link to a study says.
#[derive(Clone)]
pub struct Opened {
    /// The preset named, or the first.
    pub preset: &'static Preset,
    /// A valid study, whatever the link said.
    pub study: Study,
    /// Keys that are not the study's, for whoever else reads the link.
    pub others: Vec<(String, String)>,
    /// What was ignored or changed, and why, a sentence each.
    pub notices: Vec<String>,
}

/// The study's part of a link: version, preset, and what differs from it. The query string of
/// them is written by [`crate::link::write`].
pub fn pairs(study: &Study, preset: &Preset) -> Vec<(String, String)> {
    let base = (preset.study)();
    let start = [("v", VERSION.to_string()), (STUDY, preset.name.to_owned())];
    let differing = PARAMS.iter().filter(|p| (p.get)(study) != (p.get)(&base));
    start.into_iter().chain(differing.map(|p| (p.name, (p.get)(study)))).map(own).collect()
}

fn own((name, value): (&str, String)) -> (String, String) {
    (name.to_owned(), value)
}

/// Whether a link is to a study.
pub fn is_study(query: &str) -> bool {
    let query = query.trim_start_matches(['?', '#']);
    form_urlencoded::parse(query.as_bytes()).any(|(key, _)| key == STUDY)
}

/// Reads any string as a link to a study.
pub fn read(query: &str) -> Opened {
    let query = query.trim_start_matches(['?', '#']);
    let pairs: Vec<(String, String)> =
        form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let mut notices = vec![];
    let mut preset = &PRESETS[0];
    for (_, value) in pairs.iter().filter(|(key, _)| key == STUDY) {
        match preset::find(value) {
            Some(found) => preset = found,
            None => notices.push(format!("{STUDY} {value} is not known and was ignored")),
        }
    }
    let mut opened = Opened { preset, study: (preset.study)(), others: vec![], notices };
    for (key, value) in pairs {
        match key.as_str() {
            STUDY => {}
            "v" => {
                if value.parse::<u32>().is_ok_and(|v| v > VERSION) {
                    let notice = format!(
                        "the link is of version {value}, newer than {VERSION}; what is not known was ignored"
                    );
                    opened.notices.push(notice);
                }
            }
            name if find(name).is_some() => {
                if let Err(error) = set(&mut opened.study, name, &value) {
                    opened.notices.push(format!("{error}; the preset's was kept"));
                }
            }
            _ => opened.others.push((key, value)),
        }
    }
    if let Err(error) = opened.study.validate() {
        opened.notices.push(format!("{error}; the nearest allowed values were taken"));
        repair(&mut opened.study);
    }
    opened
}

/// Changes as little as possible to make values that are allowed one by one fit together.
pub fn repair(study: &mut Study) {
    if study.sets != Sets::Independent && !study.features.is_multiple_of(study.set_size) {
        let divides = |size: &u32| study.features.is_multiple_of(*size);
        match (2..study.set_size).rev().find(divides) {
            Some(size) => study.set_size = size,
            None => study.sets = Sets::Independent,
        }
    }
    if study.sets == Sets::Anticorrelated {
        let most = 1.0 / f64::from(study.set_size);
        study.density.from = study.density.from.min(most);
        study.density.to = study.density.to.min(most);
    }
    let parameters = study.parameters() as u64;
    let too_many = |s: &Study| s.models() > MAX_MODELS || s.models() * parameters > MAX_NUMBERS;
    while too_many(study) && study.repeats > 1 {
        study.repeats = study.repeats.div_ceil(2);
    }
    while too_many(study) && study.instances > 1 {
        study.instances = study.instances.div_ceil(2);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::write;

    #[test]
    fn every_preset_and_a_change_read_back() {
        for preset in PRESETS {
            let study = Study { seed: 7, ..(preset.study)() };
            let text = write(&pairs(&study, preset));
            assert_eq!(text, format!("v=1&study={}&seed=7", preset.name));
            let opened = read(&text);
            assert_eq!((opened.study, opened.preset.name), (study, preset.name));
            assert!(opened.notices.is_empty() && is_study(&text));
        }
        assert!(!is_study("?v=1&grid=7"));
    }

    #[test]
    fn bad_values_are_named_and_the_rest_kept() {
        let opened = read("?study=none&features=0&lr=NaN&seed=5&view=bars&v=9");
        assert_eq!((opened.study.features, opened.study.seed), (5, 5));
        assert_eq!(opened.others, [("view".to_owned(), "bars".to_owned())]);
        assert_eq!(opened.notices.len(), 4, "{:?}", opened.notices);
    }

    #[test]
    fn what_does_not_fit_together_is_repaired() {
        for text in [
            "study=correlated-pairs&features=7",
            "study=anticorrelated-pairs&density=1",
            "study=four-hundred-in-thirty&repeats=4096&instances=256&hidden=64&features=512",
            "study=absolute-100&repeats=4000&sets=anticorrelated&set-size=3",
        ] {
            let opened = read(text);
            assert_eq!(opened.study.validate(), Ok(()), "{text}");
            assert_eq!(opened.notices.len(), 1);
        }
    }
}
