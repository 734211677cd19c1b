//! The types of requests and answers.

use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use crate::shapes::{
    AcknowledgeRequest, AcknowledgeResult, AlertExplanation, AlertList, AttemptList, AuditReport,
    ChannelList, ChannelTestRequest, ChannelTestResult, DeadLetterDetails, DeadLetterList,
    DeadLetterSelection, DeliveryDetails, DeliveryList, DiscardResult, ErrorResponse, ForgetHeartbeatRequest,
    ForgetHeartbeatResult, GatewayStatus, HeartbeatList, HeartbeatResult, IngestPreview, IngestResult,
    RefusedReload, ReloadResult, RetryResult, RobotReply,
};

/// Every type that a request or an answer holds, by name.
pub(super) fn schemas() -> Vec<(String, RefOr<Schema>)> {
    let mut schemas = Vec::new();
    let mut add = |(name, schema, further): Named| {
        schemas.push((name, schema));
        schemas.extend(further);
    };
    add(named::<AcknowledgeRequest>());
    add(named::<AcknowledgeResult>());
    add(named::<AlertExplanation>());
    add(named::<AlertList>());
    add(named::<AttemptList>());
    add(named::<AuditReport>());
    add(named::<ChannelList>());
    add(named::<ChannelTestRequest>());
    add(named::<ChannelTestResult>());
    add(named::<DeadLetterDetails>());
    add(named::<DeadLetterList>());
    add(named::<DeadLetterSelection>());
    add(named::<DeliveryDetails>());
    add(named::<DeliveryList>());
    add(named::<DiscardResult>());
    add(named::<ErrorResponse>());
    add(named::<ForgetHeartbeatRequest>());
    add(named::<ForgetHeartbeatResult>());
    add(named::<GatewayStatus>());
    add(named::<HeartbeatList>());
    add(named::<HeartbeatResult>());
    add(named::<IngestPreview>());
    add(named::<IngestResult>());
    add(named::<RefusedReload>());
    add(named::<ReloadResult>());
    add(named::<RetryResult>());
    add(named::<RobotReply>());
    schemas
}

/// A type's name and schema, and those of the types in it.
type Named = (String, RefOr<Schema>, Vec<(String, RefOr<Schema>)>);

fn named<T: ToSchema>() -> Named {
    let mut further = Vec::new();
    T::schemas(&mut further);
    (T::name().into_owned(), T::schema(), further)
}
