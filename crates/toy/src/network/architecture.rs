//! The operations of a network.

use super::describe::{Activation, Attention, Network, Task};
use crate::operation::attention::Mask;
use crate::operation::matmul::Stored;
use crate::tape::{Heads, Id, Start, Tape, Tokens};

/// A place in the residual stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    /// Its name: `embedding`, `attention 1`, `mlp 1` and so on.
    pub name: String,
    /// What stands there, a row a token.
    pub id: Id,
    /// Whether what there is of a feature stands at the token that carries it, rather than at the
    /// one that is read.
    pub at_source: bool,
}

/// A network's tape for so many sequences, and what is where on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Architecture {
    /// The operations.
    pub tape: Tape,
    /// Sequences.
    pub batch: usize,
    /// Features of every token.
    pub input: Id,
    /// Key of every token, in retrieval.
    pub keys: Option<Tokens>,
    /// What outputs should be: of every token, or in retrieval of every sequence.
    pub target: Id,
    /// Importance of every feature.
    pub importance: Id,
    /// The outputs.
    pub output: Id,
    /// The residual stream, from the embedding on.
    pub sites: Vec<Site>,
    /// Weights of each layer's softmax attention.
    pub attention: Vec<Id>,
}

/// Builds the parts of a network.
struct Build<'a> {
    network: &'a Network,
    tape: Tape,
    batch: usize,
}

impl Architecture {
    /// The tape of a valid network.
    pub fn new(network: &Network, batch: usize) -> Self {
        let [n, d, tokens] = [network.features, network.width, network.tokens].map(|x| x as usize);
        let retrieval = network.task == Task::Retrieval;
        let rows = batch * tokens;
        let mut build = Build { network, tape: Tape::default(), batch };
        let t = &mut build.tape;
        let (input, importance) = (t.input("input", &[rows, n]), t.input("importance", &[n]));
        let target = t.input("target", &[if retrieval { batch } else { rows }, n]);

        let uniform = Start::Uniform(1.0 / (n as f64).sqrt());
        let embed = t.parameter("embed.weight", &[d, n], uniform);
        let bias = t.parameter("embed.bias", &[d], uniform);
        let std = network.init.std(network.width, network.width);
        let position = t.parameter("position.weight", &[tokens, d], Start::Normal(std));
        let mut h = t.matmul(input, embed, Some(bias), Stored::ByOutput);
        h = t.add(h, position);
        let keys = retrieval.then(|| {
            let keys = t.token_list(rows);
            let start = Start::Normal(1.0 / (d as f64).sqrt());
            let table = t.parameter("key.weight", &[network.keys as usize, d], start);
            let key = t.embedding(keys, table);
            h = t.add(h, key);
            keys
        });
        h = t.dropout(h, network.dropout);
        let mut sites = vec![Site { name: "embedding".into(), id: h, at_source: true }];
        let mut attention = vec![];
        for layer in 0..network.layers {
            if network.attention != Attention::Off {
                let (out, weights) = build.attend(layer, h);
                h = build.residual(h, out);
                attention.extend(weights);
                let name = format!("attention {}", layer + 1);
                sites.push(Site { name, id: h, at_source: false });
            }
            if network.mlp > 0 {
                let out = build.mlp(layer, h);
                h = build.residual(h, out);
                let name = format!("mlp {}", layer + 1);
                sites.push(Site { name, id: h, at_source: false });
            }
        }
        if retrieval {
            h = build.tape.select(h, tokens, tokens - 1);
        }
        h = build.normalised("norm", h);
        let t = &mut build.tape;
        let uniform = Start::Uniform(1.0 / (d as f64).sqrt());
        let out = if network.tied {
            let bias = t.parameter("output.bias", &[n], uniform);
            t.matmul(h, embed, Some(bias), Stored::ByInput)
        } else {
            let weight = t.parameter("output.weight", &[n, d], uniform);
            let bias = t.parameter("output.bias", &[n], uniform);
            t.matmul(h, weight, Some(bias), Stored::ByOutput)
        };
        let output = t.relu(out);
        t.squared_error(output, target, importance);
        Self { tape: build.tape, batch, input, keys, target, importance, output, sites, attention }
    }

    /// Rows that a site has for each sequence, and which of them a feature is looked for at, when it
    /// is put into token `source` of the sequence.
    pub fn row(&self, site: &Site, source: usize) -> (usize, usize) {
        let rows = self.tape.tensor(site.id).shape[0] / self.batch;
        (rows, if site.at_source { source } else { rows - 1 })
    }
}

