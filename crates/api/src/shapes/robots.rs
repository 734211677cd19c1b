//! The answer to a script that believes to post to a chat robot.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The answer to a script for a robot of DingTalk or a bot of WeCom, as its provider would give it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RobotReply {
    /// The code; 0: taken.
    pub errcode: i64,
    /// The words of the provider.
    pub errmsg: String,
}
