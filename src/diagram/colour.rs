//! Data colours. They are the same on light and dark pages, so that a colour has one meaning.

use toy::phase::Phase;

/// An opaque sRGB colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// Not represented, in the paper's scheme.
pub const GREY: Rgb = Rgb(0xDC, 0xDD, 0xE0);
/// A dimension of its own, in the paper's scheme.
pub const BLUE: Rgb = Rgb(0x2F, 0x6F, 0xDE);
/// Half-way from blue to red; a straight mix of the two would be a greyish purple.
pub const PURPLE: Rgb = Rgb(0x8E, 0x3F, 0xB5);
/// In superposition, in the paper's scheme.
pub const RED: Rgb = Rgb(0xD9, 0x3A, 0x3A);
/// Where two pictures show the same phase.
pub const SAME: Rgb = Rgb(0xD3, 0xDE, 0xE0);
/// Where they do not.
pub const DIFFERENT: Rgb = Rgb(0xC2, 0x41, 0x0C);

impl Rgb {
    /// The notation of style sheets.
    pub fn css(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }

    /// The colour `t` of the way from this one to another, `t` being held to 0 and 1.
    pub fn mix(self, other: Self, t: f64) -> Self {
        let t = t.clamp(0.0, 1.0);
        let mix = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * t).round() as u8;
        Self(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }

