//! A sketch, its vector, and how alike two are.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::DIMENSIONS;

/// Features kept of an occurrence: the heaviest.
const FEATURES_MAX: usize = 64;
/// Shared features that are told, the weightiest first.
const TOLD_MAX: usize = 8;

/// What kind of thing a feature is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The class of an exception.
    Type,
    /// A function of the stack, with its module or file.
    Frame,
    /// A module or file of the stack.
    Module,
    /// A word of a message.
    Word,
}

impl Kind {
    /// Its name, as in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Frame => "frame",
            Self::Module => "module",
            Self::Word => "word",
        }
    }
}

/// One thing by which an occurrence can be known again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Feature {
    /// What kind of thing it is.
    pub kind: Kind,
    /// The thing, normalised.
    pub value: String,
    /// How much it says; the squares of all add up to one.
    pub weight: f32,
}

impl Feature {
    fn key(&self) -> (Kind, &str) {
        (self.kind, &self.value)
    }
}

/// By what an occurrence can be known again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sketch {
    /// By kind and value.
    features: Vec<Feature>,
    /// Whether it may join, or be joined, by itself: it has a type and frames, and the sender did
    /// not say where it belongs.
    pub may_join: bool,
}

/// How alike two sketches are, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Likeness {
    /// The cosine: 0 shares nothing, 1 is the same.
    pub score: f64,
    /// What they share, the weightiest first.
    pub shared: Vec<Shared>,
}

/// Something that two share.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shared {
    /// What kind of thing it is.
    pub kind: Kind,
    /// The thing.
    pub value: String,
    /// What it adds to the score.
    pub share: f64,
}

impl Sketch {
    /// Of distinct features: keeps the heaviest, and brings the weights to length one.
    pub(super) fn new(mut features: Vec<Feature>, may_join: bool) -> Self {
        features.sort_by(|a, b| {
            let heavier = b.weight.total_cmp(&a.weight);
            heavier.then_with(|| a.key().cmp(&b.key()))
        });
        features.truncate(FEATURES_MAX);
        let square: f64 = features.iter().map(|f| f64::from(f.weight).powi(2)).sum();
        for feature in &mut features {
            #[expect(clippy::cast_possible_truncation, reason = "between 0 and 1")]
            let weight = (f64::from(feature.weight) / square.sqrt()) as f32;
            feature.weight = weight;
        }
        features.sort_by(|a, b| a.key().cmp(&b.key()));
        Self { features, may_join }
    }

    /// What it rests on.
    #[must_use]
    pub fn features(&self) -> &[Feature] {
        &self.features
    }

    /// Feature hashing: each feature at a place and with a sign that its digest says. Of length
    /// one, or all zero where there is nothing to hold on to.
    #[must_use]
    pub fn vector(&self) -> Vec<f32> {
        let mut vector = vec![0.0_f32; DIMENSIONS];
        for feature in &self.features {
            let (place, sign) = place(feature);
            vector[place] += sign * feature.weight;
        }
        let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
        if length > 0.0 {
            vector.iter_mut().for_each(|x| *x /= length);
        }
        vector
    }

    /// How alike two are, and why.
    #[must_use]
    pub fn likeness(&self, other: &Self) -> Likeness {
        let shared = self.common(other).map(|(mine, theirs)| Shared {
            kind: mine.kind,
            value: mine.value.clone(),
            share: share(mine, theirs),
        });
        let mut shared: Vec<_> = shared.collect();
        let score = shared.iter().map(|one| one.share).sum::<f64>().min(1.0);
        shared.sort_by(|a, b| b.share.total_cmp(&a.share));
        shared.truncate(TOLD_MAX);
        Likeness { score, shared }
    }

    /// How alike two are.
    #[must_use]
    pub fn score(&self, other: &Self) -> f64 {
        let shares = self.common(other).map(|(mine, theirs)| share(mine, theirs));
        shares.sum::<f64>().min(1.0)
    }

    /// The features that both have.
    fn common<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = (&'a Feature, &'a Feature)> {
        let (mut mine, mut theirs) = (self.features.iter(), other.features.iter().peekable());
        std::iter::from_fn(move || {
            loop {
                let one = mine.next()?;
                while theirs.next_if(|two| two.key() < one.key()).is_some() {}
                if let Some(two) = theirs.next_if(|two| two.key() == one.key()) {
                    return Some((one, two));
                }
            }
        })
    }
}

/// What a feature of both adds to the score.
fn share(mine: &Feature, theirs: &Feature) -> f64 {
    f64::from(mine.weight) * f64::from(theirs.weight)
}

fn place(feature: &Feature) -> (usize, f32) {
    let mut hash = Sha256::new();
    hash.update([feature.kind as u8]);
    hash.update(feature.value.as_bytes());
    let digest = hash.finalize();
    let place = usize::from(u16::from_le_bytes([digest[0], digest[1]])) % DIMENSIONS;
    (place, if digest[2] & 1 == 0 { 1.0 } else { -1.0 })
}
