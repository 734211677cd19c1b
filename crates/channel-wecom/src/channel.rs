use async_trait::async_trait;
use fanfare_chat::MentionSettings;
use fanfare_core::{
    Attempt, BuildError, Channel, Context, Digest, Limits, Notification, Notifier, Receipt, SandboxAccount,
    SandboxDoors, SendError, SettingWarning,
};
use fanfare_http_channel::{Client, HttpSettings};
use fanfare_words::Renderer;
use jiff::SignedDuration;

use crate::WeComConfig;
use crate::app::App;
use crate::bot::Bot;
use crate::config::{KIND, check_key};

/// The address of WeCom, if `endpoint` does not say otherwise.
const PROVIDER: &str = "https://qyapi.weixin.qq.com";

/// A WeCom group bot or self-built app, ready to send.
#[derive(Debug)]
pub struct WeCom(BotOrApp);

#[derive(Debug)]
enum BotOrApp {
    Bot(Box<Bot>),
    App(Box<App>),
}

#[async_trait]
impl Notifier for WeCom {
    async fn notify(&self, notification: &Notification, attempt: &Attempt) -> Result<Receipt, SendError> {
        match &self.0 {
            BotOrApp::Bot(bot) => bot.notify(notification, attempt).await,
            BotOrApp::App(app) => app.notify(notification, attempt).await,
        }
    }

    async fn digest(&self, digest: &Digest, attempt: &Attempt) -> Result<Receipt, SendError> {
        match &self.0 {
            BotOrApp::Bot(bot) => bot.digest(digest, attempt).await,
            BotOrApp::App(app) => app.digest(digest, attempt).await,
        }
    }

    fn capacity(&self, digest: &Digest) -> usize {
        match &self.0 {
            BotOrApp::Bot(bot) => bot.capacity(digest),
            BotOrApp::App(app) => app.capacity(digest),
        }
    }

    fn limits(&self) -> Limits {
        match &self.0 {
            BotOrApp::Bot(bot) => bot.limits(),
            BotOrApp::App(app) => app.limits(),
        }
    }

    fn clock_offset(&self) -> Option<SignedDuration> {
        match &self.0 {
            BotOrApp::Bot(bot) => bot.clock_offset(),
            BotOrApp::App(app) => app.clock_offset(),
        }
    }
}

impl Channel for WeCom {
    const KIND: &'static str = KIND;

    type Config = WeComConfig;

    fn warnings(config: &WeComConfig) -> Vec<SettingWarning> {
        config.warnings()
    }

    fn build(config: WeComConfig, context: Context) -> Result<Self, BuildError> {
        let WeComConfig { key, app, msgtype, mention, endpoint, proxy, proxy_login, ca_file } = config;
        let Context { name: _, locale, timeout } = context;
        let renderer = Renderer::new(locale);
        let client = || {
            Client::new(
                PROVIDER,
                HttpSettings { endpoint, proxy, proxy_login, ca_file, timeout, ..HttpSettings::default() },
            )
        };
        match (key, app) {
            (Some(key), None) => {
                check_key(&key)?;
                Ok(Self(BotOrApp::Bot(Box::new(Bot::new(client()?, key, msgtype, mention, renderer)))))
            }
            (None, Some(app)) => {
                app.check()?;
                if mention != MentionSettings::default() {
                    return Err(BuildError::new(
                        "mention",
                        "only a group bot mentions: an app writes to `app.to_user`",
                    ));
                }
                Ok(Self(BotOrApp::App(Box::new(App::new(
                    client()?.with_secrets([&app.secret]),
                    app,
                    msgtype,
                    renderer,
                )))))
            }
            (Some(_), Some(_)) => {
                Err(BuildError::new("app", "a channel is a bot (`key`) or an app (`app`), not both"))
            }
            (None, None) => Err(BuildError::new(
                "key",
                "missing: set `key` for a group bot, or `app` for a self-built app",
            )),
        }
    }

    fn into_sandbox(config: WeComConfig, doors: &SandboxDoors) -> (WeComConfig, SandboxAccount) {
        config.into_sandbox(doors)
    }
}

#[cfg(test)]
mod tests;
