//! Samples and their spread.

use std::fmt;

/// Least, middle and greatest of some samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The least.
    pub min: f64,
    /// The middle one (the mean of both, when they are even in number).
    pub median: f64,
    /// The greatest.
    pub max: f64,
}

impl Spread {
    /// The spread of `samples`; all NaN when there are none.
    pub fn of(samples: impl IntoIterator<Item = f64>) -> Spread {
        let mut sorted: Vec<f64> = samples.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let (Some(&min), Some(&max)) = (sorted.first(), sorted.last()) else {
            return Spread {
                min: f64::NAN,
                median: f64::NAN,
                max: f64::NAN,
            };
        };
        let half = sorted.len() / 2;
        let median = (sorted[half] + sorted[(sorted.len() - 1) / 2]) / 2.0;
        Spread { min, median, max }
    }

    /// The spread of `ours[i] / theirs[i]`: rounds are paired, so that what slows a whole round cancels out.
    pub fn ratio(ours: &[f64], theirs: &[f64]) -> Spread {
        Spread::of(ours.iter().zip(theirs).map(|(a, b)| a / b))
    }

    /// The spread of `ours[i] - theirs[i]`.
    pub fn difference(ours: &[f64], theirs: &[f64]) -> Spread {
        Spread::of(ours.iter().zip(theirs).map(|(a, b)| a - b))
    }

    /// Every part times `factor`.
    pub fn times(self, factor: f64) -> Spread {
        Spread {
            min: self.min * factor,
            median: self.median * factor,
            max: self.max * factor,
        }
    }
}

/// `median (min to max)`; `{:.1}` sets the digits behind the point, 2 when nothing is said.
impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.median.is_nan() {
            return f.write_str("-");
        }
        let digits = f.precision().unwrap_or(2);
        let Spread { min, median, max } = self;
        write!(f, "{median:.digits$} ({min:.digits$} to {max:.digits$})")
    }
}

/// The value below which `share` (0 to 1) of the sorted samples lie; NaN when there are none.
pub fn percentile(sorted: &[f64], share: f64) -> f64 {
    let at = ((sorted.len() as f64 * share) as usize).min(sorted.len().saturating_sub(1));
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spread_takes_the_middle() {
        let spread = Spread::of([3.0, 1.0, 2.0, 10.0]);
        assert_eq!((spread.min, spread.median, spread.max), (1.0, 2.5, 10.0));
        assert_eq!(format!("{spread:.1}"), "2.5 (1.0 to 10.0)");
        assert_eq!(Spread::of([]).to_string(), "-");
    }

    #[test]
    fn rounds_are_paired() {
        let ratio = Spread::ratio(&[2.0, 20.0], &[1.0, 10.0]);
        assert_eq!((ratio.min, ratio.max), (2.0, 2.0));
    }

    #[test]
    fn percentiles_stay_inside() {
        let samples: Vec<f64> = (0..100).map(f64::from).collect();
        assert_eq!(percentile(&samples, 0.5), 50.0);
        assert_eq!(percentile(&samples, 1.0), 99.0);
        assert!(percentile(&[], 0.5).is_nan());
    }
}
