use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use fanfare_core::{
    Account, Attempt, Budget, Channel, Form, Limits, Message, Notification, Receipt, SendError, Style,
};
use fanfare_webhook::{Client, plain};
use jiff::Timestamp;
use serde::Serialize;

use crate::render::{Colour, Content, Frame};
use crate::token::Tokens;
use crate::wire::AppReply;
use crate::{AppConfig, MsgType, WeCom};

/// <https://developer.work.weixin.qq.com/document/path/90236>
const PATH: &str = "/cgi-bin/message/send";

/// "应用给同一个成员发送消息不可超过30次/分，1000次/小时，超过部分会被丢弃不下发": what is too much is
/// dropped under `errcode` 0, so it must never be sent. We cannot know the members of a
/// party or tag, so every message counts for everybody; and sixteen a minute keep
/// both limits, thirty only the first.
/// <https://developer.work.weixin.qq.com/document/path/90236>
const BUDGET: Budget = Budget { messages: NonZeroU32::new(16).unwrap(), per: Duration::from_secs(60) };

/// Ours: WeCom answers too many at once with 45033 and does not say what is too many.
const CONCURRENCY: NonZeroUsize = NonZeroUsize::new(4).unwrap();

/// "消息内容，最长不超过2048个字节，超过将截断" and so for markdown; we cut it ourselves, so that it shows.
/// <https://developer.work.weixin.qq.com/document/path/90236>
const LONGEST_CONTENT: usize = 2048;

/// Ours: what may stand in a plain message, after a long one was refused.
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
    msgtype: MsgType,
    style: Style,
}

/// <https://developer.work.weixin.qq.com/document/path/90236>
#[derive(Debug, Serialize)]
struct Body {
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
    pub(crate) fn new(client: Client, config: AppConfig, msgtype: Option<MsgType>, style: Style) -> Self {
        let tokens = Tokens::new(client.clone(), config.corp_id.trim().to_owned(), config.secret.clone());
        Self { client, tokens, config, msgtype: msgtype.unwrap_or(MsgType::Text), style }
    }

    pub(crate) async fn notify(
        &self,
        notification: &Notification,
        attempt: &Attempt,
    ) -> Result<Receipt, SendError> {
        let body = self.body(notification, attempt.form);
        let token = self.tokens.current(attempt.at).await?;
        let reply = self.post(&token, &body, attempt.at).await?;
        if !reply.refuses_token() {
            return reply.outcome(&self.config);
        }
        // WeCom may end a token early. Once: a second refusal has another cause.
        let token = self.tokens.instead_of(&token, attempt.at).await?;
        self.post(&token, &body, attempt.at).await?.outcome(&self.config)
    }

    pub(crate) fn limits(&self) -> Limits {
        let AppConfig { corp_id, secret, .. } = &self.config;
        Limits {
            account: Account::of(WeCom::KIND, &[corp_id.trim(), secret.expose()]),
            budget: Some(BUDGET),
            concurrency: CONCURRENCY,
        }
    }

    async fn post(&self, token: &str, body: &Body, at: Timestamp) -> Result<AppReply, SendError> {
        self.client.post_json(PATH, &[("access_token", token)], body, at).await?.reply()
    }

    fn body(&self, notification: &Notification, form: Form) -> Body {
        let AppConfig { corp_id: _, secret: _, agent_id, to_user, to_party, to_tag } = &self.config;
        let message = Message::of(notification, &self.style);
        let frame =
            |limit| Frame { language: self.style.language, limit, tail: Some(unique_line(notification)) };
        let (msgtype, markdown, text) = match (form, self.msgtype) {
            (Form::Plain, MsgType::Markdown | MsgType::Text) => {
                ("text", None, Some(frame(LONGEST_PLAIN).text(&plain(&message))))
            }
            (Form::Full, MsgType::Text) => ("text", None, Some(frame(LONGEST_CONTENT).text(&message))),
            (Form::Full, MsgType::Markdown) => {
                let content = frame(LONGEST_CONTENT).markdown(&message, Colour::of(notification));
                ("markdown", Some(content), None)
            }
        };
        Body {
            touser: to_user.joined(),
            toparty: to_party.joined(),
            totag: to_tag.joined(),
            agentid: *agent_id,
            msgtype,
            markdown: markdown.map(|content| Content { content }),
            text: text.map(|content| Content { content }),
            safe: 0,
            enable_duplicate_check: 1,
            duplicate_check_interval: DUPLICATE_CHECK_SECONDS,
        }
    }
}

/// Makes the content the same for every attempt of a notification and unlike that of
/// any other: WeCom takes equal contents for a repeat and drops them silently.
fn unique_line(notification: &Notification) -> String {
    let Notification { id, alert_id, .. } = notification;
    format!("#{alert_id}-{id}")
}

#[cfg(test)]
mod tests;
