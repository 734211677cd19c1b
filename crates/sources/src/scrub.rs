//! Removal of credentials from a body, before anything of it is kept or shown.
//!
//! The documents advise script authors to keep tokens in a device's attributes,
//! and a careless script forwards the whole device.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::json::{Json, Object};

pub(crate) use self::look::looks_random;
use self::look::looks_secret;
use self::sentence::Words;

mod sentence;
mod look;

/// The text that stands where a credential stood.
pub(crate) const REMOVED: &str = "[removed]";

/// The value without credentials: containers that hold them are dropped, and values whose
/// name or shape is that of a credential become [`REMOVED`].
pub(crate) fn scrub(json: &Json) -> Json {
    match json {
        Json::Null | Json::Bool(_) | Json::Number(_) => json.clone(),
        Json::Text(text) => Json::Text(scrub_text(text)),
        Json::List(items) => Json::List(items.iter().map(scrub).collect()),
        Json::Object(fields) => {
            let masked = scrub_entry(fields);
            let fields = masked.as_ref().unwrap_or(fields);
            Json::Object(fields.iter().filter_map(|(n, v)| scrub_field(n, v)).collect())
        }
    }
}

fn scrub_field(name: &str, value: &Json) -> Option<(String, Json)> {
    let plain = plain_name(name);
    if ATTRIBUTE_CONTAINERS.contains(&plain.as_str()) {
        return None;
    }
    let value = if CREDENTIAL_NAME.is_match(&plain) {
        Json::Text(REMOVED.to_owned())
    } else if SHARED_CONTAINERS.contains(&plain.as_str()) {
        scrub_shared(value)
    } else {
        scrub(value)
    };
    Some((scrub_text(name), value))
}

/// An entry of a list of names and values without its value, if its name is that of a credential. What is called
/// `name` may also be a thing with a reading, `{"name": "token count", "value": 5}`.
fn scrub_entry(fields: &Object) -> Option<Object> {
    let value = fields.get("value")?;
    let name_in = |field: &str| fields.get(field).and_then(Json::text);
    let is_word = |name: &&str| !name.contains(char::is_whitespace);
    let is_text = matches!(value, Json::Text(_) | Json::List(_) | Json::Object(_));
    let name = name_in("key").or_else(|| name_in("name").filter(|it| is_text && is_word(it)))?;
    if !is_secret_name(&plain_name(name)) {
        return None;
    }
    let mut fields = fields.clone();
    fields.insert("value".to_owned(), Json::Text(REMOVED.to_owned()));
    Some(fields)
}

/// The attributes that a server shares with its device. Most are limits and intervals, so only what looks like a
/// credential is taken.
fn scrub_shared(value: &Json) -> Json {
    match scrub(value) {
        Json::Text(text) if looks_secret(&text) => Json::Text(REMOVED.to_owned()),
        Json::List(items) => Json::List(items.iter().map(scrub_shared).collect()),
        Json::Object(fields) => {
            Json::Object(fields.iter().map(|(name, it)| (name.clone(), scrub_shared(it))).collect())
        }
        other @ (Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_)) => other,
    }
}

/// The name in lower case, letters and digits only.
pub(crate) fn plain_name(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Tells whether the name, in lower case, letters and digits only, is that of a credential or of a container of them.
pub(crate) fn is_secret_name(plain: &str) -> bool {
    ATTRIBUTE_CONTAINERS.contains(&plain) || CREDENTIAL_NAME.is_match(plain)
}

/// The text with each credential in it replaced by [`REMOVED`].
pub(crate) fn scrub_text(text: &str) -> String {
    if is_short_word(text) {
        return text.to_owned();
    }
    // Shapes first: an introduced credential ends at white space, and a key in PEM has some.
    let text = SHAPED.replace_all(text, format!("${{scheme}}{REMOVED}"));
    let masked = |found: &Captures<'_>| {
        let part = |name| found.name(name).map_or("", |it| it.as_str());
        if let Some(tag) = found.name("tag") {
            return format!("{}{REMOVED}", tag.as_str());
        }
        let (intro, value) = (part("intro"), part("value"));
        if value.starts_with(REMOVED) {
            return format!("{intro}{value}");
        }
        let rest = found.get(0).map_or("", |it| &text[it.end()..]);
        match sentence::words_after(intro, value, rest) {
            Words::Secret { length } => format!("{intro}{REMOVED}{}", &value[length..]),
            Words::Sentence => format!("{intro}{value}"),
        }
    };
    INTRODUCED.replace_all(&text, masked).into_owned()
}

/// Tells whether `text` is too short for any pattern below. Most names and values of a
/// body are, and need no closer look.
fn is_short_word(text: &str) -> bool {
    text.len() <= 10
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

/// The fields in which ThinkLink keeps the data of scripts, tokens among it: a device's
/// attributes, and the organisation's parameters. Lower case, letters only.
/// `…attributes` is what ThingsBoard calls them.
const ATTRIBUTE_CONTAINERS: [&str; 9] = [
    "serverattrs",
    "serverattributes",
    "macattrs",
    "macattributes",
    "otherattrs",
    "otherattributes",
    "clientattrs",
    "clientattributes",
    "orgparams",
];

/// The attributes that are shared with the device itself, spelt alike.
const SHARED_CONTAINERS: [&str; 2] = ["sharedattrs", "sharedattributes"];

/// Names of fields that hold a credential. Lower case, letters and digits only.
static CREDENTIAL_NAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x)
        token | secret | password | passwd | passphrase | pwd | authorization | credential | cookie | webhook
      | apikey | accesskey | privatekey | signkey | aeskey | wecomkey
      | appkey | nwkkey | appskey | nwkskey                        # LoRaWAN's root and session keys
      | psk $ | ^ (?: pass | auth | bearer | sk ) $
        # A `密码锁` is a lock.
      | (?: 密码 | 口令 | 密钥 | 秘钥 | 令牌 | 授权码 | 凭证 | 凭据 ) [0-9]* $",
    )
});

