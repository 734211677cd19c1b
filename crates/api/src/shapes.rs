//! The requests and answers, one file a subject.

mod explanation;
mod timeline;
mod steps;
mod reload;
mod scripts;
mod audit;
mod status;
mod channels;
mod acknowledge;
mod dead_letters;
mod deliveries;
mod attempt;
mod terms;
mod alerts;
mod ingest;
mod heartbeats;
mod robots;
mod error;

pub use self::acknowledge::{AcknowledgeRequest, AcknowledgeResult, AcknowledgeStatus, AcknowledgedBy};
pub use self::alerts::{
    AlertContent, AlertList, AlertQuery, ListedAlert, MentionedPeople, NotificationSummary,
    NotificationTally, SuppressedReceiver,
};
pub use self::attempt::{AttemptList, DeliveryAttempt};
pub use self::audit::{
    AuditReport, ContractCounts, DeliveryStageCounts, LedgerContradiction, LedgerSubject, UnaccountedRow,
};
pub use self::channels::{
    ChannelBudget, ChannelError, ChannelList, ChannelQuota, ChannelReport, ChannelTestRequest,
    ChannelTestResult,
};
pub use self::dead_letters::{
    DeadLetterDetails, DeadLetterEntry, DeadLetterList, DeadLetterQuery, DeadLetterSelection, DiscardResult,
    RetryResult,
};
pub use self::deliveries::{DeliveryDetails, DeliveryList, DeliveryQuery, ListedDelivery};
pub use self::error::{ErrorDetails, ErrorResponse};
pub use self::explanation::{
    AlertExplanation, ExplainedAcknowledgement, ExplainedDelivery, ExplainedNotification, IncidentAlert,
    LeftOutRows, PolicyGap, ReportedText, RouteCheck, RouteReason, RoutingExplanation,
};
pub use self::heartbeats::{
    ForgetHeartbeatRequest, ForgetHeartbeatResult, HeardHeartbeat, HeartbeatList, HeartbeatQuery,
    HeartbeatReport, HeartbeatResult,
};
pub use self::ingest::{
    AcceptedAlert, AlertReading, HeldReceiver, IngestPreview, IngestQuery, IngestResult, PreviewedAlert,
    UnderstoodAlert,
};
pub use self::reload::{ConfigProblem, ProblemLevel, RefusedReload, ReloadResult};
pub use self::robots::RobotReply;
pub use self::scripts::ScriptFinding;
pub use self::status::{
    BrokenContract, FiringIncidents, GatewayStatus, NotReadyCause, SourceReport, StoreReport,
    UnsettledContracts,
};
pub use self::steps::{ExplainedStep, StepDetails};
pub use self::terms::{ContractTerms, EscalationRung, ReceiverTerms, RequiredChannels};
pub use self::timeline::{EventDetails, TimelineEvent};
