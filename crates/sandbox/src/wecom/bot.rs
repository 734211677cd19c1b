//! A bot in a group.

use hyper::Method;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::content::{self, MARKDOWN_BYTES};
use super::media::Media;
use super::{Outcome, mention};
use crate::account::{Bot, BotState};
use crate::exchange::{Refusal, Request, text_at};
use crate::journal::{Shown, Verdict, ViolationKind};
use crate::rules::{Client, WeComRules};
use crate::target::Target;
use crate::window::{Limiter, Pass};

/// "每个机器人发送的消息不能超过20条/分钟"; the block after it lasts as long as the
/// window that was exceeded.
/// <https://developer.work.weixin.qq.com/document/path/91770>
const MINUTE: SignedDuration = SignedDuration::from_secs(60);

/// A bot and what it remembers.
pub(super) struct KnownBot {
    pub(super) target: Target,
    bot: Bot,
    pub(super) limiter: Limiter,
    pub(super) media: Media,
}

impl KnownBot {
    pub(super) fn new(target: Target, bot: Bot) -> Self {
        let limiter = Limiter::new(bot.per_minute, MINUTE, MINUTE);
        Self { target, bot, limiter, media: Media::default() }
    }

    /// The same bot under one more name.
    pub(super) fn rename(&mut self, name: String, audience: Vec<String>, bot: Bot) {
        self.target.add(name, audience);
        self.limiter.set_limit(bot.per_minute);
        self.bot = bot;
    }

    /// Takes a message for the group.
    pub(super) fn take(&mut self, rules: &WeComRules, request: &Request, now: Timestamp) -> Outcome {
        if self.limiter.is_blocked(now) {
            return Outcome::too_often(ViolationKind::SentWhileBlocked);
        }
        let shown = match self.check(rules, request, now) {
            Ok(shown) => shown,
            Err(refusal) => return Outcome::refused(refusal),
        };
        match self.limiter.pass(now) {
            Pass::Granted => Outcome::new(Verdict::Delivered, shown),
            Pass::Exceeded => Outcome::too_often(ViolationKind::LimitExceeded),
            Pass::Blocked => Outcome::too_often(ViolationKind::SentWhileBlocked),
        }
    }

    fn check(&self, rules: &WeComRules, request: &Request, now: Timestamp) -> Result<Shown, Refusal> {
        match self.bot.state {
            BotState::Active => {}
            BotState::Stopped => return Err(Refusal::new(93_004, "bot is stopped")),
            BotState::Removed => return Err(Refusal::new(93_008, "not in chat")),
        }
        if request.method != Method::POST {
            return Err(Refusal::new(40_058, "invalid Request Parameter: POST required"));
        }
        let body = super::object(request)?;
        let form = body.get("msgtype").and_then(Value::as_str).unwrap_or_default();
        let shown = match form {
            "text" => self.text(&body, rules.bot_text_limit)?,
            "markdown" => self.markdown(&body)?,
            "markdown_v2" => {
                let text = content::bounded(&body, form, MARKDOWN_BYTES)?;
                Shown { form: form.to_owned(), text, ..Shown::default() }
            }
            "image" => content::image(&body)?,
            "news" => content::news(&body)?,
            "template_card" => content::template_card(&body)?,
            "file" | "voice" => {
                self.media.check(text_at(&body, form, "media_id"), now)?;
                Shown { form: form.to_owned(), text: format!("[{form}]"), ..Shown::default() }
            }
            _ => return Err(Refusal::new(40_008, "invalid message type")),
        };
        Ok(as_read_with(rules.client, shown))
    }

    fn text(&self, body: &Value, limit: usize) -> Result<Shown, Refusal> {
        let text = content::bounded(body, "text", limit)?;
        let (mut mentioned, mut text) = mention::inline(&text, &self.bot.members);
        for person in body.get("text").map(|it| mention::by_list(it, &self.bot.members)).unwrap_or_default() {
            text.push_str(if person.starts_with('@') { " " } else { " @" });
            text.push_str(&person);
            mentioned.push(person);
        }
        Ok(Shown { form: "text".to_owned(), text, mentioned, ..Shown::default() })
    }

    /// Lists beside markdown call nobody; only `<@userid>` in it does.
    fn markdown(&self, body: &Value) -> Result<Shown, Refusal> {
        let text = content::bounded(body, "markdown", MARKDOWN_BYTES)?;
        let (mentioned, text) = mention::inline(&text, &self.bot.members);
        Ok(Shown { form: "markdown".to_owned(), text, mentioned, ..Shown::default() })
    }
}

/// What is left of a message in the client people read it with.
fn as_read_with(client: Client, mut shown: Shown) -> Shown {
    match client {
        Client::WeCom => {}
        Client::WeChat if shown.form == "text" => {}
        Client::WeChat => shown.text = "[暂不支持此消息类型，请在企业微信查看]".to_owned(),
    }
    shown
}
