//! The response to one request: the answer of the provider it is for, or a fault.

use std::net::IpAddr;

use hyper::Response;
use serde_json::json;

use super::body::{AnswerBody, CutConnection, whole};
use super::call::answer;
use super::faulty;
use crate::control;
use crate::exchange::{ProviderAnswer, ProviderRequest};
use crate::fault::Fault;
use crate::host::FakeHost;
use crate::journal::{ProviderVerdict, ShownMessage};

/// Everything below this path belongs to the sandbox itself.
const CONTROL: &str = "/sandbox/";

/// The response to one request, whose clock error is set on the way.
pub(super) async fn respond(
    sandbox: &FakeHost,
    request: &mut ProviderRequest,
) -> Result<Response<AnswerBody>, CutConnection> {
    if request.path().starts_with(CONTROL) {
        if is_of_a_page(request) {
            return Ok(whole(&no_pages()));
        }
        return Ok(whole(&answer_control(sandbox, request)));
    }
    let Some(provider) = sandbox.providers().position(request.path()) else {
        return Ok(whole(&ProviderAnswer::not_found()));
    };
    match apply_faults(sandbox, provider, request) {
        Some(fault) => faulty::respond(sandbox, provider, request, fault).await,
        None => Ok(whole(&answer(sandbox, provider, request))),
    }
}

/// True if a page that a browser on this machine was lured to may have sent `request`: browsers name the page, and the
/// host that they believe they ask, also where its name has come to point here.
fn is_of_a_page(request: &ProviderRequest) -> bool {
    let is_loopback = |it: IpAddr| it.to_canonical().is_loopback();
    let is_this_machine = |host: &str| {
        let name =
            host.rsplit_once(':').map_or(host, |(name, port)| if port.ends_with(']') { host } else { name });
        let address = name.trim_start_matches('[').trim_end_matches(']');
        name.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok_and(is_loopback)
    };
    let is_by_a_page = request.header("sec-fetch-site").is_some_and(|it| it != "none");
    let is_by_another_name =
        is_loopback(request.address()) && !request.header("host").is_some_and(is_this_machine);
    request.header("origin").is_some() || is_by_a_page || is_by_another_name
}

fn no_pages() -> ProviderAnswer {
    let message =
        "only programs may ask this, and on this machine by the name localhost or a loopback address";
    ProviderAnswer::json(403, &json!({"error": {"message": message}}))
}

/// Sets the request's clock error, and takes the fault that is on for its account.
/// A fault that keeps the message from people is recorded here.
fn apply_faults(sandbox: &FakeHost, provider: usize, request: &mut ProviderRequest) -> Option<Fault> {
    let now = sandbox.state.now();
    let providers = sandbox.providers();
    let provider = providers.all.get(provider)?;
    let shared = &mut *sandbox.state.shared();
    let (kind, target) = (provider.kind(), provider.target_of(request));
    let names: Vec<String> = target.into_iter().flat_map(|it| it.names()).map(str::to_owned).collect();
    request.clock_error = shared.faults.clock_error(&names, &request.path);
    let fault = shared.faults.apply_to_request(&names, &request.path)?;
    if !fault.delivers() {
        let name = target.map_or("unknown", |it| it.first_name());
        let verdict = ProviderVerdict::Broken { fault: fault.word() };
        shared.journal.record(kind, name, now, verdict, ShownMessage::default());
    }
    Some(fault)
}

fn answer_control(sandbox: &FakeHost, request: &ProviderRequest) -> ProviderAnswer {
    let control = control::answer(&sandbox.state, request.method(), request.path(), request.body());
    let content_type = "application/json".to_owned();
    ProviderAnswer { status: control.status, content_type, retry_after: None, body: control.json }
}
