//! Named descriptions.

use super::Spec;

/// A description worth a name.
pub struct Preset<S: Spec> {
    /// Name in links and flags.
    pub name: &'static str,
    /// Name on the page.
    pub label: &'static str,
    /// What it is listed under.
    pub view: S::View,
    /// Where it comes from and what it shows, in a sentence or two.
    pub help: &'static str,
    /// Names of parameters that its source does not state and that were chosen here; empty when
    /// all of it is as published, or all of it ours.
    pub ours: &'static [&'static str],
    /// Makes the description; any parameter can be changed afterwards.
    pub spec: fn() -> S,
}

impl<S: Spec> Preset<S> {
    /// The help, with what is not from its source but chosen here.
    pub fn about(&self) -> String {
        if self.ours.is_empty() {
            return self.help.to_owned();
        }
        let label = |name: &&str| {
            let joint = S::JOINTS.iter().find(|joint| joint.name == *name).map(|j| j.label);
            S::find(name).map(|param| param.label).or(joint).unwrap_or_default()
        };
        let labels: Vec<_> = self.ours.iter().map(label).collect();
        format!("{} Not stated there and chosen here: {}.", self.help, labels.join(", "))
    }
}
