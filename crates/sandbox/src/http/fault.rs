//! Faults of HTTP.

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http_body_util::{BodyExt, StreamBody};
use hyper::Response;
use hyper::body::Frame;
use hyper::header::{CONTENT_LENGTH, HeaderValue};
use jiff::SignedDuration;
use tokio::time::sleep;

use super::{Body, Cut, Fake, answer, response, response_with};
use crate::dingtalk;
use crate::exchange::{Answer, Request};
use crate::fault::Fault;
use crate::journal::{Kind, Shown, Verdict};
use crate::rules::EdgeForm;
use crate::world::World;

/// What strikes a request.
#[derive(Debug, Default)]
pub(super) struct Struck {
    /// How far the provider's clock is off.
    pub(super) clock_error: SignedDuration,
    pub(super) fault: Option<Fault>,
}

/// What strikes this request, if faults are on.
pub(super) fn strike(world: &World, fake: Fake, request: &Request) -> Struck {
    let state = &mut *world.state();
    let target = match fake {
        Fake::DingTalk => state.dingtalk.target_of(request),
        Fake::WeComBot | Fake::WeComMedia | Fake::WeComToken | Fake::WeComApp => {
            state.wecom.target_of(request)
        }
        Fake::Control | Fake::Nowhere => return Struck::default(),
    };
    let names: Vec<String> = target.into_iter().flat_map(|it| it.names()).map(str::to_owned).collect();
    let clock_error = state.faults.strike_clock(&names, &request.path);
    let fault = state.faults.strike(&names, &request.path);
    if let Some(fault) = fault.as_ref().filter(|fault| !fault.delivers()) {
        let kind = if fake == Fake::DingTalk { Kind::DingTalk } else { Kind::WeCom };
        let name = target.map_or("unknown", |it| it.name_for(&[]));
        let verdict = Verdict::Broken { fault: fault.word() };
        state.journal.saw(kind, name, world.now(), verdict, Shown::default());
    }
    Struck { clock_error, fault }
}

/// Answers as the fault has it.
pub(super) async fn play(
    world: &World,
    fake: Fake,
    request: &Request,
    fault: Fault,
) -> Result<Response<Body>, Cut> {
    match fault {
        Fault::Close | Fault::Refuse => Err(Cut),
        Fault::Hang => std::future::pending().await,
        Fault::Late { millis } => {
            let answer = answer(world, fake, request);
            sleep(Duration::from_millis(millis)).await;
            Ok(response(answer))
        }
        Fault::Slow { millis } => Ok(drip(&answer(world, fake, request), Duration::from_millis(millis))),
        Fault::Reset => Ok(cut_short(&answer(world, fake, request))),
        Fault::ResetBeforeStoring => Ok(cut_short(&with_code(world, fake, request, 0, "ok"))),
        Fault::ContentType { content_type } => {
            Ok(response(Answer { content_type, ..answer(world, fake, request) }))
        }
        Fault::Answer(canned) => Ok(response(Answer {
            status: canned.status,
            content_type: canned.content_type,
            retry_after: canned.retry_after,
            body: canned.body,
        })),
        Fault::Errcode { code, words } => Ok(response(with_code(world, fake, request, code, &words))),
        Fault::Punish => Ok(response(dingtalk::punished(EdgeForm::Json))),
        // Never chosen for a request.
        Fault::ClockOff { .. } | Fault::Tls(_) | Fault::Mail { .. } => {
            Ok(response(answer(world, fake, request)))
        }
    }
}

fn with_code(world: &World, fake: Fake, request: &Request, code: i64, words: &str) -> Answer {
    let state = world.state();
    match fake {
        Fake::DingTalk => state.dingtalk.answer_with(code, words),
        Fake::WeComBot
        | Fake::WeComMedia
        | Fake::WeComToken
        | Fake::WeComApp
        | Fake::Control
        | Fake::Nowhere => state.wecom.answer_with(code, words, request, world.now()),
    }
}

/// The answer byte by byte.
fn drip(answer: &Answer, pause: Duration) -> Response<Body> {
    let bytes = Bytes::from(answer.body.clone());
    let body = stream::unfold(bytes, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        sleep(pause).await;
        let byte = rest.split_to(1);
        Some((Ok::<_, Cut>(Frame::data(byte)), rest))
    });
    with_length(answer, StreamBody::new(body).boxed_unsync())
}

/// Half the answer, and then no connection.
fn cut_short(answer: &Answer) -> Response<Body> {
    let bytes = Bytes::from(answer.body.clone());
    let half = bytes.slice(..bytes.len() / 2);
    let body = stream::iter([Ok(Frame::data(half)), Err(Cut)]);
    with_length(answer, StreamBody::new(body).boxed_unsync())
}

fn with_length(answer: &Answer, body: Body) -> Response<Body> {
    let mut response = response_with(answer, body);
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(answer.body.len()));
    response
}