impl Build<'_> {
    fn linear(&mut self, name: &str, x: Id, inner: usize, outer: usize, start: Start) -> Id {
        let t = &mut self.tape;
        let weight = t.parameter(format!("{name}.weight"), &[outer, inner], start);
        let bias = t.parameter(format!("{name}.bias"), &[outer], Start::Constant(0.0));
        t.matmul(x, weight, Some(bias), Stored::ByOutput)
    }

    fn normalised(&mut self, name: &str, x: Id) -> Id {
        if !self.network.norm {
            return x;
        }
        let d = self.network.width as usize;
        let gain = self.tape.parameter(format!("{name}.weight"), &[d], Start::Constant(1.0));
        let shift = self.tape.parameter(format!("{name}.bias"), &[d], Start::Constant(0.0));
        self.tape.norm(x, gain, shift)
    }

    fn residual(&mut self, h: Id, branch: Id) -> Id {
        let branch = self.tape.dropout(branch, self.network.dropout);
        self.tape.add(h, branch)
    }

    /// Weights of a layer between spaces of these sizes; those that write into the residual stream
    /// are smaller where there are more of them (Radford et al. 2019).
    fn start(&self, inner: u32, outer: u32, writes: bool) -> Start {
        let std = self.network.init.std(inner, outer);
        let share = (2.0 * f64::from(self.network.layers)).sqrt();
        Start::Normal(if writes { std / share } else { std })
    }

    fn attend(&mut self, layer: u32, h: Id) -> (Id, Option<Id>) {
        let (network, d) = (self.network, self.network.width as usize);
        let (inside, out) = (
            self.start(network.width, network.width, false),
            self.start(network.width, network.width, true),
        );
        let name = |part: &str| format!("blocks.{layer}.attention.{part}");
        let x = self.normalised(&format!("blocks.{layer}.norm1"), h);
        let value = self.linear(&name("value"), x, d, d, inside);
        let (mixed, weights) = if network.attention == Attention::Own {
            (value, None)
        } else {
            let query = self.linear(&name("query"), x, d, d, inside);
            let key = self.linear(&name("key"), x, d, d, inside);
            let mask = match network.task {
                Task::Identity => Mask::Causal,
                // Whoever asks for a key has that key itself, and would answer itself.
                Task::Retrieval => Mask::Before,
            };
            let (batch, heads) = (self.batch, network.heads as usize);
            let how = Heads { batch, heads, mask, dropout: network.dropout };
            let (mixed, weights) = self.tape.attention([query, key, value], None, how);
            (mixed, Some(weights))
        };
        (self.linear(&name("output"), mixed, d, d, out), weights)
    }

    fn mlp(&mut self, layer: u32, h: Id) -> Id {
        let Network { width, mlp, .. } = *self.network;
        let (d, m) = (width as usize, mlp as usize);
        let (up, down) = (self.start(width, mlp, false), self.start(mlp, width, true));
        let x = self.normalised(&format!("blocks.{layer}.norm2"), h);
        let inner = self.linear(&format!("blocks.{layer}.mlp.in"), x, d, m, up);
        let active = match self.network.activation {
            Activation::Gelu => self.tape.gelu(inner),
            Activation::Relu => self.tape.relu(inner),
        };
        self.linear(&format!("blocks.{layer}.mlp.out"), active, m, d, down)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Spec;

    #[test]
    fn the_published_networks_have_their_published_sizes() {
        for (name, parameters) in
            [("transformer-as-published", 55_104), ("transformer-large-as-published", 216_704)]
        {
            let network = Network::preset(name).map(|p| (p.spec)()).unwrap_or_default();
            assert_eq!(network.parameters(), parameters);
        }
    }

    #[test]
    fn a_network_s_size_is_its_tape_s() {
        let retrieval = Network { task: Task::Retrieval, tokens: 4, ..Network::default() };
        for base in [Network::default(), retrieval] {
            for (norm, tied, mlp) in [(true, false, 7), (false, true, 0), (true, true, 3)] {
                for attention in [Attention::Softmax, Attention::Own, Attention::Off] {
                    let network = Network { norm, tied, mlp, attention, ..base.clone() };
                    let tape = Architecture::new(&network, 3).tape;
                    assert_eq!(tape.parameters() as u64, network.parameters(), "{network:?}");
                }
            }
        }
    }
}
