//! The body of a request.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpRequest, dev};
use futures_util::StreamExt as _;
use jiff::Timestamp;
use tokio::time::timeout;

use crate::access::{Admitted, Caller, SourceAdmission};
use crate::connections::{HeldBody, NoMemory, OpenConnection};
use crate::refusal::HttpRefusal;

/// The time in which a body must have arrived. One of 1 MiB, the longest by default, does so at 35 KB/s.
const ARRIVES_WITHIN: Duration = Duration::from_secs(30);

/// A body of which nothing has been read.
pub(crate) struct UnreadBody {
    payload: dev::Payload,
    declared: Option<usize>,
    connection: Option<Arc<OpenConnection>>,
}

/// The length of a body at most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyLimit {
    /// The length in bytes.
    pub(crate) bytes: usize,
    /// The advice to whoever sends more.
    pub(crate) advice: &'static str,
}

impl BodyLimit {
    /// The refusal of a longer body.
    pub(crate) fn exceeded(self) -> HttpRefusal {
        let Self { bytes, advice } = self;
        let message = format!("the body is larger than {bytes} bytes: {advice}");
        HttpRefusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
    }
}

impl FromRequest for UnreadBody {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let length = request.headers().get(CONTENT_LENGTH).and_then(|it| it.to_str().ok());
        ready(Ok(Self {
            payload: payload.take(),
            declared: length.and_then(|it| it.trim().parse().ok()),
            connection: request.conn_data::<Arc<OpenConnection>>().map(Arc::clone),
        }))
    }
}

impl UnreadBody {
    /// The whole body of `caller`, of at most `limit`, with the proof that it may send it.
    pub(crate) async fn read_verified(
        self,
        admission: SourceAdmission,
        caller: Caller<'_>,
        limit: BodyLimit,
        now: Timestamp,
    ) -> Result<(Bytes, Admitted), HttpRefusal> {
        let body = self.collect(limit).await?;
        let admitted = admission.verify(caller, &body, now)?;
        Ok((body, admitted))
    }

    /// The whole body, of at most `limit`.
    pub(crate) async fn read(self, _: &Admitted, limit: BodyLimit) -> Result<Bytes, HttpRefusal> {
        self.collect(limit).await
    }

    async fn collect(self, limit: BodyLimit) -> Result<Bytes, HttpRefusal> {
        let Self { payload, declared, connection } = self;
        if declared.is_some_and(|it| it > limit.bytes) {
            return Err(limit.exceeded());
        }
        let held = connection.as_ref().map(|it| it.begin_body());
        let read = timeout(ARRIVES_WITHIN, collect(payload, limit, held)).await;
        if let Some(connection) = &connection {
            connection.serve_on();
        }
        let body = read.unwrap_or_else(|_late| Err(too_slow()))?;
        if let Some(connection) = &connection {
            connection.end_body();
        }
        Ok(body)
    }
}

async fn collect(
    mut payload: dev::Payload,
    limit: BodyLimit,
    mut held: Option<HeldBody>,
) -> Result<Bytes, HttpRefusal> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| HttpRefusal::bad_request("the body did not arrive in full"))?;
        if body.len() + chunk.len() > limit.bytes {
            return Err(limit.exceeded());
        }
        if let Some(held) = &mut held {
            held.grow(chunk.len()).map_err(|NoMemory| too_many())?;
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

fn too_slow() -> HttpRefusal {
    let message = format!("the body did not arrive within {} s: send it again", ARRIVES_WITHIN.as_secs());
    HttpRefusal::new(StatusCode::REQUEST_TIMEOUT, "too_slow", message)
}

fn too_many() -> HttpRefusal {
    HttpRefusal::unavailable("too many long bodies arrive at the same time: send this one again")
}

#[cfg(test)]
mod tests;
