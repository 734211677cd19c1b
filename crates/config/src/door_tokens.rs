//! The tokens that senders and askers show: those of the sources and of the API.

use fanfare_core::Secret;
use fanfare_settings::{Section, SettingPath};

use crate::keyword_or_map::{AuthYaml, SourceAuthYaml};
use crate::source_auth::placed;
use crate::yaml::{ServerYaml, SourceYaml};

/// The fewest characters of a token that is not simply tried out: of six letters and digits there are 57 thousand
/// million, for which a thousand tries a second take almost two years.
const SHORTEST: usize = 6;

/// The tokens that are tried first, without what is no letter and no digit.
const GUESSES: [&str; 26] = [
    "123456",
    "12345678",
    "123456789",
    "1234567890",
    "abc123",
    "abcd1234",
    "admin",
    "admin123",
    "apikey",
    "apitoken",
    "bearer",
    "bearertoken",
    "default",
    "fanfare",
    "foobar",
    "letmein",
    "password",
    "password1",
    "passw0rd",
    "qwerty",
    "qwerty123",
    "secret",
    "secrettoken",
    "test",
    "thinklink",
    "token",
];

/// The remedy for a token that can be guessed.
const ANEW: &str = "take a random one, e.g. from `openssl rand -hex 32`";

/// Notes tokens of doors that no sender can show, and warns of those that anybody can.
pub(crate) fn check(server: &ServerYaml, sources: &[SourceYaml], section: &mut Section) {
    let api = server.auth.as_ref().and_then(token);
    let api_path = SettingPath::new("server").key("auth").key("bearer");
    if let Some(token) = api {
        check_token(token, &api_path, section);
    }
    for (index, source) in sources.iter().enumerate() {
        let path = SettingPath::new("sources").index(index).key("auth");
        for (path, token) in source_tokens(source.auth.as_ref(), &path) {
            check_token(token, &path, section);
            if api.is_some_and(|api| api.expose() == token.expose()) {
                let message = format!(
                    "is the token of the source `{}` too: whoever posts alerts there may use the API; give each its own",
                    source.name
                );
                section.warning(&api_path, message);
            }
        }
    }
}

/// The token of the API, unless it is missing, which has been reported, or a stand-in.
fn token(auth: &AuthYaml) -> Option<&Secret> {
    match auth {
        AuthYaml::None => None,
        AuthYaml::Bearer(token) => Some(token).filter(|it| is_given(it)),
    }
}

/// The tokens of a source's door, but for those that are missing or stand-ins, each with its path.
fn source_tokens<'a>(
    auth: Option<&'a SourceAuthYaml>,
    path: &'a SettingPath,
) -> Vec<(SettingPath, &'a Secret)> {
    let Some(SourceAuthYaml::AnyOf(credentials)) = auth else { return Vec::new() };
    let tokens = placed(credentials, path).flat_map(|(path, it)| {
        let robot =
            it.dingtalk.as_ref().map(|it| (path.key("dingtalk").key("access_token"), &it.access_token));
        let bot = it.wecom.as_ref().map(|it| (path.key("wecom").key("key"), &it.key));
        let bearer = it.bearer.as_ref().map(|it| (path.key("bearer"), it));
        let in_path = it.path.as_ref().map(|it| (path.key("path"), it));
        bearer.into_iter().chain(in_path).chain(robot).chain(bot)
    });
    tokens.filter(|(_, token)| is_given(token)).collect()
}

fn is_given(token: &Secret) -> bool {
    !token.expose().is_empty() && !token.is_stand_in()
}

fn check_token(token: &Secret, path: &SettingPath, section: &mut Section) {
    if let Some(complaint) = unusable(token.expose()) {
        section.error(path, complaint);
    } else if let Some(doubt) = guessable(token.expose()) {
        section.warning(path, doubt);
    }
}

/// The complaint about `token` if it cannot be shown as `Authorization: Bearer TOKEN`.
fn unusable(token: &str) -> Option<&'static str> {
    let lower = token.to_ascii_lowercase();
    if lower.starts_with("bearer ") || lower.starts_with("authorization:") {
        Some("the token begins with the header's own words, which senders write before it: leave them out")
    } else if token.contains(char::is_whitespace) {
        Some(
            "the token holds a blank, which no bearer token may (RFC 6750): write it without, or take another",
        )
    } else if !token.bytes().all(|b| b.is_ascii_graphic()) {
        Some("the token holds a character that is not ASCII, which no header may: take another")
    } else {
        None
    }
}

/// The doubt about `token` if strangers may find it by trying.
fn guessable(token: &str) -> Option<String> {
    let plain: String = token.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    let mut signs: Vec<char> = token.chars().collect();
    signs.sort_unstable();
    signs.dedup();
    if GUESSES.contains(&plain.as_str()) || signs.len() < 3 {
        Some(format!("the token is one of the first that a stranger tries: {ANEW}"))
    } else if token.len() < SHORTEST {
        Some(format!("the token has fewer than {SHORTEST} characters, which can be tried out: {ANEW}"))
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
