//! One operation an endpoint outside `/api/v1` and method.

use serde_json::{Value, json};
use utoipa::openapi::example::{Example, ExampleBuilder};
use utoipa::openapi::path::{Operation, OperationBuilder, Parameter, ParameterIn};
use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{
    Content, ContentBuilder, Object, OneOfBuilder, RefOr, Required, Response, ResponseBuilder, Schema,
};

use super::parts::{
    JSON, TEXT, a_text, anything, failure, header, in_header, in_path, in_query, json_answer, later,
    optional, plain, reference, retry_after, success, text, unauthorized,
};
use super::security;
use crate::shapes::{
    ErrorResponse, HeartbeatResult, IngestPreview, IngestResult, RefusedReload, ReloadResult, RobotReply,
};
use crate::{EndpointMethod, RootEndpoint};

/// The media type of an HTML form, which is also what `curl -d` says of every body.
const FORM: &str = "application/x-www-form-urlencoded";

/// The media type of a page.
const HTML: &str = "text/html";

/// The media type of metrics by the standard.
const OPEN_METRICS: &str = "application/openmetrics-text";

/// The length of an `Idempotency-Key` at most.
const LONGEST_KEY: usize = 255;

/// The description of `endpoint` when it is asked by `method`.
pub(super) fn root_operation(endpoint: RootEndpoint, method: EndpointMethod) -> Operation {
    let operation = match endpoint {
        RootEndpoint::Ingest => ingest("Takes alerts of a source, in its format"),
        RootEndpoint::IngestWithToken => {
            ingest("Takes alerts of a source whose token stands in the address").parameter(token())
        }
        RootEndpoint::IngestOfPrometheus => {
            ingest("Takes alerts of a Prometheus that takes the source for an Alertmanager")
        }
        RootEndpoint::IngestOfPrometheusWithToken => {
            ingest("The same with the token of the source in the address").parameter(token())
        }
        RootEndpoint::Heartbeat => heartbeat(method, "Hears a heartbeat of a source"),
        RootEndpoint::HeartbeatWithToken => {
            heartbeat(method, "Hears a heartbeat of a source whose token stands in the address")
                .parameter(token())
        }
        RootEndpoint::DingTalkRobot => dingtalk_robot(),
        RootEndpoint::WeComBot => wecom_bot(),
        RootEndpoint::AckPage => ack_page(method),
        RootEndpoint::Healthy => healthy(),
        RootEndpoint::Ready => ready(),
        RootEndpoint::Reload => reload(),
        RootEndpoint::Metrics => metrics(),
    };
    let mut operation = operation.operation_id(Some(operation_id(endpoint, method))).build();
    if method == EndpointMethod::Head {
        leave_out_contents(&mut operation);
    }
    operation
}

/// The name of an operation in generated clients, e.g. `HeadReady`.
fn operation_id(endpoint: RootEndpoint, method: EndpointMethod) -> String {
    match endpoint.methods() {
        [_] => format!("{endpoint:?}"),
        _ => format!("{method:?}{endpoint:?}"),
    }
}

/// Takes the contents out of the answers: who asks for the head gets nothing else.
fn leave_out_contents(operation: &mut Operation) {
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response {
            response.content.clear();
        }
    }
}

fn ingest(summary: &str) -> OperationBuilder {
    let kept = "Every alert of the body is on the disk, with everything that it calls for.";
    let replayed =
        header("`true`: this is the answer to an earlier request with the same key.", Type::String);
    sender(summary)
        .parameters(Some(ingest_parameters()))
        .request_body(Some(ingest_body()))
        .response(
            "200",
            success::<IngestPreview>("`dry_run=1`: what would become of the body. Nothing was stored."),
        )
        .response("202", json_answer::<IngestResult>(kept).header("Idempotency-Replayed", replayed).build())
        .response("409", failure("A request with the same `Idempotency-Key` is under way."))
        .response("415", failure("The body is compressed in a way that is not read here."))
        .response(
            "422",
            failure(
                "The body can be read and is no alert, or another body came with the same `Idempotency-Key`.",
            ),
        )
        .response("429", later("The source posts more alerts than its `rate_limit` allows."))
}

fn ingest_parameters() -> Vec<Parameter> {
    let key = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(LONGEST_KEY))
        .pattern(Some("^[!-~]+$"))
        .build();
    let dry_run = one_of(["0", "1", "false", "true", ""]);
    vec![
        optional(
            "dry_run",
            "`1`: nothing is stored, and the answer says what would become of the body.",
            ParameterIn::Query,
        )
        .schema(Some(dry_run))
        .build(),
        in_query("eui", "The EUI of the device, where the body does not say it."),
        in_query("name", "The name of the device, where the body does not say it."),
        in_query("alarm", "The name of the alarm, where the body does not say it."),
        in_query("level", "The severity in the sender's own word, where the body does not say it."),
        in_header(
            "Idempotency-Key",
            "A key of this request: sent again with the same, it gets the first answer again, for 24 hours.",
        )
        .schema(Some(key))
        .build(),
        in_header("Content-Encoding", "The compression of the body. Gzip is known without it.")
            .schema(Some(one_of(["gzip", "deflate", "identity"])))
            .build(),
    ]
}

