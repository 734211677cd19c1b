//! Alerts, routing, delivery decisions, and the contract of a channel.
//!
//! This crate decides; it never acts. It opens no socket, reads no clock, draws
//! no random number and starts no task: whatever it needs to know of the world,
//! `now` included, is handed to it. The `gateway` crate does the acting.
//!
//! The modules stand top to bottom: each uses only those that stand below it.

mod decide;

mod contract_notice;
mod plan;
mod policy;
mod route;
mod marked_text;
mod presence;
mod matcher;
mod receiver;
mod incident;
mod escalation;

mod notifier;
mod locale;
mod digest;
mod notification;
mod terms;
mod why;
mod alert;

mod limits;
mod waiting_line;
mod budgets;
mod budget;
mod quota;
mod circuit;
mod backlog;
mod retry;
mod attempt;

mod local_fault;
mod ack_token;
mod proxy_login;
mod secret;
mod ledger_sentence;
mod text;
mod numbers;
mod told_apart;
mod hash;
mod duration;
mod time_record;
mod heartbeats;
mod expiry_board;
mod moment;
mod clock;
mod severity;
mod incident_key;
mod device_key;
mod alarm_numbers;
mod id;
mod fingerprint;
mod labels;

#[cfg(test)]
mod fixtures;

pub use crate::ack_token::{AckKey, AckToken, BadAckToken};
pub use crate::alarm_numbers::AlarmNumbers;
pub use crate::alert::{AlarmNaming, Alert, Kind, Mention, Status, StatusBasis};
pub use crate::attempt::{Attempt, IdempotencyKey, MessageForm, Receipt, Refusal, SendError};
pub use crate::backlog::{Backlog, QueueKey, Turn, Waiting};
pub use crate::budget::{Budget, Share, SlidingWindow};
pub use crate::budgets::SlidingWindows;
pub use crate::circuit::{Circuit, Failure, Gate, Health};
pub use crate::clock::{Clock, SystemClock};
pub use crate::contract_notice::{
    AbandonedContract, Confirmation, ContractNotice, GROWTH_INTERVAL, NoticeChange, NoticeChannel, NoticeKey,
    OTHER_CHANNELS, RaiseReason, RaisedNotice, covered_contracts, gather_notices, notice_changes,
    notice_end_receivers, notice_receivers,
};
pub use crate::decide::{
    AccountHold, AckAudience, AlertEntry, AlertRef, AssignedIds, Changes, ChannelAvailability, Committed,
    CommittedAlert, CommittedStep, DeadLetterId, DecisionContext, DecisionState, Delivery, DeliveryChange,
    DeliveryOutcome, DeliveryState, DeliveryStatus, DeliveryUpdate, DigestRef, DiscardReason, EXPIRY_MARK,
    EvaluationTime, Handled, IncidentNotifications, IncidentStatus, IncidentUpdate, IncomingAlert,
    InvalidDeadLetterId, NewAcknowledgement, NewAlert, NewAttempt, NewDelivery, NewGroupedAlert,
    NewNotification, NewStep, NewestAlert, NotificationContent, NotificationRecord, NotificationRef,
    NotificationState, NotificationUpdate, Obstacle, OpenIncident, Recheck, RecheckAt, RepeatKey,
    RepeatedAlert, SendEnd, SendId, Settlement, StateKey, TimerKey, ToldChannel, ToldContent, accept,
    accept_planned, acknowledge, discard, expire, give_up, is_expiry, obstacle, recheck, retry, settle,
    withdraw,
};
pub use crate::device_key::DeviceKey;
pub use crate::digest::Digest;
pub use crate::duration::{HumanDuration, InvalidDuration};
pub use crate::escalation::{
    Blocked, ChannelDelivery, ChannelFailure, ContractState, ContractStatus, DeliveryProgress,
    EscalationDecision, EscalationReason, Step, evaluate_contract,
};
pub use crate::expiry_board::{ExpiredAlarm, ExpiryBoard};
pub use crate::fingerprint::{Fingerprint, Identity, InvalidFingerprint};
pub use crate::hash::stable_hash;
pub use crate::heartbeats::{
    BeatOutcome, ExpectedHeartbeats, HeartbeatBoard, HeartbeatKey, HeartbeatName, HeartbeatRule,
    HeartbeatState, HeartbeatStatus, InvalidHeartbeatName, KnownHeartbeat, NamePattern, SavedDue,
};
pub use crate::id::{
    AlertId, ChannelName, DeliveryId, GroupKey, NotificationId, PolicyId, ReceiverName, SourceName,
};
pub use crate::incident::{Incident, LastNotified};
pub use crate::incident_key::{IncidentDigest, IncidentKey};
pub use crate::labels::Labels;
pub use crate::ledger_sentence::LedgerSentence;
pub use crate::limits::{Account, Egress, Limits};
pub use crate::local_fault::{is_local_fault, is_local_look_up_fault};
pub use crate::locale::{InvalidLanguage, Language, Locale};
pub use crate::marked_text::MarkedText;
pub use crate::matcher::{InvalidMatcher, Matcher, Operator};
pub use crate::moment::{ClockLeads, Moment, shifted};
pub use crate::notification::{Acknowledgement, GroupedAlert, Notification};
pub use crate::notifier::{
    BuildError, Channel, Context, Notifier, SandboxAccount, SandboxDoors, SettingWarning,
};
pub use crate::numbers::{name_without_readings, warm_up_numbers, without_readings};
pub use crate::plan::{
    Decision, IncidentChange, Plan, RoutedReceiver, Suppression, Verdict, plan, route_alert,
};
pub(crate) use crate::plan::{plan_routed, plan_unclear, plan_words};
pub use crate::policy::{InvalidPolicy, Policy};
pub(crate) use crate::presence::{presence_form, says_presence};
pub use crate::proxy_login::ProxyLogin;
pub use crate::quota::{Quota, QuotaLevel, QuotaPeriod};
pub use crate::receiver::Receiver;
pub use crate::retry::{GiveUp, Next, RetryPolicy, RetryState};
pub use crate::route::{Match, Route, RoutePath};
pub use crate::secret::Secret;
pub use crate::severity::{InvalidSeverity, Severity};
pub use crate::terms::{Contract, DeliveryTerms, Rung, Sending, Succeed, Unless};
pub use crate::text::{addresses, cut_point, cut_to_bytes, keep_lines, one_line, space_after_addresses};
pub use crate::time_record::{ClockReading, TimePassed, TimeRecord, resume, time_passed};
pub use crate::told_apart::{ALARM_CODE_FIELDS, DEVICE_NUMBER_FIELDS, PLACE_FIELDS, plain_name};
pub use crate::waiting_line::{PlaceInLine, WaitingLine};
pub use crate::why::Why;
