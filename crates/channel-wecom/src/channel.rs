use async_trait::async_trait;
use fanfare_chat::MentionSettings;
use fanfare_core::{
    Attempt, BuildError, Channel, Context, Digest, Limits, Notification, Notifier, Receipt, SandboxAccount,
    SandboxDoors, SendError,
};
use fanfare_http_channel::{Client, HttpSettings};
use fanfare_words::Renderer;
use jiff::SignedDuration;

use crate::WeComConfig;
use crate::app::App;
use crate::bot::Bot;
use crate::config::{check_key, problem};

/// Where WeCom is, if `endpoint` does not say otherwise.
const PROVIDER: &str = "https://qyapi.weixin.qq.com";

/// A WeCom group bot or self-built app, ready to send.
#[derive(Debug)]
pub struct WeCom(ChannelSender);

#[derive(Debug)]
enum ChannelSender {
    Bot(Box<Bot>),
    App(Box<App>),
}

#[async_trait]
impl Notifier for WeCom {
    async fn notify(&self, notification: &Notification, attempt: &Attempt) -> Result<Receipt, SendError> {
        match &self.0 {
            ChannelSender::Bot(bot) => bot.notify(notification, attempt).await,
            ChannelSender::App(app) => app.notify(notification, attempt).await,
        }
    }

    async fn digest(&self, digest: &Digest, attempt: &Attempt) -> Result<Receipt, SendError> {
        match &self.0 {
            ChannelSender::Bot(bot) => bot.digest(digest, attempt).await,
            ChannelSender::App(app) => app.digest(digest, attempt).await,
        }
    }

    fn capacity(&self, digest: &Digest) -> usize {
        match &self.0 {
            ChannelSender::Bot(bot) => bot.capacity(digest),
            ChannelSender::App(app) => app.capacity(digest),
        }
    }

    fn limits(&self) -> Limits {
        match &self.0 {
            ChannelSender::Bot(bot) => bot.limits(),
            ChannelSender::App(app) => app.limits(),
        }
    }

    fn clock_offset(&self) -> Option<SignedDuration> {
        match &self.0 {
            ChannelSender::Bot(bot) => bot.clock_offset(),
            ChannelSender::App(app) => app.clock_offset(),
        }
    }
}

impl Channel for WeCom {
    const KIND: &'static str = "wecom";

    type Config = WeComConfig;

    fn build(config: WeComConfig, context: Context) -> Result<Self, BuildError> {
        let WeComConfig { key, app, msgtype, mention, endpoint, proxy, ca_file } = config;
        let Context { name: _, locale, timeout } = context;
        let renderer = Renderer::new(locale);
        let client = || {
            Client::new(
                PROVIDER,
                HttpSettings { endpoint, proxy, ca_file, timeout, ..HttpSettings::default() },
            )
        };
        match (key, app) {
            (Some(key), None) => {
                check_key(&key)?;
                Ok(Self(ChannelSender::Bot(Box::new(Bot::new(client()?, key, msgtype, mention, renderer)))))
            }
            (None, Some(app)) => {
                app.check()?;
                if mention != MentionSettings::default() {
                    return Err(problem(
                        "mention",
                        "only a group bot mentions: an app writes to `app.to_user`",
                    ));
                }
                Ok(Self(ChannelSender::App(Box::new(App::new(client()?, app, msgtype, renderer)))))
            }
            (Some(_), Some(_)) => {
                Err(problem("app", "a channel is a bot (`key`) or an app (`app`), not both"))
            }
            (None, None) => {
                Err(problem("key", "missing: set `key` for a group bot, or `app` for a self-built app"))
            }
        }
    }

    fn into_sandbox(config: WeComConfig, doors: &SandboxDoors) -> (WeComConfig, SandboxAccount) {
        config.into_sandbox(doors)
    }
}

#[cfg(test)]
mod tests;
