//! What each experiment shows, for someone who has not read the paper.

use toy::study::preset::View;

/// What to look for, and where the figure is that it belongs to.
pub const fn look_for(view: View) -> (&'static str, &'static str) {
    match view {
        View::Geometry => (
            "Look for two lines at right angles on the left, pairs of opposite ones in the middle, and five corners on the right.",
            "https://transformer-circuits.pub/2022/toy_model/index.html#motivation",
        ),
        View::Demonstration => (
            "Look for the bars that turn red: rarer inputs let the ReLU model represent more features, the linear one never.",
            "https://transformer-circuits.pub/2022/toy_model/index.html#demonstrating",
        ),
        View::Dimensionality => (
            "Look for dots that gather on dashed lines, and for the red line's rest near 1/2.",
            "https://transformer-circuits.pub/2022/toy_model/index.html#geometry-uniform",
        ),
        View::Correlation => (
            "Look for features of one colour: at right angles or side by side where they occur together, opposite where they never do.",
            "https://transformer-circuits.pub/2022/toy_model/index.html#geometry-organization",
        ),
        View::Dynamics => (
            "Look for the levels on which the loss rests, and at what the directions do when it leaves one.",
            "https://transformer-circuits.pub/2022/toy_model/index.html#learning",
        ),
        View::Computation => (
            "Look for bars of several colours: neurons that serve several features at once.",
            "https://transformer-circuits.pub/2022/toy_model/index.html#computation",
        ),
        View::Vulnerability => (
            "Look whether the upper curve rises where the lower one does.",
            "https://transformer-circuits.pub/2022/toy_model/index.html#adversarial",
        ),
        View::Scaling => (
            "Look at how straight the line of the losses is, and at how many features are represented.",
            "https://arxiv.org/abs/2505.10465",
        ),
    }
}

/// What one sees and which figure of the paper it is.
pub const fn about(view: View) -> &'static str {
    match view {
        View::Geometry => {
            "Each square holds one trained model; each line in it is the direction that the model gives to one feature. From left to right features become rarer: where all are common the model keeps the few most important ones at right angles, where they are rare it fits in more than there are dimensions, as corners of regular figures. This is the figure of the paper's introduction, trained while you watch."
        }
        View::Demonstration => {
            "What comes out of a model when one feature goes in: a row of each square is an output, a column an input, and the strip beside it the biases. Beneath, the length of every feature's direction, red where it shares its direction with others. The linear model keeps the most important features and nothing else, however rare they are; the one with a ReLU begins to superpose them. This is the paper's demonstration of superposition."
        }
        View::Dimensionality => {
            "How many dimensions does a feature get? A dot is one feature's dimensionality, the line D* = m / |W|², the model's dimensions for each unit of squared length. As features become rarer they do not spread evenly but gather near fractions that belong to geometric figures; the dashed lines mark some of these. This is the paper's geometry of uniform superposition."
        }
        View::Correlation => {
            "Features of one colour occur together, or never together. Models prefer to put features that occur together at right angles, or side by side where there is no room, and features that exclude each other on opposite sides of one line. The first square is the run of lowest loss, the others follow. This is the paper's figure of correlated and anticorrelated features."
        }
        View::Dynamics => {
            "The loss and every feature's dimensionality while a model learns. Learning goes in stages: the loss rests on a level while features keep one arrangement, then slides to the next within some hundred steps while directions turn and spread. Drag the step below to see the directions at that moment. This is the paper's figure of learning dynamics."
        }
        View::Computation => {
            "These models compute the absolute value of every feature in a hidden layer of neurons. A bar is one neuron, its blocks the weights from the features, more yellow the more important they are. Where features are common a neuron serves one of them at most; where they are rare neurons come to serve several at a time. This is the paper's figure of computation in superposition."
        }
        View::Vulnerability => {
            "The price of superposition: what the most harmful small change of the input adds to the loss, above, and how many features share a dimension, below. A model without superposition passes a change on, which adds the square of its length; the upper chart says how many times as much it is here, as in the paper's figure of adversarial examples. An attack goes along a row of W Wᵀ, either way, with a tenth of the average input's length, and the worst of them counts. The models are autoencoders, which are meant to pass inputs on: of classifiers this says nothing. Models are attacked when training is done; how far both curves go together is said below them."
        }
        View::Scaling => {
            "Does a wider model do better, and how fast? Features follow a power law, as words do, and each point is a model with more hidden dimensions than the one before, on logarithmic axes: a straight line is a scaling law, its slope the exponent. With weights pulled towards length 1 all features are represented and their overlaps shrink about as 1/m; with ordinary weight decay only frequent features are. The paper finds exponents near 1 in the one case and near that of the power law in the other, with more features and longer runs than a browser has patience for; what is written at the line is fitted to the points below it. After Liu, Liu and Gore (2025), \"Superposition yields robust neural scaling\"."
        }
    }
}
