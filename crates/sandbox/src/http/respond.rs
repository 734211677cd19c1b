//! The response to one request: the answer of the provider it is for, or a fault.

use hyper::Response;

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
