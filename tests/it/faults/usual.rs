//! Faults that every provider over HTTP can have, and how they usually end.

use fanfare_sandbox::Fault;

use crate::samples::{FaultEnd, KindFault, Repeats, SampleChannel, Word};

/// A fault of any provider over HTTP.
pub(super) struct UsualFault {
    pub(super) name: &'static str,
    pub(super) fault: fn() -> Fault,
    /// Words of the delivery's reason while the fault is on.
    says: &'static str,
    end: UsualEnd,
}

/// The usual end of a delivery that met a fault.
#[derive(Debug, Clone, Copy)]
enum UsualEnd {
    /// Told once the fault is gone.
    Recovers,
    /// The same, where the provider had it already: only its key keeps people from seeing it again.
    Repeats,
    /// The provider will never take it.
    GivenUp,
    /// The provider's word is missing. Where the status is its word, it is there.
    NoWord,
    /// The provider's own words, of which only the label is wrong.
    Delivered,
}

const fn usual(name: &'static str, fault: fn() -> Fault, says: &'static str, end: UsualEnd) -> UsualFault {
    UsualFault { name, fault, says, end }
}

/// Faults of the connection.
pub(super) const CONNECTIONS: &[UsualFault] = &[
    usual("closes", || Fault::Close, "unanswered: ", UsualEnd::Recovers),
    usual("hangs", || Fault::Hang, "unanswered: ", UsualEnd::Recovers),
    usual("answers-late", || Fault::Late { millis: 1_500 }, "unanswered: ", UsualEnd::Repeats),
    usual("answers-slowly", || Fault::Slow { millis: 150 }, "unanswered: ", UsualEnd::Repeats),
    usual("hangs-up-while-it-answers", || Fault::Reset, "unanswered: ", UsualEnd::Repeats),
    usual("hangs-up-before-it-stores", || Fault::ResetBeforeStoring, "unanswered: ", UsualEnd::Recovers),
];

/// Answers that are not the provider's.
pub(super) const ANSWERS: &[UsualFault] = &[
    usual("says-400", || Fault::status(400), "unsendable as it is: HTTP 400", UsualEnd::GivenUp),
    usual("says-401", || Fault::status(401), "misconfigured: HTTP 401", UsualEnd::Recovers),
    usual("says-403", || Fault::status(403), "misconfigured: HTTP 403", UsualEnd::Recovers),
    usual("says-404", || Fault::status(404), "misconfigured: HTTP 404", UsualEnd::Recovers),
    usual("says-429", || Fault::too_many_requests(1), "throttled: HTTP 429", UsualEnd::Recovers),
    usual("says-500", || Fault::status(500), "not delivered: HTTP 500", UsualEnd::Recovers),
    usual("says-502", || Fault::status(502), "not delivered: HTTP 502", UsualEnd::Recovers),
    usual("says-503", || Fault::status(503), "not delivered: HTTP 503", UsualEnd::Recovers),
    usual("says-504", || Fault::status(504), "unanswered: HTTP 504", UsualEnd::Recovers),
    usual("shows-a-page", Fault::html_in_200, "unanswered: HTTP 200", UsualEnd::NoWord),
    usual("punishes", || Fault::Punish, "unanswered: ", UsualEnd::NoWord),
    usual("says-half-a-sentence", Fault::garbage_json, "unanswered: HTTP 200", UsualEnd::NoWord),
    usual("says-nothing", Fault::empty_body, "(empty)", UsualEnd::NoWord),
    usual("says-it-as-a-page", as_a_page, "", UsualEnd::Delivered),
];

fn as_a_page() -> Fault {
    Fault::ContentType { content_type: "text/html".to_owned() }
}

impl UsualFault {
    /// The end with a channel like this, unless the kind says otherwise.
    pub(super) fn expected_of(&self, sample: &SampleChannel) -> KindFault {
        let http = sample.http();
        let (end, says) = match (self.end, http.repeats, http.word) {
            (UsualEnd::Repeats, Repeats::Shown, _) => (FaultEnd::RecoversWithRepeats, self.says),
            (UsualEnd::NoWord, _, Word::Status) => (FaultEnd::Believed, http.receipt.as_str()),
            (UsualEnd::GivenUp, ..) => (FaultEnd::GivenUp, self.says),
            (UsualEnd::Delivered, ..) => (FaultEnd::Delivered, http.receipt.as_str()),
            (UsualEnd::Recovers | UsualEnd::Repeats | UsualEnd::NoWord, ..) => {
                (FaultEnd::Recovers, self.says)
            }
        };
        KindFault { name: self.name.to_owned(), fault: None, end, says: says.to_owned() }
    }
}
