//! Signing times, corrected by the provider's clock.

use std::sync::{Mutex, MutexGuard, PoisonError};

use fanfare_core::{Receipt, SendError};
use fanfare_words::Renderer;
use jiff::{SignedDuration, Timestamp};

/// The smallest difference between two clocks that is corrected. Ours: providers take
/// an hour either way, and a minute is more than the way to them explains.
const WORTH_CORRECTING: SignedDuration = SignedDuration::from_secs(60);

/// The clock that messages are signed by: this machine's, or the provider's where its
/// answers say that the two differ. Many edge boxes have nobody to set their clock.
///
/// A proxy or a captive portal may have told a wrong time. So a correction that the
/// provider has refused gives way to this machine's own time, and that one to the
/// next correction.
#[derive(Debug, Default)]
pub struct SigningClock {
    refused: Mutex<RefusedTimes>,
}

/// The corrections of the times that were refused last.
#[derive(Debug, Default)]
struct RefusedTimes {
    last: Option<SignedDuration>,
    /// The one before, if it was another.
    before: Option<SignedDuration>,
}

/// The time in one signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SigningTime {
    /// The corrected time.
    pub at: Timestamp,
    /// The difference to this machine's time.
    correction: SignedDuration,
}

/// The remedy for a signature whose time was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockRemedy {
    /// Another time, with which the next attempt will sign.
    AnotherTime,
    /// A person: this machine's time and the provider's were refused alike, or there is no other.
    SetClock,
}

impl SigningClock {
    /// The time to sign with at `now`, where the provider's clock is so much `ahead`, as far as it is known.
    #[must_use]
    pub fn time(&self, now: Timestamp, ahead: Option<SignedDuration>) -> SigningTime {
        let correction = self.refused().correction(ahead);
        match now.checked_add(correction) {
            Ok(at) => SigningTime { at, correction },
            Err(_) => SigningTime { at: now, correction: SignedDuration::ZERO },
        }
    }

    /// Records that the provider has refused `time`; `ahead` is the difference known since its answer.
    pub fn refuse(&self, time: SigningTime, ahead: Option<SignedDuration>) -> ClockRemedy {
        let mut refused = self.refused();
        refused.add(time.correction);
        let next = refused.correction(ahead);
        let was_refused = |it: Option<SignedDuration>| it.is_some_and(|it| is_near(it, next));
        if was_refused(refused.last) || was_refused(refused.before) {
            ClockRemedy::SetClock
        } else {
            ClockRemedy::AnotherTime
        }
    }

    fn refused(&self) -> MutexGuard<'_, RefusedTimes> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RefusedTimes {
    fn add(&mut self, correction: SignedDuration) {
        if let Some(last) = self.last.filter(|last| !is_near(*last, correction)) {
            self.before = Some(last);
        }
        self.last = Some(correction);
    }

    /// The correction of the next time: none where the provider's time was the last to be refused.
    fn correction(&self, ahead: Option<SignedDuration>) -> SignedDuration {
        ahead
            .filter(|ahead| !is_near(*ahead, SignedDuration::ZERO))
            .filter(|ahead| self.last.is_none_or(|last| !is_near(*ahead, last)))
            .unwrap_or_default()
    }
}

fn is_near(one: SignedDuration, other: SignedDuration) -> bool {
    (one - other).abs() <= WORTH_CORRECTING
}

impl SigningTime {
    /// `outcome`, with a note if the signature does not show this machine's time.
    ///
    /// # Errors
    ///
    /// That of `outcome`, with the same note.
    pub fn noted_in(
        self,
        outcome: Result<Receipt, SendError>,
        renderer: &Renderer,
    ) -> Result<Receipt, SendError> {
        let Some(note) = self.note(renderer) else { return outcome };
        match outcome {
            Ok(Receipt { words, refused, deferred }) => {
                Ok(Receipt { words: format!("{words}; {note}"), refused, deferred })
            }
            Err(err) => Err(err.map_reason(|reason| format!("{reason}; {note}"))),
        }
    }

    /// The note of `renderer` about a correction.
    fn note(self, renderer: &Renderer) -> Option<String> {
        (!self.correction.is_zero()).then(|| renderer.clock_note(self.correction))
    }
}

#[cfg(test)]
mod tests;
