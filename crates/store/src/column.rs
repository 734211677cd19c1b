//! Values as they are kept in columns.

use fanfare_core::{
    Alert, ClockLeads, ContractStatus, DeliveryStatus, Fingerprint, Handled, HeartbeatName, Identity,
    InvalidHeartbeatName, Severity, Status, Unless,
};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::StoreError;

/// A time as it is kept: in UTC milliseconds.
pub(crate) fn from_time(at: Timestamp) -> i64 {
    at.as_millisecond()
}

pub(crate) fn to_time(millis: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(millis)
        .map_err(|err| StoreError::Damaged { what: "a time", reason: err.to_string() })
}

/// The first and the last time that can be kept.
pub(crate) const FIRST_MILLIS: i64 = -377_705_023_201_000;
pub(crate) const LAST_MILLIS: i64 = 253_402_207_200_999;

/// The time `at` as it will be read back: nothing may depend on whether a restart lay between.
pub(crate) fn as_kept(at: Timestamp) -> Result<Timestamp, StoreError> {
    to_time(from_time(at))
}

/// A lead of one clock over another as it is kept: in milliseconds.
pub(crate) fn from_lead(lead: SignedDuration) -> i64 {
    i64::try_from(lead.as_millis()).unwrap_or(i64::MAX)
}

/// The leads of the time scales, from their two columns.
pub(crate) fn to_leads(promise: i64, certain: i64) -> ClockLeads {
    ClockLeads {
        promise: SignedDuration::from_millis(promise),
        certain: SignedDuration::from_millis(certain),
    }
}

/// A fingerprint's bits as they are kept: SQL's integers are signed.
pub(crate) fn from_bits(bits: u64) -> i64 {
    bits.cast_signed()
}

/// The identity of a fingerprint as it is kept.
pub(crate) fn from_identity(fingerprint: Fingerprint) -> Option<[u8; 16]> {
    fingerprint.identity().map(Identity::to_bytes)
}

/// The identity from its column; `None` for a row from before identities were kept.
pub(crate) fn to_identity(bytes: Option<&[u8]>) -> Option<Identity> {
    bytes.and_then(|it| it.try_into().ok()).map(Identity::from_bytes)
}

/// An alert from its JSON, with the identity of its fingerprint, which stands in a column.
pub(crate) fn to_alert(json: &str, identity: Option<&[u8]>) -> Result<Alert, StoreError> {
    let alert: Alert = to_json("an alert", json)?;
    let fingerprint = alert.fingerprint.with_identity(to_identity(identity));
    Ok(Alert { fingerprint, ..alert })
}

pub(crate) fn from_json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value)
        .map_err(|err| StoreError::Damaged { what: "a value", reason: err.to_string() })
}

pub(crate) fn to_json<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|err| StoreError::Damaged { what, reason: err.to_string() })
}

pub(crate) fn to_severity(word: &str) -> Result<Severity, StoreError> {
    word.parse().map_err(|err: fanfare_core::InvalidSeverity| StoreError::Damaged {
        what: "a severity",
        reason: err.to_string(),
    })
}

pub(crate) fn to_contract_status(word: &str) -> Result<ContractStatus, StoreError> {
    from_word("the state of a contract", word)
}

pub(crate) fn to_handled(word: &str) -> Result<Handled, StoreError> {
    match word {
        "retried" => Ok(Handled::Retried),
        "discarded" => Ok(Handled::Discarded),
        _ => Err(StoreError::Damaged { what: "what was done about a notification", reason: word.to_owned() }),
    }
}

pub(crate) fn to_delivery_status(word: &str) -> Result<DeliveryStatus, StoreError> {
    match word {
        "pending" => Ok(DeliveryStatus::Pending),
        "delivered" => Ok(DeliveryStatus::Delivered),
        "dead" => Ok(DeliveryStatus::Dead),
        "discarded" => Ok(DeliveryStatus::Discarded),
        _ => Err(StoreError::Damaged { what: "the state of a delivery", reason: word.to_owned() }),
    }
}

pub(crate) fn to_unless(word: &str) -> Result<Unless, StoreError> {
    from_word("the condition of an escalation", word)
}

pub(crate) fn to_heartbeat_name(text: &str) -> Result<HeartbeatName, StoreError> {
    text.parse().map_err(|err: InvalidHeartbeatName| StoreError::Damaged {
        what: "the name of a heartbeat",
        reason: err.to_string(),
    })
}

pub(crate) fn to_status(word: &str) -> Result<Status, StoreError> {
    from_word("the status of an alert", word)
}

/// A value that is kept as the same word as in JSON.
fn from_word<T: DeserializeOwned>(what: &'static str, word: &str) -> Result<T, StoreError> {
    serde_json::from_value(serde_json::Value::String(word.to_owned()))
        .map_err(|err| StoreError::Damaged { what, reason: err.to_string() })
}

/// A count as it is kept: SQL's integers are signed, and no count comes near their end.
pub(crate) fn from_count(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

pub(crate) fn to_count(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

/// Numbered placeholders of `count` values, the first numbered `first`, e.g. `?2, ?3`.
pub(crate) fn placeholders(first: usize, count: usize) -> String {
    let numbered: Vec<String> = (first..first + count).map(|number| format!("?{number}")).collect();
    numbered.join(", ")
}
