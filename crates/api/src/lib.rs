//! The JSON of a gateway's HTTP API, in both directions, and its OpenAPI document.
//!
//! The gateway writes these types and the command line reads them, so that a field
//! stands in one place. The crate knows no other one of the workspace: a change of
//! the store or of a decision does not change the API by accident. Requests refuse
//! fields they do not know; answers may gain fields.
//!
//! The modules stand from the document down to its words: each uses only those below it.

mod openapi;
mod root_endpoint;
mod endpoint;
mod shapes;
mod words;
mod word;

pub use crate::endpoint::{Endpoint, EndpointMethod};
pub use crate::openapi::{OPENAPI_JSON, openapi_json};
pub use crate::root_endpoint::RootEndpoint;
pub use crate::shapes::{
    AcceptedAlert, AcknowledgeRequest, AcknowledgeResult, AcknowledgeStatus, AcknowledgedBy, AlertContent,
    AlertExplanation, AlertList, AlertQuery, AlertReading, AttemptList, AuditReport, BrokenContract,
    ChannelBudget, ChannelError, ChannelList, ChannelQuota, ChannelReport, ChannelTestRequest,
    ChannelTestResult, ConfigProblem, ContractCounts, ContractTerms, DeadLetterDetails, DeadLetterEntry,
    DeadLetterList, DeadLetterQuery, DeadLetterSelection, DeliveryAttempt, DeliveryDetails, DeliveryList,
    DeliveryQuery, DeliveryStageCounts, DiscardResult, ErrorDetails, ErrorResponse, EscalationRung,
    EventDetails, ExplainedAcknowledgement, ExplainedDelivery, ExplainedNotification, ExplainedStep,
    FiringIncidents, ForgetHeartbeatRequest, ForgetHeartbeatResult, GatewayStatus, HeardHeartbeat,
    HeartbeatList, HeartbeatQuery, HeartbeatReport, HeartbeatResult, HeldReceiver, IncidentAlert,
    IngestPreview, IngestQuery, IngestResult, LedgerContradiction, LedgerSubject, LeftOutRows, ListedAlert,
    ListedDelivery, MentionedPeople, NotReadyCause, NotificationSummary, NotificationTally, PolicyGap,
    PreviewedAlert, ProblemLevel, ReceiverTerms, RefusedReload, ReloadResult, ReportedText, RequiredChannels,
    RetryResult, RobotReply, RouteCheck, RouteReason, RoutingExplanation, ScriptFinding, SourceReport,
    StepDetails, StoreReport, SuppressedReceiver, TimelineEvent, UnaccountedRow, UnderstoodAlert,
    UnsettledContracts,
};
pub use crate::word::{UnknownWord, parse_word};
pub use crate::words::{
    AlertSeverity, AlertState, AlertType, AttemptVerdict, ChannelCondition, ContractProgress, DeliveryStage,
    EscalationCondition, HeartbeatCondition, IngestStatus, LetterHandling, NotificationReason, QuotaUse,
    ReloadStatus, RungReason, SendOrder, SuppressionReason, TestVerdict, TurnReason,
};
