use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use async_trait::async_trait;
use fanfare_chat::SigningClock;
use fanfare_core::{
    Account, Attempt, Budget, BuildError, Channel, Context, Digest, Limits, Notification, Notifier, Receipt,
    SandboxAccount, SandboxDoors, Secret, SendError, SettingWarning,
};
use fanfare_http_channel::{Client, HttpSettings, Request};
use fanfare_words::Renderer;
use jiff::SignedDuration;

use crate::FeishuConfig;
use crate::hints::FeishuHints;
use crate::mention::Mentions;
use crate::render::{FeishuBody, FeishuLook};
use crate::sign::sign;
use crate::wire;

/// The address of Feishu, if `endpoint` does not say otherwise; Lark is at `open.larksuite.com`.
const PROVIDER: &str = "https://open.feishu.cn";

/// The path of a webhook address before the token.
/// <https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot>
const PATH: &str = "/open-apis/bot/v2/hook";

/// "自定义机器人的频率控制为单租户单机器人 100 次/分钟，5 次/秒":
/// <https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot>
const BUDGETS: [Budget; 2] = [
    Budget { messages: NonZeroU32::new(5).unwrap(), per: Duration::from_secs(1) },
    Budget { messages: NonZeroU32::new(100).unwrap(), per: Duration::from_secs(60) },
];

/// The attempts under way at once. Ours: five a second need no more.
const CONCURRENCY: NonZeroUsize = NonZeroUsize::new(2).unwrap();

/// A Feishu or Lark group bot, ready to send.
#[derive(Debug)]
pub struct Feishu {
    client: Client,
    token: Secret,
    secret: Option<Secret>,
    look: FeishuLook,
    clock: SigningClock,
}

#[async_trait]
impl Notifier for Feishu {
    async fn notify(&self, notification: &Notification, attempt: &Attempt) -> Result<Receipt, SendError> {
        self.post(self.look.body(notification, attempt.form), attempt).await
    }

    async fn digest(&self, digest: &Digest, attempt: &Attempt) -> Result<Receipt, SendError> {
        self.post(self.look.digest_body(digest, attempt.form), attempt).await
    }

    fn capacity(&self, digest: &Digest) -> usize {
        self.look.capacity(digest)
    }

    fn limits(&self) -> Limits {
        Limits {
            account: Account::new(Self::KIND, &[self.token.expose()]),
            egress: self.client.egress(),
            budgets: BUDGETS.to_vec(),
            quota: None,
            concurrency: CONCURRENCY,
        }
    }

    fn clock_offset(&self) -> Option<SignedDuration> {
        self.client.clock_offset()
    }
}

impl Feishu {
    async fn post(&self, mut body: FeishuBody, attempt: &Attempt) -> Result<Receipt, SendError> {
        let time = self.clock.time(attempt.at, self.client.clock_offset());
        if let Some(secret) = &self.secret {
            let (timestamp, sign) = sign(secret, time.at);
            (body.timestamp, body.sign) = (Some(timestamp), Some(sign));
        }
        let request = Request::post(PATH).with_secret_segment(self.token.expose()).with_json(&body)?;
        let request = body.sign.iter().fold(request, |request, sign| request.with_secret(sign));

        let answer = self.client.send(request, attempt.at).await;
        let refused = || self.clock.refuse(time, self.client.clock_offset());
        let renderer = &self.look.renderer;
        let hints = FeishuHints::in_language(renderer.language());
        let outcome = answer.and_then(|answer| wire::outcome(&answer, attempt.ordinal, hints, refused));
        if self.secret.is_some() { time.noted_in(outcome, renderer) } else { outcome }
    }
}

impl Channel for Feishu {
    const KIND: &'static str = "feishu";

    type Config = FeishuConfig;

    fn warnings(config: &FeishuConfig) -> Vec<SettingWarning> {
        config.warnings()
    }

    fn build(config: FeishuConfig, context: Context) -> Result<Self, BuildError> {
        config.check()?;
        let FeishuConfig { token, secret, keyword, msg_type, mention, endpoint, proxy, proxy_login, ca_file } =
            config;
        let Context { name: _, locale, timeout } = context;
        let settings =
            HttpSettings { endpoint, proxy, proxy_login, ca_file, timeout, ..HttpSettings::default() };
        let look = FeishuLook {
            msg_type,
            keyword,
            mentions: Mentions::new(mention),
            renderer: Renderer::new(locale),
        };
        let client = Client::new(PROVIDER, settings)?.with_secrets(&secret);
        Ok(Self { client, token, secret, look, clock: SigningClock::default() })
    }

    fn into_sandbox(config: FeishuConfig, doors: &SandboxDoors) -> (FeishuConfig, SandboxAccount) {
        config.into_sandbox(doors)
    }
}

#[cfg(test)]
mod tests;
