//! How the values of a network fit together.

use super::describe::{Attention, MAX_MODELS, MAX_NUMBERS, MAX_ROWS, Network, NetworkError, Task};
use crate::spec::{Param, Preset, Spec};

impl Spec for Network {
    type Error = NetworkError;
    type View = ();

    const KIND: &'static str = "network";
    const PRESET_KEY: &'static str = "network";
    const PARAMS: &'static [Param<Self>] = super::param::PARAMS;
    const PRESETS: &'static [Preset<Self>] = super::preset::PRESETS;

    fn fit(&self) -> Result<(), NetworkError> {
        let Self { heads, width, tokens, keys, .. } = *self;
        if self.attention == Attention::Softmax && !width.is_multiple_of(heads) {
            return Err(NetworkError::Heads { heads, width });
        }
        if self.task == Task::Retrieval {
            if tokens < 2 || keys + 1 < tokens {
                return Err(NetworkError::Keys { tokens, keys });
            }
            if self.attention != Attention::Softmax || self.layers == 0 {
                return Err(NetworkError::Reach);
            }
        }
        let (models, parameters) = (self.models(), self.parameters());
        if models > MAX_MODELS || models * parameters > MAX_NUMBERS {
            return Err(NetworkError::Models { models, parameters });
        }
        let rows = self.rows();
        if rows > MAX_ROWS { Err(NetworkError::Rows { rows }) } else { Ok(()) }
    }

    fn repair(&mut self) {
        if self.task == Task::Retrieval {
            self.attention = Attention::Softmax;
            self.layers = self.layers.max(1);
            self.tokens = self.tokens.max(2);
            self.keys = self.keys.max(self.tokens - 1);
        }
        while self.attention == Attention::Softmax && !self.width.is_multiple_of(self.heads) {
            self.heads -= 1;
        }
        let parameters = self.parameters();
        let too_many = |s: &Self| s.models() > MAX_MODELS || s.models() * parameters > MAX_NUMBERS;
        while too_many(self) && self.repeats > 1 {
            self.repeats = self.repeats.div_ceil(2);
        }
        while too_many(self) && self.instances > 1 {
            self.instances = self.instances.div_ceil(2);
        }
        while self.rows() > MAX_ROWS && self.batch > 1 {
            self.batch = self.batch.div_ceil(2);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(change: fn(&mut Network)) -> Network {
        let mut network = Network::default();
        change(&mut network);
        network
    }

    #[test]
    fn impossible_networks_are_refused_with_a_sentence_and_repaired() {
        type Change = fn(&mut Network);
        let all: [(Change, &str); 7] = [
            (|s| s.heads = 5, "must divide the width"),
            (|s| (s.task, s.tokens, s.keys) = (Task::Retrieval, 8, 6), "a key for"),
            (|s| s.task = Task::Retrieval, "at least 2 tokens"),
            (
                |s| (s.task, s.tokens, s.attention) = (Task::Retrieval, 8, Attention::Own),
                "attention on",
            ),
            (|s| s.repeats = 1000, "models"),
            (|s| (s.batch, s.tokens) = (4096, 64), "tokens"),
            (|s| (s.batch, s.tokens, s.shared, s.instances) = (4096, 64, true, 64), "tokens"),
        ];
        for (change, sentence) in all {
            let mut network = changed(change);
            let error = network.validate().map_err(|e| e.to_string()).err().unwrap_or_default();
            assert!(error.contains(sentence), "{error}");
            network.repair();
            assert_eq!(network.validate(), Ok(()), "{sentence}");
        }
        let range = changed(|s| s.features = 0).validate().map_err(|e| e.to_string());
        assert!(range.is_err_and(|e| e.contains("features is 0; it must be")));
        assert_eq!(Network::default().validate(), Ok(()));
    }
}
