//! The dead letters that a request names.

use fanfare_api::DeadLetterSelection;
use fanfare_gateway::{DeadLetterFilter, DeadLetterId, DeadLetters, InvalidDeadLetterId};
use jiff::Timestamp;

use crate::access::Admitted;
use crate::api::body;
use crate::refusal::HttpRefusal;
use crate::request::UnreadBody;

/// A request about dead letters, as it was understood.
#[derive(Debug)]
pub(super) struct Selection {
    /// The dead letters.
    pub(super) letters: DeadLetters,
    /// The name of the person, for the ledger.
    pub(super) by: String,
    /// The reason as it was sent.
    pub(super) reason: Option<String>,
}

impl Selection {
    pub(super) async fn read(body: UnreadBody, admitted: &Admitted) -> Result<Self, HttpRefusal> {
        let DeadLetterSelection { ids, channel, receiver, since, until, by, reason } =
            body::read(body, admitted).await?;
        let filter = filter(channel, receiver, since, until);
        let letters = match (ids, filter == DeadLetterFilter::default()) {
            (Some(ids), true) => DeadLetters::These(read_ids(&ids)?),
            (None, false) => DeadLetters::All(filter),
            (Some(_), false) | (None, true) => return Err(unclear()),
        };
        Ok(Self { letters, by: body::person(by.as_deref())?, reason })
    }
}

/// The refusal of a request that names nothing, which would be one about everything.
fn unclear() -> HttpRefusal {
    HttpRefusal::bad_request(
        "say which dead letters: either `ids`, or some of `channel`, `receiver`, `since` and `until`",
    )
}

pub(super) fn filter(
    channel: Option<String>,
    receiver: Option<String>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
) -> DeadLetterFilter {
    DeadLetterFilter {
        channel: channel.as_deref().map(Into::into),
        receiver: receiver.as_deref().map(Into::into),
        since,
        until,
    }
}

fn read_ids(ids: &[String]) -> Result<Vec<DeadLetterId>, HttpRefusal> {
    (0..)
        .zip(ids)
        .map(|(index, id): (usize, _)| read_id(id).map_err(|err| err.at(format!("ids[{index}]"))))
        .collect()
}

pub(super) fn read_id(id: &str) -> Result<DeadLetterId, HttpRefusal> {
    id.parse().map_err(|err: InvalidDeadLetterId| HttpRefusal::bad_request(err.to_string()))
}
