//! WeCom's answers: success with fields, and refusals in its words.

use fanfare_sandbox::{ProviderAnswer, ProviderRefusal, ProviderRequest};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// The call frequency is over the limit, for bots, apps and `gettoken` alike.
pub(super) const TOO_OFTEN: i64 = 45_009;

/// The answer of success, with more fields.
pub(super) fn ok_with(fields: Value) -> ProviderAnswer {
    let mut body = Map::new();
    body.insert("errcode".to_owned(), json!(0));
    body.insert("errmsg".to_owned(), json!("ok"));
    if let Value::Object(fields) = fields {
        body.extend(fields);
    }
    ProviderAnswer::json(200, &Value::Object(body))
}

/// The answer of a refusal, e.g.
/// `invalid webhook url, hint: [1700000000], from ip: 203.0.113.7, more info at …`.
pub(super) fn refuse(refusal: &ProviderRefusal, request: &ProviderRequest, now: Timestamp) -> ProviderAnswer {
    let ProviderRefusal { code, words } = refusal;
    let (hint, address) = (now.as_microsecond(), request.address());
    let more = format!("https://open.work.weixin.qq.com/devtool/query?e={code}");
    let words = format!("{words}, hint: [{hint}], from ip: {address}, more info at {more}");
    ProviderAnswer::json(200, &json!({"errcode": code, "errmsg": words}))
}

/// The body, if it is JSON. Another body is refused as a bad message type.
pub(super) fn object(request: &ProviderRequest) -> Result<Value, ProviderRefusal> {
    let words = "Warning: wrong json format. invalid message type";
    request.object().ok_or_else(|| ProviderRefusal::new(40_008, words))
}
