//! The bodies of responses: whole, slow, or cut off.

use std::convert::Infallible;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::{Response, StatusCode};
use tokio::time::sleep;

use crate::exchange::ProviderAnswer;

pub(super) type AnswerBody = UnsyncBoxBody<Bytes, CutConnection>;

/// A fault closes the connection, without an answer or in the middle of one.
#[derive(Debug, thiserror::Error)]
#[error("cut on purpose")]
pub(super) struct CutConnection;

/// The answer as it is.
pub(super) fn whole(answer: &ProviderAnswer) -> Response<AnswerBody> {
    let body = Full::new(Bytes::from(answer.body.clone())).map_err(|never: Infallible| match never {});
    response_with(answer, body.boxed_unsync())
}

/// The answer byte by byte, with a pause before each.
pub(super) fn slow(answer: &ProviderAnswer, pause: Duration) -> Response<AnswerBody> {
    let bytes = Bytes::from(answer.body.clone());
    let body = stream::unfold(bytes, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        sleep(pause).await;
        let byte = rest.split_to(1);
        Some((Ok::<_, CutConnection>(Frame::data(byte)), rest))
    });
    with_length(answer, StreamBody::new(body).boxed_unsync())
}

/// Half the answer, and then the end of the connection.
pub(super) fn cut_short(answer: &ProviderAnswer) -> Response<AnswerBody> {
    let bytes = Bytes::from(answer.body.clone());
    let half = bytes.slice(..bytes.len() / 2);
    let body = stream::iter([Ok(Frame::data(half)), Err(CutConnection)]);
    with_length(answer, StreamBody::new(body).boxed_unsync())
}

fn with_length(answer: &ProviderAnswer, body: AnswerBody) -> Response<AnswerBody> {
    let mut response = response_with(answer, body);
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(answer.body.len()));
    response
}

fn response_with(answer: &ProviderAnswer, body: AnswerBody) -> Response<AnswerBody> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Ok(content_type) = HeaderValue::from_str(&answer.content_type) {
        response.headers_mut().insert(CONTENT_TYPE, content_type);
    }
    if let Some(seconds) = answer.retry_after {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}
