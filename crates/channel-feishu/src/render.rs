//! A message within Feishu's limit, in each of the forms it takes.

use fanfare_chat::{capacity, fit, plain, without_links, without_tags};
use fanfare_core::{Digest, MessageForm, Notification};
use fanfare_words::{Message, Renderer};
use serde::Serialize;

use crate::FeishuMsgType;
use crate::card::{Card, CardColour, CardFrame};
use crate::mention::{Called, Mentions};
use crate::post::PostContent;

/// "请求体的数据大小不能超过 20 KB" is the limit of the whole JSON; the rest is ours, in case
/// it is counted otherwise.
/// <https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot>
const LONGEST_BODY: usize = 19_500;

/// The limit of a plain message, after a long one was refused. Ours.
const LONGEST_PLAIN_BODY: usize = 4_000;

/// The bytes of `"timestamp":"1716283459","sign":"…",` with the 44 signs of a signature.
const SIGNATURE: usize = 79;

/// The look of a bot's messages.
#[derive(Debug)]
pub(crate) struct FeishuLook {
    pub(crate) msg_type: FeishuMsgType,
    pub(crate) keyword: Option<String>,
    pub(crate) mentions: Mentions,
    pub(crate) renderer: Renderer,
}

/// The JSON that is posted.
/// <https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot>
#[derive(Debug, Serialize)]
pub(crate) struct FeishuBody {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) timestamp: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sign: Option<String>,
    #[serde(flatten)]
    content: FeishuContent,
}

#[derive(Debug, Serialize)]
#[serde(tag = "msg_type", rename_all = "lowercase")]
enum FeishuContent {
    Interactive { card: Card },
    Post { content: PostContent },
    Text { content: TextContent },
}

#[derive(Debug, Serialize)]
struct TextContent {
    text: String,
}

/// The form of one message.
#[derive(Debug, Clone, Copy)]
enum FeishuForm {
    Card(CardColour),
    Post,
    Text,
}

/// A message before it is made to fit.
struct FeishuDraft {
    message: Message,
    called: Called,
    form: FeishuForm,
    limit: usize,
}

impl FeishuLook {
    /// The message for one attempt, within Feishu's limit.
    pub(crate) fn body(&self, notification: &Notification, form: MessageForm) -> FeishuBody {
        let message = self.renderer.notification(notification);
        let called = self.mentions.for_notification(notification);
        let draft = match form {
            MessageForm::Full => {
                let form = self.full_form(CardColour::from_notification(notification));
                FeishuDraft { message, called, form, limit: LONGEST_BODY }
            }
            MessageForm::Plain => {
                let message = plain(&message);
                FeishuDraft { message, called, form: FeishuForm::Text, limit: LONGEST_PLAIN_BODY }
            }
        };
        self.fitted(&draft)
    }

    /// The message about all of `digest`; within its capacity no line of it is cut.
    pub(crate) fn digest_body(&self, digest: &Digest, form: MessageForm) -> FeishuBody {
        self.fitted(&self.digest_draft(digest, form))
    }

    /// The notifications of `digest`, from its beginning, that one message carries in either form.
    pub(crate) fn capacity(&self, digest: &Digest) -> usize {
        let fits = |draft: &FeishuDraft| length(&self.rendered(draft, &draft.message, 0)) <= draft.limit;
        capacity(digest, |digest, form| fits(&self.digest_draft(digest, form)))
    }

    /// Many alerts are many bytes, so a plain digest may be as long as any other.
    fn digest_draft(&self, digest: &Digest, form: MessageForm) -> FeishuDraft {
        let message = self.renderer.digest(digest);
        let called = self.mentions.for_digest(digest);
        let (message, form) = match form {
            MessageForm::Full => (message, self.full_form(CardColour::from_digest(digest))),
            MessageForm::Plain => (without_links(&message), FeishuForm::Text),
        };
        FeishuDraft { message, called, form, limit: LONGEST_BODY }
    }

    fn full_form(&self, colour: CardColour) -> FeishuForm {
        match self.msg_type {
            FeishuMsgType::Interactive => FeishuForm::Card(colour),
            FeishuMsgType::Post => FeishuForm::Post,
        }
    }

    fn fitted(&self, draft: &FeishuDraft) -> FeishuBody {
        fit(&draft.message, draft.limit, |message, missing| self.rendered(draft, message, missing), length)
    }

    /// The body of `message`, which is that of `draft` or the rest of it after a cut.
    fn rendered(&self, draft: &FeishuDraft, message: &Message, missing: usize) -> FeishuBody {
        let FeishuDraft { message: _, called, form, limit: _ } = draft;
        let keyword = self.keyword.as_deref();
        let content = match form {
            FeishuForm::Card(colour) => {
                let frame = CardFrame { colour: *colour, keyword, called, renderer: &self.renderer };
                FeishuContent::Interactive { card: Card::new(message, missing, frame) }
            }
            FeishuForm::Post => FeishuContent::Post {
                content: PostContent::new(message, missing, keyword, called, &self.renderer),
            },
            FeishuForm::Text => FeishuContent::Text { content: self.text(message, missing, called) },
        };
        FeishuBody { timestamp: None, sign: None, content }
    }

    fn text(&self, message: &Message, missing: usize, called: &Called) -> TextContent {
        let blocks = [
            // A text knows `<at …>`, too.
            Some(without_tags(&message.to_string())),
            self.renderer.cut_note(missing),
            self.keyword.clone(),
            (!called.is_empty()).then(|| called.in_text()),
        ];
        TextContent { text: blocks.into_iter().flatten().collect::<Vec<_>>().join("\n\n") }
    }
}

/// The bytes of `body` as it is posted, with the room for its signature.
fn length(body: &FeishuBody) -> usize {
    serde_json::to_vec(body).map_or(0, |json| json.len()) + SIGNATURE
}

#[cfg(test)]
mod tests;
