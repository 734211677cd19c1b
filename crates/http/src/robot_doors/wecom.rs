//! The answers of WeCom's bots: <https://developer.work.weixin.qq.com/document/path/91770>.

use std::sync::Arc;

use actix_web::http::StatusCode;
use url::form_urlencoded;

use super::answer::{AdmittedSource, RobotAnswer, status_beside};
use crate::access::RobotRefusal;
use crate::refusal::HttpRefusal;
use crate::state::{AppState, SourceEndpoint};

/// The parameters in the address of a bot.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct WeComParameters {
    key: Option<String>,
}

impl WeComParameters {
    pub(super) fn from_query(query: &str) -> Self {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        Self { key: pairs.find(|(name, _)| name == "key").map(|(_, text)| text.into_owned()) }
    }

    /// The source that the key names.
    pub(super) fn admit(&self, state: &AppState) -> Result<AdmittedSource, RobotRefusal> {
        let key = self.key.as_deref().filter(|it| !it.is_empty()).ok_or(RobotRefusal::Unknown)?;
        let admit = |endpoint: Arc<SourceEndpoint>| {
            let admitted = endpoint.access.admit_wecom(endpoint.settings.name.as_str(), key).ok()?;
            Some((endpoint, admitted))
        };
        state.sources().into_iter().find_map(admit).ok_or(RobotRefusal::Unknown)
    }
}

/// The answer to a script whose key is missing or known to no source.
pub(super) fn unknown_key() -> RobotAnswer {
    RobotAnswer::new(93_000, "invalid webhook url")
}

/// The answer to a body that was not taken.
pub(super) fn failed(refusal: &HttpRefusal) -> (StatusCode, RobotAnswer) {
    let answer = match refusal.status() {
        StatusCode::PAYLOAD_TOO_LARGE => RobotAnswer::new(40_058, "content exceed max length"),
        StatusCode::TOO_MANY_REQUESTS => RobotAnswer::new(45_009, "api freq out of limit"),
        status if status.is_server_error() => RobotAnswer::new(-1, format!("system busy: {refusal}")),
        StatusCode::BAD_REQUEST => {
            RobotAnswer::new(40_008, format!("Warning: wrong json format. invalid message type: {refusal}"))
        }
        _ => RobotAnswer::new(40_035, format!("invalid parameter: {refusal}")),
    };
    (status_beside(refusal), answer)
}