/// Some bodies of each media type. What a body must say is the source's `format` in the config.
fn ingest_body() -> RequestBody {
    let json = ContentBuilder::new().schema(Some(anything())).examples_from_iter([
        example(
            "thinklink",
            "format: tkl",
            json!({
                "eui": "6353012af1093062", "name": "cold room 2", "level": "urgent", "desc": "Current -9.4 °C"
            }),
        ),
        example(
            "alertmanager",
            "format: alertmanager",
            json!({
                "version": "4", "status": "firing", "alerts": [{
                    "status": "firing", "labels": { "alertname": "DiskFull", "severity": "critical" },
                    "annotations": { "summary": "/ is 97 % full" }, "startsAt": "2026-03-08T12:00:00Z"
                }]
            }),
        ),
        example(
            "prometheus",
            "format: alertmanager, as Prometheus posts itself",
            json!([{
                "labels": { "alertname": "DiskFull", "severity": "critical" }, "annotations": {},
                "startsAt": "2026-03-08T12:00:00Z", "endsAt": "2026-03-08T12:04:00Z"
            }]),
        ),
    ]);
    let form = ObjectBuilder::new()
        .schema_type(Type::Object)
        .additional_properties(Some(Schema::from(a_text())))
        .build();
    RequestBodyBuilder::new()
        .description(Some(
            "Alerts in the `format` of the source. They are read as what they are, whatever the media type says.",
        ))
        .content(JSON, json.build())
        .content(FORM, Content::new(Some(form)))
        .content(TEXT, Content::new(Some(a_text())))
        .required(Some(Required::True))
        .build()
}

fn example(name: &str, summary: &str, value: Value) -> (String, Example) {
    (name.to_owned(), ExampleBuilder::new().summary(summary).value(Some(value)).build())
}

fn heartbeat(method: EndpointMethod, summary: &str) -> OperationBuilder {
    let name = in_path(
        "name",
        "The name of the heartbeat; the source's `heartbeats` in the config name it, or a pattern.",
    );
    let operation = sender(summary)
        .parameter(name.schema(Some(a_text())).build())
        .response("200", success::<HeartbeatResult>("The heartbeat was heard."))
        .response("404", failure("The config has no such source, or the source expects no such heartbeat."))
        .response("422", failure("So many heartbeats are expected that no more are learned."));
    match method {
        EndpointMethod::Get | EndpointMethod::Head => operation,
        EndpointMethod::Post => operation.request_body(Some(any_body("What it says does not matter."))),
    }
}

/// A body of any media type, or none.
fn any_body(description: &str) -> RequestBody {
    RequestBodyBuilder::new()
        .description(Some(description))
        .content(JSON, Content::new(Some(anything())))
        .content(TEXT, Content::new(Some(a_text())))
        .required(Some(Required::False))
        .build()
}

/// An operation that is for the senders of a source.
fn sender(summary: &str) -> OperationBuilder {
    let signature_part =
        |name: &str, description: &str| in_header(name, description).schema(Some(a_text())).build();
    OperationBuilder::new()
        .summary(Some(summary))
        .securities(Some(security::of_senders()))
        .parameter(text("source", "The name of the source in the config."))
        .parameter(signature_part("webhook-id", "The name of a signed message, which is its `Idempotency-Key` as well."))
        .parameter(signature_part("webhook-timestamp", "The time of a signature, in seconds since 1970."))
        .response("400", failure("The request cannot be read."))
        .response("401", unauthorized("The credential is missing or wrong."))
        .response("403", failure("The source may not be posted to from this address, or a web page posts that the config does not list."))
        .response("404", failure("The config has no such source."))
        .response("408", failure("The body did not arrive in time."))
        .response("413", failure("The body is longer than the source's `max_body`, or holds more alerts than its `rate_limit` allows at once."))
        .response("503", unavailable())
}

fn token() -> Parameter {
    text("token", "The token of the source, `auth.path` in the config.")
}

fn dingtalk_robot() -> OperationBuilder {
    let message = json!({ "msgtype": "text", "text": { "content": "cold room 2: -9.4 °C" } });
    robot("Takes a message of a script for a robot of DingTalk", message)
        .parameter(in_query(
            "access_token",
            "The token of a source, or the name of one that is open to anybody.",
        ))
        .parameter(in_query("timestamp", "The time of the signature, in milliseconds since 1970."))
        .parameter(in_query("sign", "The signature, where the source asks for one."))
}

fn wecom_bot() -> OperationBuilder {
    let message = json!({ "msgtype": "markdown", "markdown": { "content": "**cold room 2**: -9.4 °C" } });
    robot("Takes a message of a script for a bot of WeCom", message)
        .parameter(in_query("key", "The token of a source, or the name of one that is open to anybody."))
}

