use fanfare_chat::{MentionSettings, before_names, capacity, fit, link_target, linked, plain, without_links};
use fanfare_core::{Attempt, Digest, IdempotencyKey, Mention, MessageForm, Notification};
use fanfare_words::{Fact, Message, Renderer};
use serde::Serialize;

use crate::DingTalkMsgType;
use crate::markdown::{escape, escape_headline, escape_lines, escape_name};

/// "body 大小不合法 … 20000bytes 以内" (errcode 460101) is the limit of the whole JSON;
/// the rest is ours, in case it is counted otherwise.
const LONGEST_BODY: usize = 19_500;

/// The most bytes of a plain message, after a long one was refused. Our choice.
const LONGEST_PLAIN_BODY: usize = 4_000;

/// "被@的群成员 … 最多50个":
/// <https://open.dingtalk.com/document/development/custom-robots-send-group-messages>
const MOST_MENTIONS: usize = 50;

/// The look of a robot's messages.
#[derive(Debug)]
pub(crate) struct RobotLook {
    pub(crate) msgtype: DingTalkMsgType,
    pub(crate) keyword: Option<String>,
    pub(crate) mention: MentionSettings,
    pub(crate) renderer: Renderer,
}

/// The body of a request.
/// <https://open.dingtalk.com/document/development/custom-robots-send-group-messages>
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DingTalkBody {
    msgtype: MsgTypeWord,
    #[serde(skip_serializing_if = "Option::is_none")]
    markdown: Option<MarkdownField>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<TextField>,
    at: AtField,
    /// The same for every attempt of a delivery: DingTalk then posts it once.
    msg_uuid: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum MsgTypeWord {
    Markdown,
    Text,
}

#[derive(Debug, Serialize)]
struct MarkdownField {
    /// The text in the list of conversations and in the push; the message does not show it.
    title: String,
    text: String,
}

#[derive(Debug, Serialize)]
struct TextField {
    content: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AtField {
    at_mobiles: Vec<String>,
    at_user_ids: Vec<String>,
    is_at_all: bool,
}

/// A message before it is made to fit.
struct DingTalkDraft {
    message: Message,
    mention: Mention,
    msgtype: DingTalkMsgType,
    limit: usize,
}

impl RobotLook {
    /// The message for one attempt, within DingTalk's limit.
    pub(crate) fn body(&self, notification: &Notification, attempt: &Attempt) -> DingTalkBody {
        let message = self.renderer.notification(notification);
        let mention = self.mention.for_notification(notification, MOST_MENTIONS);
        let draft = match attempt.form {
            MessageForm::Full => {
                DingTalkDraft { message, mention, msgtype: self.msgtype, limit: LONGEST_BODY }
            }
            MessageForm::Plain => DingTalkDraft {
                message: plain(&message),
                mention,
                msgtype: DingTalkMsgType::Text,
                limit: LONGEST_PLAIN_BODY,
            },
        };
        self.fitted(&draft, &attempt.key)
    }

    /// The message that tells all of `digest`; within its capacity no line of it is cut.
    pub(crate) fn digest_body(&self, digest: &Digest, attempt: &Attempt) -> DingTalkBody {
        self.fitted(&self.digest_draft(digest, attempt.form), &attempt.key)
    }

    /// The notifications of `digest`, from its beginning, that one message carries in either form.
    pub(crate) fn capacity(&self, digest: &Digest) -> usize {
        let some_key = IdempotencyKey::new(&[]);
        let fits = |draft: &DingTalkDraft| {
            length(&self.rendered(draft, &draft.message, 0, &some_key)) <= draft.limit
        };
        capacity(digest, |digest, form| fits(&self.digest_draft(digest, form)))
    }

    /// Many alerts are many bytes, so a plain digest may be as long as any other.
    fn digest_draft(&self, digest: &Digest, form: MessageForm) -> DingTalkDraft {
        let message = self.renderer.digest(digest);
        let mention = self.mention.for_digest(digest, MOST_MENTIONS);
        let (message, msgtype) = match form {
            MessageForm::Full => (message, self.msgtype),
            MessageForm::Plain => (without_links(&message), DingTalkMsgType::Text),
        };
        DingTalkDraft { message, mention, msgtype, limit: LONGEST_BODY }
    }

    fn fitted(&self, draft: &DingTalkDraft, key: &IdempotencyKey) -> DingTalkBody {
        let render = |message: &Message, missing: usize| self.rendered(draft, message, missing, key);
        fit(&draft.message, draft.limit, render, length)
    }

    /// `message`, which is that of `draft` or what a cut has left of it.
    fn rendered(
        &self,
        draft: &DingTalkDraft,
        message: &Message,
        missing: usize,
        key: &IdempotencyKey,
    ) -> DingTalkBody {
        let DingTalkDraft { message: _, mention, msgtype, limit: _ } = draft;
        let (name, markdown, text) = match msgtype {
            DingTalkMsgType::Markdown => {
                (MsgTypeWord::Markdown, Some(self.markdown(message, mention, missing)), None)
            }
            DingTalkMsgType::Text => (MsgTypeWord::Text, None, Some(self.text(message, mention, missing))),
        };
        let Mention { mobiles, user_ids, all } = mention.clone();
        let at = AtField { at_mobiles: mobiles, at_user_ids: user_ids, is_at_all: all };
        DingTalkBody { msgtype: name, markdown, text, at, msg_uuid: key.as_str().to_owned() }
    }

    fn markdown(&self, message: &Message, mention: &Mention, missing: usize) -> MarkdownField {
        let Message { title, facts: _, others, content, link } = message;
        let fact = |Fact { name, text, link }: &Fact| {
            let text =
                if link.is_some() { linked(&escape_name(text), link.as_deref()) } else { escape(text) };
            format!("- **{name}**: {text}")
        };
        let lines: Vec<String> =
            message.lines().map(fact).chain(others.more_note().map(|note| format!("- {note}"))).collect();
        let link = link.as_deref().and_then(link_target);
        let blocks = [
            Some(format!("### {}", escape_headline(title))),
            self.keyword.clone(),
            (!lines.is_empty()).then(|| lines.join("\n")),
            content.as_deref().map(escape_lines),
            link.map(|url| format!("[{}]({url})", self.renderer.link_text())),
            self.renderer.cut_note(missing),
            mention_words(mention),
        ];
        let text = blocks.into_iter().flatten().collect::<Vec<_>>().join("\n\n");
        MarkdownField { title: title.clone(), text }
    }

    /// DingTalk adds the mentions itself, right behind the last sign: a number written here would be shown twice.
    fn text(&self, message: &Message, mention: &Mention, missing: usize) -> TextField {
        let blocks = [Some(message.to_string()), self.keyword.clone(), self.renderer.cut_note(missing)];
        let text = blocks.into_iter().flatten().collect::<Vec<_>>().join("\n\n");
        let calls = *mention != Mention::default();
        TextField { content: if calls { before_names(text, self.renderer.called()) } else { text } }
    }
}

/// The bytes of `body` as it is posted.
fn length(body: &DingTalkBody) -> usize {
    serde_json::to_vec(body).map_or(0, |json| json.len())
}

/// In markdown the text itself must name everybody who is to be called, with
/// spaces between them.
fn mention_words(mention: &Mention) -> Option<String> {
    let Mention { mobiles, user_ids, all } = mention;
    let people = mobiles.iter().chain(user_ids).map(|person| format!("@{person}"));
    let words: Vec<String> = people.chain(all.then(|| "@所有人".to_owned())).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

#[cfg(test)]
mod tests;
