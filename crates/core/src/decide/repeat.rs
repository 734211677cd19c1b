//! Mere repeats: alerts that tell nothing new and are entered as another sight of an earlier one.

use sha2::{Digest, Sha256};

use crate::{Alert, Decision, Labels, Mention, Suppression, Verdict};

/// A digest of all that a mere repeat has in common with the alert that it repeats: the content but for its
/// times, and the reasons for which nobody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RepeatKey(u64);

impl RepeatKey {
    /// The key that an alert has for the repeats that follow it, or as a repeat of an earlier one.
    ///
    /// An alert that somebody was told of is repeated by one that is suppressed as unchanged.
    #[must_use]
    pub(super) fn new(alert: &Alert, decisions: &[Decision]) -> Self {
        let mut reasons: Vec<Suppression> = decisions.iter().filter_map(suppression).collect();
        if reasons.len() < decisions.len() {
            reasons = vec![Suppression::Unchanged];
        }
        reasons.sort_by_key(Suppression::to_string);
        reasons.dedup();
        let mut hash = content(alert);
        reasons.iter().for_each(|it| hash.text(&it.to_string()));
        hash.finish()
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

fn suppression(decision: &Decision) -> Option<Suppression> {
    match decision.verdict {
        Verdict::Notify { .. } => None,
        Verdict::Suppress(suppression) => Some(suppression),
    }
}

/// A hash of texts, each with its length before it, so that `ab` + `c` is not `a` + `bc`.
#[derive(Default)]
struct TextHash(Sha256);

impl TextHash {
    fn text(&mut self, text: &str) {
        self.0.update(text.len().to_be_bytes());
        self.0.update(text);
    }

    fn texts(&mut self, texts: &[String]) {
        self.0.update(texts.len().to_be_bytes());
        texts.iter().for_each(|it| self.text(it));
    }

    fn labels(&mut self, labels: &Labels) {
        self.0.update(labels.iter().count().to_be_bytes());
        for (name, text) in labels.iter() {
            self.text(name);
            self.text(text);
        }
    }

    fn finish(self) -> RepeatKey {
        let digest = self.0.finalize();
        RepeatKey(digest.iter().take(8).fold(0, |bits, byte| bits << 8 | u64::from(*byte)))
    }
}

/// The content of `alert` but for its times, which change with each repeat.
fn content(alert: &Alert) -> TextHash {
    let Alert {
        source,
        fingerprint,
        kind,
        status,
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
    let mut hash = TextHash::default();
    hash.text(source.as_str());
    hash.text(&fingerprint.to_string());
    hash.text(kind.word());
    hash.text(status.word());
    hash.text(severity.word());
    hash.texts(severity_sent.as_slice());
    [labels, annotations, extra].into_iter().for_each(|it| hash.labels(it));
    hash.texts(mobiles);
    hash.texts(user_ids);
    hash.text(if *all { "all" } else { "" });
    hash.texts(generator_url.as_slice());
    hash
}
