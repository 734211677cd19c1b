//! A custom robot in a DingTalk group, as its settings have it.

use fanfare_sandbox::{AccountSettings, AddressRange, InvalidAccount, Members};

/// A custom robot in a DingTalk group.
#[derive(Clone)]
pub(super) struct DingTalkRobot {
    /// The token in the webhook address.
    pub(super) access_token: String,
    /// The secret of the security setting 加签, if it is on.
    pub(super) secret: Option<String>,
    /// The keywords of which a message must contain one, if there are any.
    pub(super) keywords: Vec<String>,
    /// The addresses from which calls may come; all if empty.
    pub(super) allowed_addresses: Vec<AddressRange>,
    /// The mobiles and user ids of the people in the group.
    pub(super) members: Members,
    /// The condition of the robot.
    pub(super) status: RobotStatus,
    /// Messages in any 60 s before the ban: the provider's 20, or no limit.
    pub(super) per_minute: Option<usize>,
    /// Messages in a calendar month: the provider's 3,000, or no limit.
    pub(super) per_month: Option<u64>,
}

/// Messages in any 60 s: "每个机器人每分钟最多发送20条消息".
/// <https://open.dingtalk.com/document/development/custom-robots-send-group-messages>
const MESSAGES_PER_MINUTE: usize = 20;

/// The standard edition's calls a month, since 2025-11-19.
/// <https://open.dingtalk.com/document/development/billing-model>
const MESSAGES_PER_MONTH: u64 = 3_000;

impl Default for DingTalkRobot {
    fn default() -> Self {
        Self {
            access_token: String::new(),
            secret: None,
            keywords: Vec::new(),
            allowed_addresses: Vec::new(),
            members: Members::Anyone,
            status: RobotStatus::Active,
            per_minute: Some(MESSAGES_PER_MINUTE),
            per_month: Some(MESSAGES_PER_MONTH),
        }
    }
}

/// The condition of a robot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum RobotStatus {
    /// In the group, and at work.
    #[default]
    Active,
    /// Stopped by a person.
    Stopped,
    /// Removed from the group by a person.
    Removed,
    /// Left without a group, because it was disbanded.
    Disbanded,
}

impl DingTalkRobot {
    /// The robot with these settings.
    pub(super) fn from_settings(settings: &AccountSettings<'_>) -> Result<Self, InvalidAccount> {
        settings.check_names(&[
            "access_token",
            "secret",
            "keyword",
            "member",
            "allowed_address",
            "state",
            "limits",
        ])?;
        let mut robot = Self {
            access_token: settings.required("access_token")?,
            secret: settings.non_empty("secret").map(str::to_owned),
            keywords: settings.all("keyword").map(str::to_owned).collect(),
            members: Members::only_or_anyone(settings.all("member")),
            allowed_addresses: settings.address_ranges("allowed_address")?,
            status: RobotStatus::from_settings(settings)?,
            ..Self::default()
        };
        if settings.is_unlimited()? {
            robot.per_minute = None;
            robot.per_month = None;
        }
        Ok(robot)
    }
}

impl RobotStatus {
    fn from_settings(settings: &AccountSettings<'_>) -> Result<Self, InvalidAccount> {
        match settings.last("state") {
            None | Some("active") => Ok(Self::Active),
            Some("stopped") => Ok(Self::Stopped),
            Some("removed") => Ok(Self::Removed),
            Some("disbanded") => Ok(Self::Disbanded),
            Some(_) => Err(InvalidAccount::Invalid("state", "`active`, `stopped`, `removed` or `disbanded`")),
        }
    }
}

#[cfg(test)]
mod tests;