/// The words for a credential in a text, in English. `NAMES` stands for them in the pattern below.
const NAMES: &str =
    "token | secret | password | passwd | passphrase | pwd | psk | authorization | credentials?
              | (?: api | access | private | app | nwk ) [_-]? s? [_-]? key";

/// The words for a credential in a text, in Chinese. `ZH` stands for them.
const NAMES_ZH: &str = r"密\ ?码 | 口\ ?令 | 密\ ?钥 | 秘钥 | 令牌 | 授权码 | 凭证 | 凭据";

/// Credentials known by the text before them.
static INTRODUCED: LazyLock<Regex> = LazyLock::new(|| {
    let text = r#"(?ix)
        (?<intro>
            # In an address: ?access_token=…, &sign=…
            [?&;] (?: key | sig | sign | signature ) =
            # password: …, "dingtalk_secret": "…", also within JSON in a text; password -> …
          | (?: NAMES | ZH ) [\w-]* \\* ["'”」]? (?: \s+ is )? \s* (?: [:=：＝→] | [-=]> ) \s*
            (?: (?: bearer | basic | digest | negotiate ) \s+ )? [“「]?
            # {"key": "dingtalk_token", "value": "…"} in a text.
          | (?: NAMES | ZH ) [\w-]* \\* ["'] \s* , \s* \\* ["'] value \\* ["'] \s* : \s*
            # password is …, 密码是…
          | (?-u: \b ) (?: NAMES ) \s+ (?: is | was ) \s+ [“「]?
          | (?: ZH ) \s* [是为為] \s* [“「]?
            # On a command line: --db-password …, curl -u name:…
          | -- (?: [\w-]* - )? (?: NAMES | pass ) [\s=]+
          | (?: ^ | \s ) (?: -u | --user | --proxy-user ) [\s=]* ["']? [^\s:"'/]+ :
          | (?-u: \b ) pass \s* [=＝] \s*
          | (?-u: \b ) bearer \s+
            # Addresses whose path is the credential.
          | hooks\.slack\.com/services/
          | /open-apis/bot/v2/hook/ | /trigger-webhook/
          | discord(?:app)?\.com/api/webhooks/
          | \.webhook\.office\.com/
          | hooks\.zapier\.com/hooks/catch/
        )
        (?<value> \\* " [^"]* " | \\* ' [^']* ' | [^\s"'&,;，；。”」]+ )
      | (?<tag> < [\w:-]* (?: NAMES | ZH ) (?: \s [^<>]* )? > ) [^<]+"#;
    pattern(&text.replace("NAMES", NAMES).replace("ZH", NAMES_ZH))
});

/// Credentials known by their shape. In ASCII, as they are: each counted `\\w` of Unicode took 0.2 ms to compile.
static SHAPED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?x)
        (?: // [^\s/:@"']+ : [^\s/"']+ @ )                          # https://user:password@host
      | (?<scheme> [Hh][Tt][Tt][Pp][Ss]? : ) // [^\s/:@"'?\#]+ @     # https://token@host
      | SEC [0-9a-fA-F]{16,}                                       # DingTalk's signing secret
      | xox[a-z] - [0-9A-Za-z-]{6,} | xapp - [0-9A-Za-z-]{6,}      # Slack
      | [0-9]{6,} : [0-9A-Za-z_-]{30,}                             # Telegram's bot token
      | eyJ [0-9A-Za-z_-]{4,} \. [0-9A-Za-z_-]{4,} (?: \. [0-9A-Za-z_-]* )? # JSON Web Token
      | -----BEGIN\ [A-Z0-9\ ]+-----
        (?s: .*? ) (?: -----END\ [A-Z0-9\ ]+----- | \z )           # PEM
      | (?: AKIA | ASIA ) [0-9A-Z]{16} | LTAI [0-9A-Za-z]{12,}
      | AKID [0-9A-Za-z]{13,}                                      # AWS, Alibaba Cloud, Tencent Cloud
      | gh[a-z]_ [0-9A-Za-z]{20,} | github_pat_ [0-9A-Za-z_]{20,}            # GitHub"#,
    )
});

/// Compiles the patterns, which takes a millisecond; otherwise the first body would wait for it.
pub(crate) fn warm_up() {
    for pattern in [&CREDENTIAL_NAME, &INTRODUCED, &SHAPED] {
        LazyLock::force(pattern);
    }
}

/// The pattern that is written in the program.
#[expect(clippy::expect_used, reason = "a constant of this file; every test would fail")]
pub(crate) fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a valid pattern")
}

#[cfg(test)]
mod tests;
