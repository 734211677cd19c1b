//! Faults of HTTP.

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http_body_util::{BodyExt, StreamBody};
use hyper::Response;
use hyper::body::Frame;
use hyper::header::{CONTENT_LENGTH, HeaderValue};
use tokio::time::sleep;

use super::{Body, Cut, Door, answer, response, response_with};
use crate::dingtalk;
use crate::exchange::{Answer, Request};
use crate::fault::Fault;
use crate::journal::{Kind, Shown, Verdict};
use crate::rules::EdgeForm;
use crate::world::World;

/// The fault that strikes this request, if one is on.
pub(super) fn strike(world: &World, door: Door, request: &Request) -> Option<Fault> {
    let state = &mut *world.state();
    let target = match door {
        Door::DingTalk => state.dingtalk.target_of(request),
        Door::WeComBot | Door::WeComMedia | Door::WeComToken | Door::WeComApp => {
            state.wecom.target_of(request)
        }
        Door::Control | Door::Nowhere => return None,
    };
    let names: Vec<String> = target.into_iter().flat_map(|it| it.names()).map(str::to_owned).collect();
    let fault = state.faults.strike(&names)?;
    if !fault.delivers() {
        let kind = if door == Door::DingTalk { Kind::DingTalk } else { Kind::WeCom };
        let name = target.map_or("unknown", |it| it.name_for(&[]));
        let verdict = Verdict::Broken { fault: fault.word() };
        state.journal.saw(kind, name, world.now(), verdict, Shown::default());
    }
    Some(fault)
}

/// Answers as the fault has it.
pub(super) async fn play(
    world: &World,
    door: Door,
    request: &Request,
    fault: Fault,
) -> Result<Response<Body>, Cut> {
    match fault {
        Fault::Close => Err(Cut),
        Fault::Hang => std::future::pending().await,
        Fault::Late { millis } => {
            let answer = answer(world, door, request);
            sleep(Duration::from_millis(millis)).await;
            Ok(response(answer))
        }
        Fault::Slow { millis } => Ok(drip(&answer(world, door, request), Duration::from_millis(millis))),
        Fault::Reset => Ok(cut_short(&answer(world, door, request))),
        Fault::ContentType { content_type } => {
            Ok(response(Answer { content_type, ..answer(world, door, request) }))
        }
        Fault::Answer(canned) => Ok(response(Answer {
            status: canned.status,
            content_type: canned.content_type,
            retry_after: canned.retry_after,
            body: canned.body,
        })),
        Fault::Errcode { code, words } => Ok(response(with_code(world, door, request, code, &words))),
        Fault::Punish => Ok(response(dingtalk::punished(EdgeForm::Json))),
        Fault::Mail { .. } => Ok(response(answer(world, door, request))), // Never chosen for HTTP.
    }
}

fn with_code(world: &World, door: Door, request: &Request, code: i64, words: &str) -> Answer {
    let state = world.state();
    match door {
        Door::DingTalk => state.dingtalk.answer_with(code, words),
        Door::WeComBot
        | Door::WeComMedia
        | Door::WeComToken
        | Door::WeComApp
        | Door::Control
        | Door::Nowhere => state.wecom.answer_with(code, words, request, world.now()),
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
