//! One operation an endpoint: summary, parameters, request and responses.

use utoipa::openapi::path::{Operation, OperationBuilder, ParameterIn};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Content, Required, ResponseBuilder};
use utoipa::{IntoParams, ToSchema};

use super::parts::{JSON, failure, later, number, reference, success, text, unauthorized};
use crate::Endpoint;
use crate::shapes::{
    AcknowledgeRequest, AcknowledgeResult, AlertExplanation, AlertList, AlertQuery, AttemptList, AuditReport,
    ChannelList, ChannelReport, ChannelTestRequest, ChannelTestResult, DeadLetterDetails, DeadLetterList,
    DeadLetterQuery, DeadLetterSelection, DeliveryDetails, DeliveryList, DeliveryQuery, DiscardResult,
    ForgetHeartbeatRequest, ForgetHeartbeatResult, GatewayStatus, HeartbeatList, HeartbeatQuery, RetryResult,
};

/// The description of `endpoint`.
pub(super) fn operation(endpoint: Endpoint) -> Operation {
    match endpoint {
        Endpoint::ListAlerts => get::<AlertList>(endpoint, "Lists accepted alerts, the newest first")
            .parameters(Some(AlertQuery::into_params(|| Some(ParameterIn::Query)))),
        Endpoint::ExplainAlert => {
            get::<AlertExplanation>(endpoint, "Explains everything that happened to an alert")
                .parameter(number("id", "The number of the alert."))
                .response("404", failure("The alert is not known, or not any more."))
        }
        Endpoint::AcknowledgeAlert => {
            post::<AcknowledgeRequest, AcknowledgeResult>(endpoint, "Acknowledges the incident of an alert")
                .parameter(number("id", "The number of the alert."))
                .response("404", failure("The alert is not known, or nobody was told of it."))
                .response("409", failure("The incident is over."))
        }
        Endpoint::ListDeliveries => get::<DeliveryList>(endpoint, "Lists deliveries, the newest first")
            .parameters(Some(DeliveryQuery::into_params(|| Some(ParameterIn::Query)))),
        Endpoint::ShowDelivery => get::<DeliveryDetails>(endpoint, "Shows a delivery with its attempts")
            .parameter(number("id", "The number of the delivery."))
            .response("404", failure("The delivery is not known, or not any more.")),
        Endpoint::ListAttempts => {
            get::<AttemptList>(endpoint, "Lists the attempts of a delivery, the oldest first")
                .parameter(number("id", "The number of the delivery."))
        }
        Endpoint::ListDeadLetters => {
            get::<DeadLetterList>(endpoint, "Lists dead letters, those of the newest notification first")
                .parameters(Some(DeadLetterQuery::into_params(|| Some(ParameterIn::Query))))
        }
        Endpoint::RetryDeadLetters => {
            post::<DeadLetterSelection, RetryResult>(endpoint, "Has dead letters tried again at once")
        }
        Endpoint::DiscardDeadLetters => {
            post::<DeadLetterSelection, DiscardResult>(endpoint, "Discards dead letters")
        }
        Endpoint::ShowDeadLetter => {
            get::<DeadLetterDetails>(endpoint, "Shows a dead letter with its attempts")
                .parameter(text("id", "The name of the dead letter, e.g. `d17`."))
                .response("404", failure("The dead letter was handled, or there never was one."))
        }
        Endpoint::ListChannels => get::<ChannelList>(endpoint, "Lists the channels, sorted by name"),
        Endpoint::ShowChannel => get::<ChannelReport>(endpoint, "Shows a channel")
            .parameter(text("name", "The name of the channel in the config."))
            .response("404", failure("The config has no such channel.")),
        Endpoint::TestChannel => test_channel(endpoint),
        Endpoint::ListHeartbeats => get::<HeartbeatList>(endpoint, "Lists the heartbeats that are expected")
            .parameters(Some(HeartbeatQuery::into_params(|| Some(ParameterIn::Query)))),
        Endpoint::ForgetHeartbeat => forget_heartbeat(endpoint),
        Endpoint::Status => get::<GatewayStatus>(endpoint, "Shows the state of the gateway"),
        Endpoint::Audit => get::<AuditReport>(endpoint, "Accounts for everything that was accepted"),
        Endpoint::OpenApi => return public(endpoint, "Serves this document"),
    }
    .build()
}

fn test_channel(endpoint: Endpoint) -> OperationBuilder {
    let summary = "Sends a marked test message through a channel and waits for its provider's answer";
    let waiting = success::<ChannelTestResult>("The test is stored, and its first attempt still to come.");
    post::<ChannelTestRequest, ChannelTestResult>(endpoint, summary)
        .parameter(text("name", "The name of the channel in the config."))
        .response("202", waiting)
        .response("404", failure("The config has no such channel."))
}

fn forget_heartbeat(endpoint: Endpoint) -> OperationBuilder {
    let summary = "Forgets a heartbeat that a pattern has learned, until it is heard again";
    post::<ForgetHeartbeatRequest, ForgetHeartbeatResult>(endpoint, summary)
        .response("404", failure("No pattern has learned such a heartbeat."))
}

fn get<Answer: ToSchema>(endpoint: Endpoint, summary: &str) -> OperationBuilder {
    OperationBuilder::new()
        .operation_id(Some(endpoint.to_string()))
        .summary(Some(summary))
        .response("200", success::<Answer>("The request was carried out."))
        .response("400", failure("The request cannot be read."))
        .response("401", unauthorized("The token is missing or wrong."))
        .response("403", failure("The gateway has no token, and the request comes from elsewhere, or from a web page that the config does not list."))
        .response("503", later("The store cannot be used, too many alerts wait to be written, or the gateway is stopping."))
}

fn post<Request: ToSchema, Answer: ToSchema>(endpoint: Endpoint, summary: &str) -> OperationBuilder {
    get::<Answer>(endpoint, summary)
        .request_body(Some(body::<Request>()))
        .response("408", failure("The body did not arrive in time."))
        .response("413", failure("The body is longer than it can be."))
}

/// The description of an endpoint that needs no token.
fn public(endpoint: Endpoint, summary: &str) -> Operation {
    let any = Content::new(Some(ObjectBuilder::new().schema_type(Type::Object).build()));
    OperationBuilder::new()
        .operation_id(Some(endpoint.to_string()))
        .summary(Some(summary))
        .security(SecurityRequirement::default())
        .response("200", ResponseBuilder::new().description("The document.").content(JSON, any).build())
        .build()
}

fn body<Request: ToSchema>() -> RequestBody {
    RequestBodyBuilder::new()
        .content(JSON, Content::new(Some(reference::<Request>())))
        .required(Some(Required::True))
        .build()
}
