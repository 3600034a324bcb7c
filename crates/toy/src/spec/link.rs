//! Links: a description as the query part of a URL, readable `key=value`, only what differs from
//! what it starts from, with a version; and back, forgiving but never silent.

use super::{Preset, Spec, query};

/// Version of the link format, the value of `v`.
pub const VERSION: u32 = 1;

/// What a link says.
pub struct Opened<S: Spec> {
    /// The preset named, if one is.
    pub preset: Option<&'static Preset<S>>,
    /// A valid description, whatever the link said.
    pub spec: S,
    /// Keys that are not the description's, for whoever else reads the link (layer, view, engine).
    pub others: Vec<(String, String)>,
    /// What was ignored or changed, and why, a sentence each.
    pub notices: Vec<String>,
}

/// The description's part of a link: the version, the preset it starts from if one is to be named,
/// and what differs from that or else from the default.
pub fn pairs<S: Spec>(spec: &S, preset: Option<&Preset<S>>) -> Vec<(String, String)> {
    let base = preset.map_or_else(S::default, |preset| (preset.spec)());
    let mut pairs = vec![("v".to_owned(), VERSION.to_string())];
    let mut say = |name: &str, value: String| pairs.push((name.to_owned(), value));
    if let Some(preset) = preset {
        say(S::PRESET_KEY, preset.name.to_owned());
    }
    let mut said = vec![];
    for joint in S::JOINTS {
        if let Some(value) = joint.get(spec) {
            said.extend(joint.parts);
            if joint.get(&base).as_ref() != Some(&value) {
                say(joint.name, value);
            }
        }
    }
    for param in S::PARAMS.iter().filter(|param| !said.contains(&param.name)) {
        let value = (param.get)(spec);
        if value != (param.get)(&base) {
            say(param.name, value);
        }
    }
    pairs
}

/// The query string of these pairs, without the question mark. The characters that make values
/// readable (`.`, `:`, `-`) are left as they are.
pub fn write(pairs: &[(String, String)]) -> String {
    let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    text.replace("%3A", ":").replace("%2C", ",")
}

/// Whether a link names a preset of this kind of description.
pub fn names_preset<S: Spec>(link: &str) -> bool {
    names(link, S::PRESET_KEY)
}

/// Whether a link has a pair with this key.
pub fn names(link: &str, key: &str) -> bool {
    query::parse(link).0.iter().any(|(own, _)| own == key)
}

/// Reads any string as a link.
pub fn read<S: Spec>(link: &str) -> Opened<S> {
    let (pairs, mut notices) = query::parse(link);
    let mut preset = None;
    for (key, value) in pairs.iter().filter(|(key, _)| key == S::PRESET_KEY) {
        match S::preset(value) {
            Some(found) => preset = Some(found),
            None => notices.push(query::unknown(key, value)),
        }
    }
    let mut spec = preset.map_or_else(S::default, |preset| (preset.spec)());
    let kept = if preset.is_some() { "the preset's" } else { "the default" };
    let (mut given, mut others) = (vec![], vec![]);
    for (key, value) in &pairs {
        match key.as_str() {
            name if name == S::PRESET_KEY => {}
            "v" => {
                if value.parse::<u32>().is_ok_and(|v| v > VERSION) {
                    let newer = format!("the link is of version {value}, newer than {VERSION}");
                    notices.push(format!("{newer}; what is not known was ignored"));
                }
            }
            name if S::knows(name) => {
                if let Err(error) = spec.set(name, value) {
                    notices.push(format!("{error}; {kept} was kept"));
                } else if given.iter().any(|&(other, before)| other == name && before != value) {
                    let twice = format!("{name} is given more than once; the last was taken");
                    if !notices.contains(&twice) {
                        notices.push(twice);
                    }
                }
                given.push((name, value));
            }
            _ => others.push((key.clone(), value.clone())),
        }
    }
    if let Err(error) = spec.validate() {
        notices.push(format!("{error}; the nearest allowed values were taken"));
        spec.repair();
    }
    Opened { preset, spec, others, notices }
}
