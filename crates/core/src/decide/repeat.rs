//! Mere repeats: alerts that tell nothing new and are entered as another sight of an earlier one.

use sha2::{Digest, Sha256};

use crate::{Alert, Decision, Labels, Mention, Suppression};

/// A digest of all that a mere repeat has in common with the alert that it repeats: the content but for its
/// times, and the reasons for which nobody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RepeatKey(u64);

impl RepeatKey {
    /// The key that an alert of this content has for the repeats that follow it, or as a repeat of an
    /// earlier one.
    ///
    /// An alert that somebody was told of is repeated by one that is suppressed as unchanged.
    #[must_use]
    pub(super) fn new(content: &ContentDigest, decisions: &[Decision]) -> Self {
        let mut reasons: Vec<Suppression> = decisions.iter().filter_map(Decision::suppression).collect();
        if reasons.len() < decisions.len() {
            reasons = vec![Suppression::Unchanged];
        }
        let mut reasons: Vec<String> = reasons.iter().map(Suppression::to_string).collect();
        reasons.sort();
        reasons.dedup();
        let mut bytes = LengthPrefixed(content.0.to_vec());
        reasons.iter().for_each(|it| bytes.text(it));
        Self(Sha256::digest(bytes.0).iter().take(8).fold(0, |bits, byte| bits << 8 | u64::from(*byte)))
    }

    /// The number behind the key, as the store keeps it.
    #[must_use]
    pub fn to_bits(self) -> u64 {
        self.0
    }

    /// The key with this number.
    #[must_use]
    pub fn from_bits(bits: u64) -> Self {
        Self(bits)
    }
}

/// A digest of an alert's content but for its times, which change with each repeat.
///
/// It takes longer to make than the rest of a decision, and is made before the transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ContentDigest([u8; 32]);

/// Texts one after the other, each with its length before it, so that `ab` + `c` is not `a` + `bc`.
#[derive(Default)]
struct LengthPrefixed(Vec<u8>);

impl LengthPrefixed {
    fn number(&mut self, number: usize) {
        self.0.extend_from_slice(&number.to_be_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    fn texts(&mut self, texts: &[String]) {
        self.number(texts.len());
        texts.iter().for_each(|it| self.text(it));
    }

    fn labels(&mut self, labels: &Labels) {
        self.number(labels.iter().count());
        for (name, text) in labels.iter() {
            self.text(name);
            self.text(text);
        }
    }
}

impl ContentDigest {
    /// The digest of `alert`.
    pub(super) fn new(alert: &Alert) -> Self {
        Self(Sha256::digest(content(alert).0).into())
    }
}

fn content(alert: &Alert) -> LengthPrefixed {
    let Alert {
        source,
        fingerprint,
        kind,
        status,
        status_basis: _, // what is told is the same
        naming: _,       // the source's format: the labels tell the rest
        severity,
        severity_sent,
        labels,
        annotations,
        extra,
        mention: Mention { mobiles, user_ids, all },
        starts_at: _,
        ends_at: _,
        generator_url,
    } = alert;
    let mut bytes = LengthPrefixed(Vec::with_capacity(1024));
    bytes.text(source.as_str());
    bytes.text(&fingerprint.to_string());
    bytes.text(kind.word());
    bytes.text(status.word());
    bytes.text(severity.word());
    bytes.texts(severity_sent.as_slice());
    [labels, annotations, extra].into_iter().for_each(|it| bytes.labels(it));
    bytes.texts(mobiles);
    bytes.texts(user_ids);
    bytes.text(if *all { "all" } else { "" });
    bytes.texts(generator_url.as_slice());
    bytes
}
