use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use async_trait::async_trait;
use fanfare_chat::SigningClock;
use fanfare_core::{
    Account, Attempt, Budget, BuildError, Channel, Context, Digest, Limits, Notification, Notifier, Receipt,
    SandboxAccount, SandboxDoors, Secret, SendError, SettingWarning,
};
use fanfare_http_channel::{Client, HttpSettings};
use fanfare_words::Renderer;
use jiff::SignedDuration;

use crate::DingTalkConfig;
use crate::hints::DingTalkHints;
use crate::quota::organisation_quota;
use crate::render::{DingTalkBody, RobotLook};
use crate::sign::sign;
use crate::wire;

/// The address of DingTalk, if `endpoint` does not say otherwise.
const PROVIDER: &str = "https://oapi.dingtalk.com";

/// The path of a robot's webhook:
/// <https://open.dingtalk.com/document/development/custom-robots-send-group-messages>
const PATH: &str = "/robot/send";

/// "每个机器人每分钟最多发送20条消息到群里，如果超过20条，会限流10分钟": twenty a minute, or
/// ten minutes of silence.
/// <https://open.dingtalk.com/document/development/custom-robots-send-group-messages>
const BUDGET: Budget = Budget { messages: NonZeroU32::new(20).unwrap(), per: Duration::from_secs(60) };

/// The requests under way at once. Our choice: twenty a minute need no more, and a slow
/// answer does not hold up an urgent alert.
const CONCURRENCY: NonZeroUsize = NonZeroUsize::new(2).unwrap();

/// A DingTalk group robot, ready to send.
#[derive(Debug)]
pub struct DingTalk {
    client: Client,
    access_token: Secret,
    secret: Option<Secret>,
    look: RobotLook,
    signing_clock: SigningClock,
}

#[async_trait]
impl Notifier for DingTalk {
    async fn notify(&self, notification: &Notification, attempt: &Attempt) -> Result<Receipt, SendError> {
        self.post(&self.look.body(notification, attempt), attempt).await
    }

    async fn digest(&self, digest: &Digest, attempt: &Attempt) -> Result<Receipt, SendError> {
        self.post(&self.look.digest_body(digest, attempt), attempt).await
    }

    fn capacity(&self, digest: &Digest) -> usize {
        self.look.capacity(digest)
    }

    fn limits(&self) -> Limits {
        Limits {
            account: Account::new(Self::KIND, &[self.access_token.expose()]),
            egress: self.client.egress(),
            budgets: vec![BUDGET],
            quota: Some(organisation_quota()),
            concurrency: CONCURRENCY,
        }
    }

    fn clock_offset(&self) -> Option<SignedDuration> {
        self.client.clock_offset()
    }
}

impl DingTalk {
    async fn post(&self, body: &DingTalkBody, attempt: &Attempt) -> Result<Receipt, SendError> {
        let signing_time = self.signing_clock.time(attempt.at, self.client.clock_offset());
        let signed = self.secret.as_ref().map(|secret| sign(secret, signing_time.at));

        let mut query = vec![("access_token", self.access_token.expose())];
        if let Some((timestamp, sign)) = &signed {
            query.extend([("timestamp", timestamp.as_str()), ("sign", sign.as_str())]);
        }
        let answer = self.client.post_json(PATH, &query, body, attempt.at).await;
        let refused = || self.signing_clock.refuse(signing_time, self.client.clock_offset());
        let hints = DingTalkHints::in_language(self.look.renderer.language());
        let outcome = answer
            .and_then(|answer| wire::outcome(&answer, attempt.ordinal, signing_time.at, hints, refused));
        if signed.is_some() { signing_time.noted_in(outcome, &self.look.renderer) } else { outcome }
    }
}

impl Channel for DingTalk {
    const KIND: &'static str = "dingtalk";

    type Config = DingTalkConfig;

    fn warnings(config: &DingTalkConfig) -> Vec<SettingWarning> {
        config.warnings()
    }

    fn build(config: DingTalkConfig, context: Context) -> Result<Self, BuildError> {
        config.check()?;
        let DingTalkConfig {
            access_token,
            secret,
            keyword,
            msgtype,
            mention,
            endpoint,
            proxy,
            proxy_login,
            ca_file,
        } = config;
        let Context { name: _, locale, timeout } = context;
        let renderer = Renderer::new(locale);
        let client = Client::new(
            PROVIDER,
            HttpSettings { endpoint, proxy, proxy_login, ca_file, timeout, ..HttpSettings::default() },
        )?
        .with_secrets(&secret);
        Ok(Self {
            client,
            access_token,
            secret,
            look: RobotLook { msgtype, keyword, mention, renderer },
            signing_clock: SigningClock::default(),
        })
    }

    fn into_sandbox(config: DingTalkConfig, doors: &SandboxDoors) -> (DingTalkConfig, SandboxAccount) {
        config.into_sandbox(doors)
    }
}

#[cfg(test)]
mod tests;
