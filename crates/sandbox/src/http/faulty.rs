//! Responses as faults have them.

use std::time::Duration;

use hyper::Response;
use serde_json::json;
use tokio::time::sleep;

use super::body::{AnswerBody, CutConnection, cut_short, slow, whole};
use super::call::{answer, answer_with};
use crate::exchange::{ProviderAnswer, ProviderRequest};
use crate::fault::Fault;
use crate::host::FakeHost;

/// The response that this fault makes of the provider's answer.
pub(super) async fn respond(
    sandbox: &FakeHost,
    provider: usize,
    request: &ProviderRequest,
    fault: Fault,
) -> Result<Response<AnswerBody>, CutConnection> {
    let right = || answer(sandbox, provider, request);
    match fault {
        Fault::Close | Fault::Refuse => Err(CutConnection),
        Fault::Hang => std::future::pending().await,
        Fault::Late { millis } => {
            let answer = right();
            sleep(Duration::from_millis(millis)).await;
            Ok(whole(&answer))
        }
        Fault::Slow { millis } => Ok(slow(&right(), Duration::from_millis(millis))),
        Fault::Reset => Ok(cut_short(&right())),
        Fault::ResetBeforeStoring => Ok(cut_short(&answer_with(sandbox, provider, request, (0, "ok")))),
        Fault::ContentType { content_type } => Ok(whole(&ProviderAnswer { content_type, ..right() })),
        Fault::Answer(canned) => Ok(whole(&ProviderAnswer {
            status: canned.status,
            content_type: canned.content_type,
            retry_after: canned.retry_after,
            body: canned.body,
        })),
        Fault::Errcode { code, words } => Ok(whole(&answer_with(sandbox, provider, request, (code, &words)))),
        Fault::Punish => Ok(whole(&punished())),
        // Never applied to a request.
        Fault::ClockOff { .. } | Fault::Tls(_) | Fault::Mail { .. } => Ok(whole(&right())),
    }
}

/// The answer of an edge that has banned the client's address.
fn punished() -> ProviderAnswer {
    let body = json!({"status": 1111, "wait": 5, "source": "x5", "punish": "deny", "uuid": "sandbox"});
    ProviderAnswer::json(200, &body)
}
