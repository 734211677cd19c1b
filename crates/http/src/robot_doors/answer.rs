//! Parts that the doors of all providers have in common.

use std::sync::Arc;

use actix_web::http::StatusCode;

use crate::access::Admitted;
use crate::refusal::HttpRefusal;
use crate::state::SourceEndpoint;

/// A source that a token names, and the proof that its sender may post there.
pub(super) type AdmittedSource = (Arc<SourceEndpoint>, Admitted);

/// The answer of a provider: its code and its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RobotAnswer {
    /// The code; 0: taken.
    pub(super) errcode: i64,
    /// The words of the provider.
    pub(super) errmsg: String,
}

impl RobotAnswer {
    pub(super) fn new(errcode: i64, errmsg: impl Into<String>) -> Self {
        Self { errcode, errmsg: errmsg.into() }
    }
}

/// The HTTP status beside a provider's code. The providers answer 200 to everything; but a message that was not kept
/// must look so to scripts that read nothing else.
pub(super) fn status_beside(refusal: &HttpRefusal) -> StatusCode {
    if refusal.status().is_server_error() { refusal.status() } else { StatusCode::OK }
}
