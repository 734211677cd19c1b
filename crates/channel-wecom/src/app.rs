use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use fanfare_chat::{capacity, plain, without_links};
use fanfare_core::{
    Account, Attempt, Budget, Digest, IdempotencyKey, Limits, MessageForm, Notification, Receipt, SendError,
};
use fanfare_http_channel::Client;
use fanfare_words::{Message, Renderer};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::config::KIND;
use crate::hints::WeComHints;
use crate::render::{Content, FontColour, Frame, NamesBehind, Shape};
use crate::token::Tokens;
use crate::wire::AppReply;
use crate::{AppConfig, WeComMsgType};

/// The path to which an app posts:
/// <https://developer.work.weixin.qq.com/document/path/90236>
const PATH: &str = "/cgi-bin/message/send";

/// "应用给同一个成员发送消息不可超过30次/分，1000次/小时，超过部分会被丢弃不下发": what is too much is
/// dropped under `errcode` 0, so it must never be sent. The members of a party or tag
/// are not known, so every message counts for everybody.
/// <https://developer.work.weixin.qq.com/document/path/90236>
const BUDGETS: [Budget; 2] = [
    Budget { messages: NonZeroU32::new(30).unwrap(), per: Duration::from_secs(60) },
    Budget { messages: NonZeroU32::new(1000).unwrap(), per: Duration::from_secs(3600) },
];

/// The requests under way at once. Our choice: WeCom answers too many of them with 45033,
/// and publishes no number.
const CONCURRENCY: NonZeroUsize = NonZeroUsize::new(4).unwrap();

/// "消息内容，最长不超过2048个字节，超过将截断" and so for markdown; we cut it ourselves, so that it shows.
/// <https://developer.work.weixin.qq.com/document/path/90236>
const LONGEST_CONTENT: usize = 2048;

/// The most bytes of a plain message, after a long one was refused. Our choice.
const LONGEST_PLAIN: usize = LONGEST_CONTENT / 2;

/// "最大不超过4小时": for so long the same content goes out only once.
/// <https://developer.work.weixin.qq.com/document/path/90236>
const DUPLICATE_CHECK_SECONDS: u32 = 4 * 3600;

/// A self-built app that writes to members, parties and tags.
#[derive(Debug)]
pub(crate) struct App {
    client: Client,
    tokens: Tokens,
    config: AppConfig,
    msgtype: WeComMsgType,
    renderer: Renderer,
}

/// The body of an app's request:
/// <https://developer.work.weixin.qq.com/document/path/90236>
#[derive(Debug, Serialize)]
struct AppBody {
    touser: String,
    toparty: String,
    totag: String,
    agentid: u32,
    msgtype: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    markdown: Option<Content>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<Content>,
    safe: u8,
    enable_duplicate_check: u8,
    duplicate_check_interval: u32,
}

impl App {
    pub(crate) fn new(
        client: Client,
        config: AppConfig,
        msgtype: Option<WeComMsgType>,
        renderer: Renderer,
    ) -> Self {
        let tokens = Tokens::new(
            client.clone(),
            config.corp_id.trim().to_owned(),
            config.secret.clone(),
            WeComHints::in_language(renderer.language()),
        );
        Self { client, tokens, config, msgtype: msgtype.unwrap_or(WeComMsgType::Text), renderer }
    }

    pub(crate) async fn notify(
        &self,
        notification: &Notification,
        attempt: &Attempt,
    ) -> Result<Receipt, SendError> {
        self.send(&self.body(notification, attempt.form), attempt).await
    }

    pub(crate) async fn digest(&self, digest: &Digest, attempt: &Attempt) -> Result<Receipt, SendError> {
        let (message, frame) = self.digest_draft(digest, attempt.form, &attempt.key);
        self.send(&self.addressed(&message, &frame), attempt).await
    }

    pub(crate) fn capacity(&self, digest: &Digest) -> usize {
        let some_key = IdempotencyKey::new(&[]);
        let fits = |(message, frame): (Message, Frame)| frame.holds(&message);
        capacity(digest, |digest, form| fits(self.digest_draft(digest, form, &some_key)))
    }

