use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use fanfare_chat::{MentionSettings, capacity, plain, without_links};
use fanfare_core::{
    Account, Attempt, Budget, Digest, Limits, Mention, MessageForm, Notification, Receipt, Secret, SendError,
};
use fanfare_http_channel::Client;
use fanfare_words::{Message, Renderer};
use jiff::SignedDuration;
use serde::Serialize;

use crate::config::KIND;
use crate::hints::WeComHints;
use crate::render::{Content, FontColour, Frame, NamesBehind, Shape};
use crate::{WeComMsgType, wire};

/// The path to which a bot posts:
/// <https://developer.work.weixin.qq.com/document/path/91770>
const PATH: &str = "/cgi-bin/webhook/send";

/// The budget of a bot, "每个机器人发送的消息不能超过20条/分钟":
/// <https://developer.work.weixin.qq.com/document/path/91770>
const BUDGET: Budget = Budget { messages: NonZeroU32::new(20).unwrap(), per: Duration::from_secs(60) };

/// The requests under way at once. Our choice: twenty a minute need no more, and a slow
/// answer does not hold up an urgent alert.
const CONCURRENCY: NonZeroUsize = NonZeroUsize::new(2).unwrap();

/// "markdown内容，最长不超过4096个字节", "文本内容，最长不超过2048个字节":
/// <https://developer.work.weixin.qq.com/document/path/91770>
const LONGEST_MARKDOWN: usize = 4096;
const LONGEST_TEXT: usize = 2048;

/// The most bytes of a plain message, after a long one was refused. Our choice.
const LONGEST_PLAIN: usize = LONGEST_TEXT / 2;

/// The most members in one message. Our choice, since WeCom publishes no limit: ids have up to 64 bytes, and fifteen of them
/// leave three quarters of a markdown message for the message.
const MOST_MENTIONS: usize = 15;

/// The bot of a group.
#[derive(Debug)]
pub(crate) struct Bot {
    client: Client,
    key: Secret,
    msgtype: WeComMsgType,
    mention: MentionSettings,
    renderer: Renderer,
}

/// The body of a bot's request:
/// <https://developer.work.weixin.qq.com/document/path/91770>
#[derive(Debug, Serialize)]
#[serde(tag = "msgtype", rename_all = "lowercase")]
enum BotBody {
    Markdown { markdown: Content },
    Text { text: MentioningText },
}

/// The lists count only here, inside `text`.
#[derive(Debug, Serialize)]
struct MentioningText {
    content: String,
    mentioned_list: Vec<String>,
    mentioned_mobile_list: Vec<String>,
}

/// A message before it is made to fit.
struct BotDraft {
    message: Message,
    mention: Mention,
    frame: Frame,
}

impl Bot {
    pub(crate) fn new(
        client: Client,
        key: Secret,
        msgtype: Option<WeComMsgType>,
        mention: MentionSettings,
        renderer: Renderer,
    ) -> Self {
        Self { client, key, msgtype: msgtype.unwrap_or(WeComMsgType::Markdown), mention, renderer }
    }

    pub(crate) async fn notify(
        &self,
        notification: &Notification,
        attempt: &Attempt,
    ) -> Result<Receipt, SendError> {
        self.post(self.draft(notification, attempt.form), attempt).await
    }

    pub(crate) async fn digest(&self, digest: &Digest, attempt: &Attempt) -> Result<Receipt, SendError> {
        self.post(self.digest_draft(digest, attempt.form), attempt).await
    }

    pub(crate) fn capacity(&self, digest: &Digest) -> usize {
        let fits = |BotDraft { message, mention: _, frame }: BotDraft| frame.holds(&message);
        capacity(digest, |digest, form| fits(self.digest_draft(digest, form)))
    }

    pub(crate) fn limits(&self) -> Limits {
        Limits {
            account: Account::new(KIND, &[self.key.expose()]),
            egress: self.client.egress(),
            budgets: vec![BUDGET],
            quota: None,
            concurrency: CONCURRENCY,
        }
    }

    pub(crate) fn clock_offset(&self) -> Option<SignedDuration> {
        self.client.clock_offset()
    }

    async fn post(&self, draft: BotDraft, attempt: &Attempt) -> Result<Receipt, SendError> {
        let query = [("key", self.key.expose())];
        let answer = self.client.post_json(PATH, &query, &draft.body(), attempt.at).await?;
        wire::outcome(&answer, WeComHints::in_language(self.renderer.language()))
    }

    fn draft(&self, notification: &Notification, form: MessageForm) -> BotDraft {
        let message = self.renderer.notification(notification);
        let mention = self.mention.for_notification(notification, MOST_MENTIONS);
        match form {
            MessageForm::Full => {
                let frame = self.frame(&mention, FontColour::from_notification(notification));
                BotDraft { message, mention, frame }
            }
            MessageForm::Plain => {
                let frame = self.text_frame(&mention, LONGEST_PLAIN);
                BotDraft { message: plain(&message), mention, frame }
            }
        }
    }

    fn digest_draft(&self, digest: &Digest, form: MessageForm) -> BotDraft {
        let message = self.renderer.digest(digest);
        let mention = self.mention.for_digest(digest, MOST_MENTIONS);
        let frame = self.frame(&mention, FontColour::from_digest(digest));
        match form {
            MessageForm::Full => BotDraft { message, mention, frame },
            MessageForm::Plain => {
                let message = without_links(&message);
                let text = self.text_frame(&mention, LONGEST_TEXT);
                // Half of the alerts would not fit into a text. Without links, and with the
                // alerts' own markup undone, markdown is as plain.
                let frame = if text.holds(&message) { text } else { frame };
                BotDraft { message, mention, frame }
            }
        }
    }

    fn frame(&self, mention: &Mention, colour: FontColour) -> Frame {
        match self.msgtype_for(mention) {
            WeComMsgType::Text => self.text_frame(mention, LONGEST_TEXT),
            WeComMsgType::Markdown => Frame {
                renderer: self.renderer.clone(),
                shape: Shape::Markdown(colour),
                limit: LONGEST_MARKDOWN,
                tail: mention_words(&mention.user_ids),
                names: NamesBehind::Nobody,
            },
        }
    }

    fn text_frame(&self, mention: &Mention, limit: usize) -> Frame {
        let calls = *mention != Mention::default();
        let names = if calls { NamesBehind::Called } else { NamesBehind::Nobody };
        Frame { renderer: self.renderer.clone(), shape: Shape::Text, limit, tail: None, names }
    }

    /// Markdown mentions members by id and nobody else. A mention that rings is worth
    /// more than colours, and a second message for it would cost a second of twenty.
    fn msgtype_for(&self, mention: &Mention) -> WeComMsgType {
        let Mention { mobiles, user_ids: _, all } = mention;
        if mobiles.is_empty() && !all { self.msgtype } else { WeComMsgType::Text }
    }
}

impl BotDraft {
    fn body(self) -> BotBody {
        let Self { message, mention, frame } = self;
        let content = frame.fitted(&message);
        match frame.shape {
            Shape::Markdown(_) => BotBody::Markdown { markdown: Content { content } },
            Shape::Text => {
                let Mention { mobiles: mentioned_mobile_list, user_ids: mut mentioned_list, all } = mention;
                mentioned_list.extend(all.then(|| "@all".to_owned()));
                BotBody::Text { text: MentioningText { content, mentioned_list, mentioned_mobile_list } }
            }
        }
    }
}

fn mention_words(user_ids: &[String]) -> Option<String> {
    let words: Vec<String> = user_ids.iter().map(|id| format!("<@{id}>")).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

#[cfg(test)]
mod tests;
