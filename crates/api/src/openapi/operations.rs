//! One operation an endpoint: summary, parameters, request and responses.

use utoipa::openapi::path::{Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Content, Ref, RefOr, Required, ResponseBuilder, Schema};
use utoipa::{IntoParams, PartialSchema as _, ToSchema};

use crate::Endpoint;
use crate::shapes::{
    AcknowledgeRequest, AcknowledgeResult, AlertExplanation, AlertList, AlertQuery, AttemptList, AuditReport,
    ChannelList, ChannelReport, ChannelTestRequest, ChannelTestResult, DeadLetterDetails, DeadLetterList,
    DeadLetterQuery, DeadLetterSelection, DeliveryDetails, DeliveryList, DeliveryQuery, DiscardResult,
    ErrorResponse, ForgetHeartbeatRequest, ForgetHeartbeatResult, GatewayStatus, HeartbeatList,
    HeartbeatQuery, RetryResult,
};

/// The media type of every body.
const JSON: &str = "application/json";

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
    add(named::<RetryResult>());
    schemas
}

/// A type's name and schema, and those of the types in it.
type Named = (String, RefOr<Schema>, Vec<(String, RefOr<Schema>)>);

fn named<T: ToSchema>() -> Named {
    let mut further = Vec::new();
    T::schemas(&mut further);
    (T::name().into_owned(), T::schema(), further)
}

fn get<Answer: ToSchema>(endpoint: Endpoint, summary: &str) -> OperationBuilder {
    OperationBuilder::new()
        .operation_id(Some(endpoint.to_string()))
        .summary(Some(summary))
        .response("200", success::<Answer>("The request was carried out."))
        .response("400", failure("The request cannot be read."))
        .response("401", failure("The token is missing or wrong."))
        .response("403", failure("The gateway has no token, and the request comes from elsewhere."))
        .response("503", failure("The store cannot be used, too many alerts wait to be written, or the gateway is stopping; `Retry-After` says when to try again."))
}

fn post<Request: ToSchema, Answer: ToSchema>(endpoint: Endpoint, summary: &str) -> OperationBuilder {
    get::<Answer>(endpoint, summary).request_body(Some(body::<Request>()))
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

fn success<Answer: ToSchema>(description: &str) -> utoipa::openapi::Response {
    let content = Content::new(Some(reference::<Answer>()));
    ResponseBuilder::new().description(description).content(JSON, content).build()
}

fn failure(description: &str) -> utoipa::openapi::Response {
    success::<ErrorResponse>(description)
}

fn reference<T: ToSchema>() -> Ref {
    Ref::from_schema_name(T::name())
}

fn number(name: &str, description: &str) -> Parameter {
    parameter(name, description).schema(Some(i64::schema())).build()
}

fn text(name: &str, description: &str) -> Parameter {
    parameter(name, description).schema(Some(String::schema())).build()
}

fn parameter(name: &str, description: &str) -> ParameterBuilder {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(description))
}
