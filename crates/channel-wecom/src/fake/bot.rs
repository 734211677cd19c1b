//! A bot in a group.

use fanfare_sandbox::{
    FakeAccountState, LimitDecision, ProviderLimit, ProviderRefusal, ProviderRequest, ProviderVerdict,
    ShownMessage, Target, ViolationKind, text_at,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::account::{BotStatus, WeComBot};
use super::content::{self, MARKDOWN_BYTES};
use super::media::BotMedia;
use super::mention;
use super::outcome::WeComOutcome;
use super::reply::object;
use super::rules::{WeComReader, WeComRules};

/// The window of "每个机器人发送的消息不能超过20条/分钟"; the block after it lasts as
/// long as the window that was exceeded.
/// <https://developer.work.weixin.qq.com/document/path/91770>
const MINUTE: SignedDuration = SignedDuration::from_secs(60);

/// A bot and its memory.
pub(super) struct WeComBotState {
    target: Target,
    bot: WeComBot,
    pub(super) limit: ProviderLimit,
    pub(super) media: BotMedia,
}

impl FakeAccountState for WeComBotState {
    type Settings = WeComBot;

    fn credential(bot: &WeComBot) -> &str {
        &bot.key
    }

    fn new(name: &str, bot: WeComBot) -> Self {
        let limit = ProviderLimit::new(bot.per_minute, MINUTE, MINUTE);
        Self { target: Target::new(name, Vec::new()), bot, limit, media: BotMedia::default() }
    }

    fn rename(&mut self, name: &str, bot: WeComBot) {
        self.target.add(name, Vec::new());
        self.limit.set_limit(bot.per_minute);
        self.bot = bot;
    }

    fn target(&self) -> &Target {
        &self.target
    }
}

impl WeComBotState {
    /// Takes a message for the group.
    pub(super) fn take(
        &mut self,
        rules: &WeComRules,
        request: &ProviderRequest,
        now: Timestamp,
    ) -> WeComOutcome {
        if self.limit.is_blocked(now) {
            return WeComOutcome::too_often(ViolationKind::SentWhileBlocked);
        }
        let shown = match self.check(rules, request, now) {
            Ok(shown) => shown,
            Err(refusal) => return WeComOutcome::refused(refusal),
        };
        match self.limit.pass(now) {
            LimitDecision::Granted => WeComOutcome::new(ProviderVerdict::Delivered, shown),
            LimitDecision::Exceeded => WeComOutcome::too_often(ViolationKind::LimitExceeded),
            LimitDecision::Blocked => WeComOutcome::too_often(ViolationKind::SentWhileBlocked),
        }
    }

    fn check(
        &self,
        rules: &WeComRules,
        request: &ProviderRequest,
        now: Timestamp,
    ) -> Result<ShownMessage, ProviderRefusal> {
        match self.bot.status {
            BotStatus::Active => {}
            BotStatus::Stopped => return Err(ProviderRefusal::new(93_004, "bot is stopped")),
            BotStatus::Removed => return Err(ProviderRefusal::new(93_008, "not in chat")),
        }
        if !request.is_post() {
            return Err(ProviderRefusal::new(40_058, "invalid ProviderRequest Parameter: POST required"));
        }
        let body = object(request)?;
        let form = body.get("msgtype").and_then(Value::as_str).unwrap_or_default();
        let shown = match form {
            "text" => self.text(&body, rules.bot_text_limit)?,
            "markdown" => self.markdown(&body)?,
            "markdown_v2" => {
                let text = content::bounded(&body, form, MARKDOWN_BYTES)?;
                ShownMessage { form: form.to_owned(), text, ..ShownMessage::default() }
            }
            "image" => content::image(&body)?,
            "news" => content::news(&body)?,
            "template_card" => content::template_card(&body)?,
            "file" | "voice" => {
                self.media.check(text_at(&body, form, "media_id"), now)?;
                ShownMessage { form: form.to_owned(), text: format!("[{form}]"), ..ShownMessage::default() }
            }
            _ => return Err(ProviderRefusal::new(40_008, "invalid message type")),
        };
        Ok(as_read_with(rules.reader, shown))
    }

    fn text(&self, body: &Value, limit: usize) -> Result<ShownMessage, ProviderRefusal> {
        let text = content::bounded(body, "text", limit)?;
        let (mut mentioned, mut text) = mention::inline(&text, &self.bot.members);
        for person in body.get("text").map(|it| mention::by_list(it, &self.bot.members)).unwrap_or_default() {
            text.push_str(if person.starts_with('@') { " " } else { " @" });
            text.push_str(&person);
            mentioned.push(person);
        }
        Ok(ShownMessage { form: "text".to_owned(), text, mentioned, ..ShownMessage::default() })
    }

    /// Lists beside markdown call nobody; only `<@userid>` in it does.
    fn markdown(&self, body: &Value) -> Result<ShownMessage, ProviderRefusal> {
        let text = content::bounded(body, "markdown", MARKDOWN_BYTES)?;
        let (mentioned, text) = mention::inline(&text, &self.bot.members);
        Ok(ShownMessage { form: "markdown".to_owned(), text, mentioned, ..ShownMessage::default() })
    }
}

/// The rest of a message in the client in which people read it.
fn as_read_with(reader: WeComReader, mut shown: ShownMessage) -> ShownMessage {
    match reader {
        WeComReader::WeCom => {}
        WeComReader::WeChat if shown.form == "text" => {}
        WeComReader::WeChat => shown.text = "[暂不支持此消息类型，请在企业微信查看]".to_owned(),
    }
    shown
}
