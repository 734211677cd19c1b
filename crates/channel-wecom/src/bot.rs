use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use fanfare_core::{
    Account, Attempt, Budget, Channel, Form, Limits, Mention, Message, Notification, Receipt, Secret,
    SendError, Style,
};
use fanfare_webhook::{Client, MentionSettings, plain};
use serde::Serialize;

use crate::render::{Colour, Content, Frame};
use crate::{MsgType, WeCom, wire};

/// <https://developer.work.weixin.qq.com/document/path/91770>
const PATH: &str = "/cgi-bin/webhook/send";

/// "每个机器人发送的消息不能超过20条/分钟":
/// <https://developer.work.weixin.qq.com/document/path/91770>
const BUDGET: Budget = Budget { messages: NonZeroU32::new(20).unwrap(), per: Duration::from_secs(60) };

/// Ours: twenty a minute need no more, and a slow answer does not hold up an urgent alert.
const CONCURRENCY: NonZeroUsize = NonZeroUsize::new(2).unwrap();

/// "markdown内容，最长不超过4096个字节", "文本内容，最长不超过2048个字节":
/// <https://developer.work.weixin.qq.com/document/path/91770>
const LONGEST_MARKDOWN: usize = 4096;
const LONGEST_TEXT: usize = 2048;

/// Ours: what may stand in a plain message, after a long one was refused.
const LONGEST_PLAIN: usize = LONGEST_TEXT / 2;

/// Ours, since WeCom publishes none. Ids have up to 64 bytes, and fifteen of them
/// leave three quarters of a markdown message for the message.
const MOST_MENTIONS: usize = 15;

/// The bot of a group.
#[derive(Debug)]
pub(crate) struct Bot {
    client: Client,
    key: Secret,
    msgtype: MsgType,
    mention: MentionSettings,
    style: Style,
}

/// <https://developer.work.weixin.qq.com/document/path/91770>
#[derive(Debug, Serialize)]
#[serde(tag = "msgtype", rename_all = "lowercase")]
enum Body {
    Markdown { markdown: Content },
    Text { text: Text },
}

/// The lists count only here, inside `text`.
#[derive(Debug, Serialize)]
struct Text {
    content: String,
    mentioned_list: Vec<String>,
    mentioned_mobile_list: Vec<String>,
}

impl Bot {
    pub(crate) fn new(
        client: Client,
        key: Secret,
        msgtype: Option<MsgType>,
        mention: MentionSettings,
        style: Style,
    ) -> Self {
        Self { client, key, msgtype: msgtype.unwrap_or(MsgType::Markdown), mention, style }
    }

    pub(crate) async fn notify(
        &self,
        notification: &Notification,
        attempt: &Attempt,
    ) -> Result<Receipt, SendError> {
        let body = self.body(notification, attempt.form);
        let answer = self.client.post_json(PATH, &[("key", self.key.expose())], &body, attempt.at).await?;
        wire::outcome(&answer)
    }

    pub(crate) fn limits(&self) -> Limits {
        Limits {
            account: Account::of(WeCom::KIND, &[self.key.expose()]),
            budget: Some(BUDGET),
            concurrency: CONCURRENCY,
        }
    }

    fn body(&self, notification: &Notification, form: Form) -> Body {
        let message = Message::of(notification, &self.style);
        let mention = self.mention.for_notification(notification, MOST_MENTIONS);
        let frame = |limit, tail| Frame { language: self.style.language, limit, tail };
        match (form, self.msgtype_for(&mention)) {
            (Form::Plain, MsgType::Markdown | MsgType::Text) => {
                text(frame(LONGEST_PLAIN, None).text(&plain(&message)), mention)
            }
            (Form::Full, MsgType::Text) => text(frame(LONGEST_TEXT, None).text(&message), mention),
            (Form::Full, MsgType::Markdown) => {
                let frame = frame(LONGEST_MARKDOWN, mention_words(&mention.user_ids));
                Body::Markdown {
                    markdown: Content { content: frame.markdown(&message, Colour::of(notification)) },
                }
            }
        }
    }

    /// Markdown mentions members by id and nobody else. A mention that rings is worth
    /// more than colours, and a second message for it would cost a second of twenty.
    fn msgtype_for(&self, mention: &Mention) -> MsgType {
        let Mention { mobiles, user_ids: _, all } = mention;
        if mobiles.is_empty() && !all { self.msgtype } else { MsgType::Text }
    }
}

fn text(content: String, mention: Mention) -> Body {
    let Mention { mobiles: mentioned_mobile_list, user_ids: mut mentioned_list, all } = mention;
    mentioned_list.extend(all.then(|| "@all".to_owned()));
    Body::Text { text: Text { content, mentioned_list, mentioned_mobile_list } }
}

fn mention_words(user_ids: &[String]) -> Option<String> {
    let words: Vec<String> = user_ids.iter().map(|id| format!("<@{id}>")).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

#[cfg(test)]
mod tests;