    /// Relative luminance (WCAG 2), 0 to 1.
    pub fn luminance(self) -> f64 {
        let [r, g, b] = self.linear();
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    /// Black or white, whichever is easier to read on this colour.
    pub fn ink(self) -> Self {
        // Equal contrast against both: (L + .05)^2 = 1.05 * .05.
        if self.luminance() > 0.179 { Self(0, 0, 0) } else { Self(255, 255, 255) }
    }

    /// Linear light.
    fn linear(self) -> [f64; 3] {
        [self.0, self.1, self.2].map(|byte| {
            let c = f64::from(byte) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        })
    }
}

impl From<colorous::Color> for Rgb {
    fn from(c: colorous::Color) -> Self {
        Self(c.r, c.g, c.b)
    }
}

/// The paper's colour: the hue runs with superposition from blue to red, the saturation with the
/// norm from grey; both reach their end at 1.
pub fn paper(norm: f64, superposition: f64) -> Rgb {
    let hue = if superposition < 0.5 {
        BLUE.mix(PURPLE, 2.0 * superposition)
    } else {
        PURPLE.mix(RED, 2.0 * superposition - 1.0)
    };
    GREY.mix(hue, norm)
}

/// Ramp for norm and superposition, 0 to 1.
pub fn measure(t: f64) -> Rgb {
    colorous::VIRIDIS.eval_continuous(t.clamp(0.0, 1.0)).into()
}

/// Ramp for losses, 0 to 1.
pub fn loss(t: f64) -> Rgb {
    colorous::CIVIDIS.eval_continuous(t.clamp(0.0, 1.0)).into()
}

/// Ramp around a true zero: purple at -1, nearly white at 0, orange at 1. The darkest ends of the
/// palette are left out, since most weights are close to 1.
pub fn signed(t: f64) -> Rgb {
    colorous::PURPLE_ORANGE.eval_continuous(0.5 + 0.34 * t.clamp(-1.0, 1.0)).into()
}

/// Okabe and Ito's colours, which people of any colour vision tell apart. Warm ones are kinds of
/// superposition.
pub const fn phase(phase: Phase) -> Rgb {
    match phase {
        Phase::NotRepresented => Rgb(0xC4, 0xC7, 0xCC),
        Phase::Dedicated => Rgb(0x00, 0x72, 0xB2),
        Phase::Antipodal => Rgb(0xD5, 0x5E, 0x00),
        Phase::Symmetric => Rgb(0xE6, 0x9F, 0x00),
        Phase::Confused => Rgb(0xCC, 0x79, 0xA7),
        Phase::Trapped => Rgb(0xF0, 0xE4, 0x42),
        Phase::Diverged => Rgb(0x00, 0x00, 0x00),
        Phase::Mixed => Rgb(0x7F, 0x3C, 0x00),
    }
}

/// The phases of a pixel's repeats as one colour, mixed in linear light as if seen from afar;
/// `None` without repeats.
pub fn blend(counts: &[u16]) -> Option<Rgb> {
    let total: u32 = counts.iter().map(|&c| u32::from(c)).sum();
    if total == 0 {
        return None;
    }
    let mut sum = [0.0; 3];
    for (known, &count) in Phase::ALL.into_iter().zip(counts) {
        for (sum, part) in sum.iter_mut().zip(phase(known).linear()) {
            *sum += part * f64::from(count) / f64::from(total);
        }
    }
    let [r, g, b] = sum.map(|c| {
        let c = if c <= 0.003_130_8 { c * 12.92 } else { 1.055 * c.powf(1.0 / 2.4) - 0.055 };
        (c * 255.0).round() as u8
    });
    Some(Rgb(r, g, b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contrast(a: Rgb, b: Rgb) -> f64 {
        let (a, b) = (a.luminance() + 0.05, b.luminance() + 0.05);
        a.max(b) / a.min(b)
    }

    /// Oklab, for distances that match what is seen.
    fn oklab([r, g, b]: [f64; 3]) -> [f64; 3] {
        let l = (0.412_221_47 * r + 0.536_332_54 * g + 0.051_445_99 * b).max(0.0).cbrt();
        let m = (0.211_903_5 * r + 0.680_699_55 * g + 0.107_396_96 * b).max(0.0).cbrt();
        let s = (0.088_302_46 * r + 0.281_718_84 * g + 0.629_978_7 * b).max(0.0).cbrt();
        [
            0.210_454_26 * l + 0.793_617_79 * m - 0.004_072_05 * s,
            1.977_998_5 * l - 2.428_592_2 * m + 0.450_593_71 * s,
            0.025_904_04 * l + 0.782_771_77 * m - 0.808_675_77 * s,
        ]
    }

    /// How normal, protanopic, deuteranopic and tritanopic eyes see linear light (Machado et al. 2009).
    const VISIONS: [[[f64; 3]; 3]; 4] = [
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        [
            [0.152_286, 1.052_583, -0.204_868],
            [0.114_503, 0.786_281, 0.099_216],
            [-0.003_882, -0.048_116, 1.051_998],
        ],
        [
            [0.367_322, 0.860_646, -0.227_968],
            [0.280_085, 0.672_501, 0.047_413],
            [-0.011_82, 0.042_94, 0.968_881],
        ],
        [
            [1.255_528, -0.076_749, -0.178_779],
            [-0.078_411, 0.930_809, 0.147_602],
            [0.004_733, 0.691_367, 0.303_9],
        ],
    ];

    fn distances(colours: &[Rgb]) -> Vec<f64> {
        let mut all = vec![];
        for vision in VISIONS {
            let seen = |c: Rgb| {
                let l = c.linear();
                oklab(vision.map(|row| row.iter().zip(l).map(|(m, x)| m * x).sum()))
            };
            for (i, &a) in colours.iter().enumerate() {
                for &b in &colours[i + 1..] {
                    let square = |(x, y): (f64, f64)| (x - y) * (x - y);
                    all.push(seen(a).into_iter().zip(seen(b)).map(square).sum::<f64>().sqrt());
                }
            }
        }
        all
    }

    #[test]
    fn phases_differ_for_every_kind_of_colour_vision() {
        let closest = distances(&Phase::ALL.map(phase)).into_iter().fold(1.0, f64::min);
        assert!(closest > 0.08, "{closest}");
    }

    #[test]
    fn the_papers_three_corners_differ_for_every_kind_of_colour_vision() {
        let corners = [paper(0.0, 0.0), paper(1.0, 0.0), paper(1.0, 1.0)];
        assert_eq!(corners, [GREY, BLUE, RED]);
        assert_eq!(paper(1.7, 2.0), RED);
        assert_eq!(paper(0.0, 1.0), GREY);
        let closest = distances(&corners).into_iter().fold(1.0, f64::min);
        assert!(closest > 0.2, "{closest}");
        // Reading red as blue through purple, without a step back to grey.
        assert!(distances(&[paper(1.0, 0.5), GREY]).into_iter().all(|d| d > 0.2));
    }

    #[test]
    fn disagreement_stands_out() {
        assert!(contrast(SAME, DIFFERENT) > 3.0, "{}", contrast(SAME, DIFFERENT));
        assert!(distances(&[SAME, DIFFERENT]).into_iter().all(|d| d > 0.2));
    }

    /// Data must not vanish in the page around it, light or dark, and ink is readable upon it.
    #[test]
    fn colours_stand_out_from_either_page_or_are_meant_to_be_quiet() {
        let (light, dark) = (Rgb(0xFF, 0xFF, 0xFF), Rgb(0x14, 0x16, 0x1A));
        for colour in [BLUE, RED, PURPLE, DIFFERENT] {
            assert!(contrast(colour, light) > 3.0, "{colour:?}");
        }
        for colour in [BLUE, RED, GREY, DIFFERENT, SAME] {
            assert!(contrast(colour, dark) > 3.0, "{colour:?} {}", contrast(colour, dark));
        }
        for level in 0..=20 {
            let t = f64::from(level) / 20.0;
            for colour in [measure(t), loss(t), signed(2.0 * t - 1.0), paper(t, t)] {
                assert!(contrast(colour, colour.ink()) > 4.5, "{colour:?}");
            }
        }
    }

    #[test]
    fn ramps_rise_in_lightness() {
        for ramp in [measure, loss] {
            let steps: Vec<f64> = (0..=20).map(|i| ramp(f64::from(i) / 20.0).luminance()).collect();
            assert!(steps.windows(2).all(|w| w[0] < w[1]), "{steps:?}");
        }
        assert!(signed(0.0).luminance() > 0.85);
        assert!(signed(1.0).0 > signed(1.0).2 && signed(-1.0).2 > signed(-1.0).1);
    }

    #[test]
    fn blends_follow_the_counts() {
        assert_eq!(blend(&[0; 8]), None);
        assert_eq!(blend(&[0, 16, 0, 0, 0, 0, 0, 0]), Some(phase(Phase::Dedicated)));
        let half = blend(&[0, 0, 8, 0, 0, 8, 0, 0]).map(Rgb::luminance).unwrap_or(0.0);
        let ends = phase(Phase::Antipodal).luminance() + phase(Phase::Trapped).luminance();
        assert!((half - ends / 2.0).abs() < 0.01);
    }
}
