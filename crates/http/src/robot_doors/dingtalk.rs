//! The answers of DingTalk's robots: <https://open.dingtalk.com/document/orgapp/custom-robots-send-group-messages>.

use actix_web::http::StatusCode;
use jiff::Timestamp;
use url::form_urlencoded;

use super::answer::{AdmittedSource, RobotAnswer, status_beside};
use crate::access::{RobotRefusal, RobotSignature};
use crate::refusal::HttpRefusal;
use crate::state::AppState;

/// The parameters in the address of a robot.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct DingTalkParameters {
    access_token: Option<String>,
    timestamp: Option<String>,
    sign: Option<String>,
}

/// The reason for which a post to a robot is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DingTalkRefusal {
    /// The address names no token.
    NoToken,
    /// The token opens no door.
    Robot(RobotRefusal),
}

impl DingTalkParameters {
    pub(super) fn from_query(query: &str) -> Self {
        let mut parameters = Self::default();
        for (name, text) in form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "access_token" => parameters.access_token = Some(text.into_owned()),
                "timestamp" => parameters.timestamp = Some(text.into_owned()),
                "sign" => parameters.sign = Some(text.into_owned()),
                _ => {}
            }
        }
        parameters
    }

    /// The source that the token names.
    pub(super) fn admit(&self, state: &AppState, now: Timestamp) -> Result<AdmittedSource, DingTalkRefusal> {
        let token =
            self.access_token.as_deref().filter(|it| !it.is_empty()).ok_or(DingTalkRefusal::NoToken)?;
        let signature = RobotSignature { timestamp: self.timestamp.as_deref(), sign: self.sign.as_deref() };
        let mut refusal = RobotRefusal::Unknown;
        for endpoint in state.sources() {
            match endpoint.access.admit_dingtalk(endpoint.settings.name.as_str(), token, &signature, now) {
                Ok(admitted) => return Ok((endpoint, admitted)),
                Err(RobotRefusal::Unknown) => {}
                Err(known @ (RobotRefusal::BadSignature | RobotRefusal::BadTimestamp)) => refusal = known,
            }
        }
        Err(DingTalkRefusal::Robot(refusal))
    }
}

/// The answer to a script that is not let in.
pub(super) fn refused(refusal: DingTalkRefusal) -> RobotAnswer {
    match refusal {
        DingTalkRefusal::NoToken => RobotAnswer::new(40_035, "缺少参数 access_token"),
        DingTalkRefusal::Robot(RobotRefusal::Unknown) => RobotAnswer::new(300_005, "token is not exist"),
        DingTalkRefusal::Robot(RobotRefusal::BadSignature) => RobotAnswer::new(310_000, "sign not match"),
        DingTalkRefusal::Robot(RobotRefusal::BadTimestamp) => RobotAnswer::new(310_000, "invalid timestamp"),
    }
}

/// The answer to a body that was not taken.
pub(super) fn failed(refusal: &HttpRefusal) -> (StatusCode, RobotAnswer) {
    let answer = match refusal.status() {
        StatusCode::PAYLOAD_TOO_LARGE => RobotAnswer::new(460_101, "message too long"),
        StatusCode::TOO_MANY_REQUESTS => {
            RobotAnswer::new(130_101, "send too fast, exceed 20 times per minute")
        }
        status if status.is_server_error() => RobotAnswer::new(-1, format!("系统繁忙: {refusal}")),
        _ => RobotAnswer::new(40_035, format!("不合法的参数: {refusal}")),
    };
    (status_beside(refusal), answer)
}
