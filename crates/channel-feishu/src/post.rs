//! A message as rich text.

use std::collections::BTreeMap;

use fanfare_chat::link_target;
use fanfare_core::Language;
use fanfare_words::{Fact, Message, Renderer};
use serde::Serialize;

use crate::mention::Called;

/// Rich text in one language.
/// <https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot>
#[derive(Debug, Serialize)]
pub(crate) struct PostContent {
    post: BTreeMap<&'static str, Post>,
}

#[derive(Debug, Serialize)]
struct Post {
    title: String,
    content: Vec<PostLine>,
}

type PostLine = Vec<PostPart>;

#[derive(Debug, Serialize)]
#[serde(tag = "tag", rename_all = "lowercase")]
enum PostPart {
    Text { text: String },
    A { text: String, href: String },
    At { user_id: String },
}

impl PostContent {
    /// The rich text of `message`, which lacks so many bytes.
    pub(crate) fn new(
        message: &Message,
        missing: usize,
        keyword: Option<&str>,
        called: &Called,
        renderer: &Renderer,
    ) -> Self {
        let Message { title, facts: _, others, content, link } = message;
        let mut lines: Vec<PostLine> = message.lines().map(fact_line).collect();
        lines.extend(others.more_note().as_deref().map(text_line));
        lines.extend(content.as_deref().map(|it| it.trim().lines()).into_iter().flatten().map(text_line));
        lines.extend(
            link.as_deref()
                .and_then(link_target)
                .map(|href| vec![PostPart::A { text: renderer.link_text().to_owned(), href }]),
        );
        lines.extend(renderer.cut_note(missing).as_deref().map(text_line));
        lines.extend(keyword.map(text_line));
        lines.extend((!called.is_empty()).then(|| mention_line(called)));
        let post = Post { title: title.clone(), content: lines };
        Self { post: BTreeMap::from([(language_key(renderer.language()), post)]) }
    }
}

/// The key of a language's rich text; a client shows what is there in any other language, too.
fn language_key(language: Language) -> &'static str {
    match language {
        Language::En => "en_us",
        Language::Zh => "zh_cn",
    }
}

fn fact_line(Fact { name, text, link }: &Fact) -> PostLine {
    match link.as_deref().and_then(link_target) {
        Some(href) => {
            vec![PostPart::Text { text: format!("{name}: ") }, PostPart::A { text: text.clone(), href }]
        }
        None => text_line(&format!("{name}: {text}")),
    }
}

fn text_line(text: &str) -> PostLine {
    vec![PostPart::Text { text: text.to_owned() }]
}

fn mention_line(called: &Called) -> PostLine {
    let ids = called.ids().iter().map(|id| PostPart::At { user_id: id.clone() });
    let texts = called.by_text().map(|text| PostPart::Text { text: format!(" {text}") });
    ids.chain(texts).collect()
}