/// An operation that answers as a provider does: with 200 and a code, also where it refuses.
fn robot(summary: &str, message: Value) -> OperationBuilder {
    let json = ContentBuilder::new()
        .schema(Some(anything()))
        .examples_from_iter([example("text", "A message as the provider takes it", message)])
        .build();
    let body = RequestBodyBuilder::new().content(JSON, json).required(Some(Required::True)).build();
    let kept = "`errcode` 0: everything the message calls for is on the disk. Any other: the provider's code for the refusal.";
    let failed = json_answer::<RobotReply>("The message cannot be kept: send it again.");
    let unserved = OneOfBuilder::new().item(reference::<RobotReply>()).item(reference::<ErrorResponse>());
    OperationBuilder::new()
        .summary(Some(summary))
        .security(SecurityRequirement::default())
        .parameter(in_query("dry_run", "`1`: nothing is stored."))
        .request_body(Some(body))
        .response("200", success::<RobotReply>(kept))
        .response("403", failure("A web page posts that the config does not list."))
        .response(
            "503",
            failed.content(JSON, Content::new(Some(unserved))).header("Retry-After", retry_after()).build(),
        )
}

fn ack_page(method: EndpointMethod) -> OperationBuilder {
    let page = |description: &str| page(description).build();
    let operation = OperationBuilder::new()
        .security(SecurityRequirement::default())
        .parameter(text(
            "token",
            "The part of the link that names the notification, with the gateway's signature.",
        ))
        .parameter(
            in_header("Accept-Language", "The languages of the reader: English or Chinese.")
                .schema(Some(a_text()))
                .build(),
        )
        .response("200", page("The page: the alert and its button, or what became of it."))
        .response("404", page("The link is not one of this gateway's, or not whole."))
        .response("410", page("The link is no longer valid."));
    match method {
        EndpointMethod::Get | EndpointMethod::Head => operation
            .summary(Some("Shows the alert of a message's link, and acknowledges nothing"))
            .response("503", page_or_refusal("The alert cannot be looked up.")),
        EndpointMethod::Post => operation
            .summary(Some("Acknowledges the incident of a message's link"))
            .request_body(Some(name_form()))
            .response("400", failure("The body did not arrive in full."))
            .response("403", failure("Another web page than the link's own posts."))
            .response("408", failure("The body did not arrive in time."))
            .response("413", failure("The form is longer than it can be."))
            .response("503", page_or_refusal("The acknowledgement cannot be kept.")),
    }
}

fn page(description: &str) -> ResponseBuilder {
    plain(description, &[HTML])
}

/// A page, or a refusal in the words of the API where no handler comes to its end.
fn page_or_refusal(description: &str) -> Response {
    or_refusal(page(description))
}

fn or_refusal(answer: ResponseBuilder) -> Response {
    let content = Content::new(Some(reference::<ErrorResponse>()));
    answer.content(JSON, content).header("Retry-After", retry_after()).build()
}

fn name_form() -> RequestBody {
    let form = ObjectBuilder::new().property("name", a_text()).build();
    RequestBodyBuilder::new()
        .description(Some("The name of the person, or nothing."))
        .content(FORM, Content::new(Some(form)))
        .required(Some(Required::False))
        .build()
}

fn healthy() -> OperationBuilder {
    public("Tells whether the process answers")
        .response("200", plain("The process answers.", &[TEXT]).build())
        .response("503", later("The process is too busy to answer."))
}

fn ready() -> OperationBuilder {
    public("Tells whether alerts are accepted")
        .response("200", plain("Alerts are accepted.", &[TEXT]).build())
        .response("503", or_refusal(plain("Alerts are not accepted; the reason.", &[TEXT])))
}

fn reload() -> OperationBuilder {
    let refused = json_answer::<RefusedReload>("The config cannot be used; nothing has changed.");
    let done = json_answer::<ReloadResult>("The config is in force.");
    let as_text = || Content::new(Some(a_text()));
    OperationBuilder::new()
        .summary(Some("Reads the config again"))
        .description(Some("The answer is a text for whoever accepts `text/…` first."))
        .response("200", done.content(TEXT, as_text()).build())
        .response("400", refused.content(TEXT, as_text()).build())
        .response("401", unauthorized("The token is missing or wrong."))
        .response(
            "403",
            failure("The gateway has no token, and the request comes from elsewhere, or from a web page."),
        )
        .response(
            "503",
            later("The config could not be read, or the gateway is stopping; nothing has changed."),
        )
}

fn metrics() -> OperationBuilder {
    OperationBuilder::new()
        .summary(Some("Shows the metrics of the process"))
        .description(Some(
            "In OpenMetrics for whoever accepts it or says nothing, else in the format of Prometheus 0.0.4.",
        ))
        .securities(Some([security::of_operators(), SecurityRequirement::default()]))
        .response("200", plain("The metrics.", &[OPEN_METRICS, TEXT]).build())
        .response("401", unauthorized("The token is missing or wrong."))
        .response("403", failure("The gateway has no token, and the request comes from a web page."))
        .response("503", later("The metrics cannot be written."))
}

fn public(summary: &str) -> OperationBuilder {
    OperationBuilder::new().summary(Some(summary)).security(SecurityRequirement::default())
}

fn unavailable() -> Response {
    later("The store cannot be used, too many alerts wait to be written, or the gateway is stopping.")
}

fn one_of<const N: usize>(words: [&str; N]) -> Object {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).build()
}
