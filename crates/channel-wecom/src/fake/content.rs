//! The types of message that bots and apps share.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use fanfare_sandbox::{ProviderRefusal, ShownMessage, text_at};
use md5::{Digest, Md5};
use serde_json::Value;

/// Bytes in a bot's markdown.
/// <https://developer.work.weixin.qq.com/document/path/91770>
pub(super) const MARKDOWN_BYTES: usize = 4_096;

/// Bytes after which titles and descriptions of news and cards are cut.
/// <https://developer.work.weixin.qq.com/document/path/91770>
const TITLE_BYTES: usize = 128;
const DESCRIPTION_BYTES: usize = 512;
const ARTICLES: usize = 8;

/// Bytes of an image before base64.
const IMAGE_BYTES: usize = 2 * 1024 * 1024;

/// Bytes of an address, by the note on 40039.
const URL_BYTES: usize = 1_024;

/// A text that is not empty.
pub(super) fn content(body: &Value, form: &str) -> Result<String, ProviderRefusal> {
    let text = text_at(body, form, "content").map(str::to_owned);
    text.ok_or_else(|| ProviderRefusal::new(44_004, "empty content"))
}

/// A text that is not empty and not too long. The limit is in bytes, and the code
/// for a longer one is 40058 and not the documented 45002.
pub(super) fn bounded(body: &Value, form: &str, limit: usize) -> Result<String, ProviderRefusal> {
    let text = content(body, form)?;
    if text.len() > limit {
        let words = format!("{form}.content exceed max length {limit}. invalid Request Parameter");
        return Err(ProviderRefusal::new(40_058, words));
    }
    Ok(text)
}

/// An article list, cut without a word where it is too long.
pub(super) fn news(body: &Value) -> Result<ShownMessage, ProviderRefusal> {
    let articles = body.get("news").and_then(|news| news.get("articles")).and_then(Value::as_array);
    let articles =
        articles.filter(|it| !it.is_empty()).ok_or_else(|| ProviderRefusal::new(44_004, "empty content"))?;
    if articles.len() > ARTICLES {
        return Err(ProviderRefusal::new(45_008, "articles count exceed limit"));
    }
    let mut shown = ShownMessage { form: "news".to_owned(), ..ShownMessage::default() };
    for article in articles {
        let title = field(article, "title").ok_or_else(|| ProviderRefusal::new(41_016, "missing title"))?;
        check_url(field(article, "url").unwrap_or_default())?;
        let title = cut(title, TITLE_BYTES, &mut shown.cut);
        let description =
            cut(field(article, "description").unwrap_or_default(), DESCRIPTION_BYTES, &mut shown.cut);
        if shown.title.is_empty() {
            shown.title.clone_from(&title);
        }
        shown.text.push_str(&format!("{title}\n{description}\n"));
    }
    Ok(shown)
}

/// A card with a title, a description and an address, cut likewise.
pub(super) fn text_card(body: &Value) -> Result<ShownMessage, ProviderRefusal> {
    const CARD: &str = "textcard";
    let title = text_at(body, CARD, "title").ok_or_else(|| ProviderRefusal::new(41_016, "missing title"))?;
    let description =
        text_at(body, CARD, "description").ok_or_else(|| ProviderRefusal::new(44_004, "empty content"))?;
    check_url(text_at(body, CARD, "url").unwrap_or_default())?;
    let mut was_cut = false;
    let title = cut(title, TITLE_BYTES, &mut was_cut);
    let text = cut(description, DESCRIPTION_BYTES, &mut was_cut);
    Ok(ShownMessage { form: CARD.to_owned(), title, text, cut: was_cut, ..ShownMessage::default() })
}

/// An image with the check sum of its bytes, not of their base64.
pub(super) fn image(body: &Value) -> Result<ShownMessage, ProviderRefusal> {
    let size = || ProviderRefusal::new(40_009, "invalid image size");
    let encoded =
        text_at(body, "image", "base64").ok_or_else(|| ProviderRefusal::new(44_004, "empty content"))?;
    let raw = BASE64_STANDARD
        .decode(encoded)
        .map_err(|_| ProviderRefusal::new(40_035, "invalid parameter: base64"))?;
    if raw.is_empty() || raw.len() > IMAGE_BYTES {
        return Err(size());
    }
    let sum: String = Md5::digest(&raw).iter().map(|byte| format!("{byte:02x}")).collect();
    match text_at(body, "image", "md5") {
        Some(claimed) if claimed.eq_ignore_ascii_case(&sum) => {}
        _ => return Err(ProviderRefusal::new(301_019, "image md5 is not matched")),
    }
    let text = format!("[image of {} bytes]", raw.len());
    Ok(ShownMessage { form: "image".to_owned(), text, ..ShownMessage::default() })
}

/// A template card.
/// <https://developer.work.weixin.qq.com/document/path/91770>, 模版卡片类型.
pub(super) fn template_card(body: &Value) -> Result<ShownMessage, ProviderRefusal> {
    const CARD: &str = "template_card";
    let parameter =
        |what: &str| ProviderRefusal::new(40_058, format!("{CARD}.{what}: invalid Request Parameter"));
    let card = body
        .get(CARD)
        .filter(|it| it.is_object())
        .ok_or_else(|| ProviderRefusal::new(44_004, "empty content"))?;
    if !matches!(field(card, "card_type"), Some("text_notice" | "news_notice")) {
        return Err(parameter("card_type"));
    }
    let title = text_at(card, "main_title", "title").unwrap_or_default();
    let text = field(card, "sub_title_text").unwrap_or_default();
    if title.is_empty() && text.is_empty() {
        return Err(parameter("main_title"));
    }
    let action = card.get("card_action").ok_or_else(|| parameter("card_action"))?;
    match action.get("type").and_then(Value::as_i64) {
        Some(1) => check_url(field(action, "url").unwrap_or_default())?,
        Some(2) if field(action, "appid").is_some() => {}
        _ => return Err(parameter("card_action.type")),
    }
    for (list, limit) in [("horizontal_content_list", 6), ("jump_list", 3)] {
        if card.get(list).and_then(Value::as_array).is_some_and(|items| items.len() > limit) {
            return Err(parameter(list));
        }
    }
    Ok(ShownMessage {
        form: CARD.to_owned(),
        title: title.to_owned(),
        text: text.to_owned(),
        ..ShownMessage::default()
    })
}

fn check_url(url: &str) -> Result<(), ProviderRefusal> {
    if url.len() > URL_BYTES {
        return Err(ProviderRefusal::new(40_039, "url size over limit"));
    }
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(ProviderRefusal::new(45_034, "url lacks http or https"));
    }
    Ok(())
}

fn field<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// The first `limit` bytes, on a character boundary.
pub(super) fn cut(text: &str, limit: usize, was_cut: &mut bool) -> String {
    *was_cut |= text.len() > limit;
    text[..text.floor_char_boundary(limit)].to_owned()
}

/// The readable parts of a body that was refused, for the journal.
pub(super) fn parse_loosely(body: &[u8]) -> ShownMessage {
    let Ok(body) = serde_json::from_slice::<Value>(body) else { return ShownMessage::default() };
    let form = body.get("msgtype").and_then(Value::as_str).unwrap_or_default().to_owned();
    let text = text_at(&body, &form, "content").unwrap_or_default().to_owned();
    ShownMessage { form, text, ..ShownMessage::default() }
}