    async fn send(&self, body: &AppBody, attempt: &Attempt) -> Result<Receipt, SendError> {
        let token = self.tokens.current(attempt.at).await?;
        let reply = self.post(&token, body, attempt.at).await?;
        if !reply.refuses_token() {
            return reply.outcome(&self.config, self.hints());
        }
        // WeCom may end a token early. Once: a second refusal has another cause.
        let token = self.tokens.instead_of(&token, attempt.at).await?;
        self.post(&token, body, attempt.at).await?.outcome(&self.config, self.hints())
    }

    fn hints(&self) -> &'static WeComHints {
        WeComHints::in_language(self.renderer.language())
    }

    pub(crate) fn limits(&self) -> Limits {
        let AppConfig { corp_id, secret, .. } = &self.config;
        Limits {
            account: Account::new(KIND, &[corp_id.trim(), secret.expose()]),
            egress: self.client.egress(),
            budgets: BUDGETS.to_vec(),
            quota: None,
            concurrency: CONCURRENCY,
        }
    }

    pub(crate) fn clock_offset(&self) -> Option<SignedDuration> {
        self.client.clock_offset()
    }

    async fn post(&self, token: &str, body: &AppBody, at: Timestamp) -> Result<AppReply, SendError> {
        AppReply::from_answer(&self.client.post_json(PATH, &[("access_token", token)], body, at).await?)
    }

    fn body(&self, notification: &Notification, form: MessageForm) -> AppBody {
        let message = self.renderer.notification(notification);
        let unique = unique_line(notification);
        match form {
            MessageForm::Full => self.addressed(
                &message,
                &self.frame(self.shape(FontColour::from_notification(notification)), LONGEST_CONTENT, unique),
            ),
            MessageForm::Plain => {
                self.addressed(&plain(&message), &self.frame(Shape::Text, LONGEST_PLAIN, unique))
            }
        }
    }

    /// Many alerts are many bytes, so a plain digest may be as long as any other.
    fn digest_draft(&self, digest: &Digest, form: MessageForm, key: &IdempotencyKey) -> (Message, Frame) {
        let message = self.renderer.digest(digest);
        let unique = format!("#{}", &key.as_str()[..UNIQUE_DIGITS]);
        let (message, shape) = match form {
            MessageForm::Full => (message, self.shape(FontColour::from_digest(digest))),
            MessageForm::Plain => (without_links(&message), Shape::Text),
        };
        (message, self.frame(shape, LONGEST_CONTENT, unique))
    }

    fn shape(&self, colour: FontColour) -> Shape {
        match self.msgtype {
            WeComMsgType::Markdown => Shape::Markdown(colour),
            WeComMsgType::Text => Shape::Text,
        }
    }

    fn frame(&self, shape: Shape, limit: usize, unique: String) -> Frame {
        Frame {
            renderer: self.renderer.clone(),
            shape,
            limit,
            tail: Some(unique),
            names: NamesBehind::Nobody,
        }
    }

    /// `message` in `frame`, to everybody of the settings.
    fn addressed(&self, message: &Message, frame: &Frame) -> AppBody {
        let AppConfig { corp_id: _, secret: _, agent_id, to_user, to_party, to_tag } = &self.config;
        let content = Content { content: frame.fitted(message) };
        let (msgtype, markdown, text) = match frame.shape {
            Shape::Markdown(_) => ("markdown", Some(content), None),
            Shape::Text => ("text", None, Some(content)),
        };
        AppBody {
            touser: to_user.joined(),
            toparty: to_party.joined(),
            totag: to_tag.joined(),
            agentid: *agent_id,
            msgtype,
            markdown,
            text,
            safe: 0,
            enable_duplicate_check: 1,
            duplicate_check_interval: DUPLICATE_CHECK_SECONDS,
        }
    }
}

/// The digits of a digest's key that make it unlike any other of the last four hours.
const UNIQUE_DIGITS: usize = 12;

/// Makes the content the same for every attempt of a notification and unlike that of
/// any other: WeCom takes equal contents for a repeat and drops them silently.
fn unique_line(notification: &Notification) -> String {
    let Notification { id, alert_id, .. } = notification;
    format!("#{alert_id}-{id}")
}

#[cfg(test)]
mod tests;
