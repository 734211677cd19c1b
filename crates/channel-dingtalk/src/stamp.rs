//! The time a message is signed with.

use std::sync::{Mutex, PoisonError};

use fanfare_core::{Receipt, SendError};
use jiff::{SignedDuration, Timestamp};

/// Ours: DingTalk takes an hour either way, and a minute is more than the way to it
/// explains. From there on a clock is worth a word.
const WORTH_CORRECTING: SignedDuration = SignedDuration::from_secs(60);

/// Which time to sign with: this machine's, or the provider's where its answers say
/// that the two differ. Many an edge box has nobody to set its clock.
///
/// Whoever stands on the way may have told a wrong time. So a correction that
/// DingTalk has refused gives way to this machine's own time, and that one to the
/// next correction.
#[derive(Debug, Default)]
pub(crate) struct Stamps {
    /// The correction of the stamp that was refused last.
    refused: Mutex<Option<SignedDuration>>,
}

/// A time to sign with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) at: Timestamp,
    /// What was added to this machine's time.
    correction: SignedDuration,
}

/// What helps where a stamp was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// To sign with another time, which the next attempt will do.
    AnotherStamp,
    /// To set this machine's clock.
    MendClock,
}

impl Stamps {
    /// The time to sign with at `now`, if the provider says that its clock is so much `ahead`.
    pub(crate) fn stamp(&self, now: Timestamp, ahead: Option<SignedDuration>) -> Stamp {
        let correction = self.correction(ahead);
        match now.checked_add(correction) {
            Ok(at) => Stamp { at, correction },
            Err(_) => Stamp { at: now, correction: SignedDuration::ZERO },
        }
    }

    /// Takes note that DingTalk has refused `stamp`; `ahead` is what is known by now.
    pub(crate) fn refuse(&self, stamp: Stamp, ahead: Option<SignedDuration>) -> Remedy {
        *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(stamp.correction);
        if is_near(self.correction(ahead), stamp.correction) {
            Remedy::MendClock
        } else {
            Remedy::AnotherStamp
        }
    }

    fn correction(&self, ahead: Option<SignedDuration>) -> SignedDuration {
        let refused = *self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        ahead
            .filter(|ahead| !is_near(*ahead, SignedDuration::ZERO))
            .filter(|ahead| refused.is_none_or(|refused| !is_near(*ahead, refused)))
            .unwrap_or_default()
    }
}

fn is_near(one: SignedDuration, other: SignedDuration) -> bool {
    (one - other).abs() <= WORTH_CORRECTING
}

impl Stamp {
    /// `outcome`, which says so if the stamp is not of this machine's time.
    pub(crate) fn told_in(self, outcome: Result<Receipt, SendError>) -> Result<Receipt, SendError> {
        let Some(note) = self.note() else { return outcome };
        match outcome {
            Ok(Receipt { words, refused, deferred }) => {
                Ok(Receipt { words: format!("{words}; {note}"), refused, deferred })
            }
            Err(err) => Err(err.map_reason(|reason| format!("{reason}; {note}"))),
        }
    }

    /// In English and Chinese, since a person must mend it.
    fn note(self) -> Option<String> {
        let (direction, zh) = match self.correction.signum() {
            1 => ("behind", "慢"),
            -1 => ("ahead", "快"),
            _ => return None,
        };
        let by = in_words(self.correction);
        Some(format!(
            "signed with the provider's time: this machine's clock is {by} {direction} \
             / 已按服务器时间签名，本机时钟{zh} {by}"
        ))
    }
}

/// To the minute, without a sign: `2 h 3 min`.
fn in_words(time: SignedDuration) -> String {
    let minutes = (time.abs().as_secs() + 30) / 60;
    match (minutes / (24 * 60), minutes / 60 % 24, minutes % 60) {
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests;
