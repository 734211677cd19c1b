//! The tokens of one app.

use std::collections::HashMap;

use fanfare_sandbox::ProviderRefusal;
use jiff::{SignedDuration, Timestamp};

/// The tokens of one app: the one that is valid, and those that were.
pub(super) struct IssuedTokens {
    app: usize,
    current: Option<String>,
    issued: HashMap<String, Timestamp>,
}

impl IssuedTokens {
    /// The tokens of the app with this number.
    pub(super) fn new(app: usize) -> Self {
        Self { app, current: None, issued: HashMap::new() }
    }

    /// The valid token and its remaining seconds; a new one only if there is none.
    /// "有效期内重复获取返回相同结果": within its life the same one comes back.
    /// <https://developer.work.weixin.qq.com/document/path/91039>
    pub(super) fn issue(&mut self, expires_in: u32, now: Timestamp) -> (String, i64) {
        if let Some(token) = &self.current
            && let Some(&end) = self.issued.get(token)
            && now < end
        {
            return (token.clone(), end.duration_since(now).as_secs());
        }
        let token = format!("sandbox-token-{}-{}", self.app, self.issued.len() + 1);
        let end = now.saturating_add(SignedDuration::from_secs(expires_in.into())).unwrap_or(Timestamp::MAX);
        self.issued.insert(token.clone(), end);
        self.current = Some(token.clone());
        (token, expires_in.into())
    }

    /// True if this app was ever given `token`.
    pub(super) fn issued(&self, token: &str) -> bool {
        self.issued.contains_key(token)
    }

    pub(super) fn revoke(&mut self) {
        self.current = None;
    }

    pub(super) fn check(&self, token: &str, now: Timestamp) -> Result<(), ProviderRefusal> {
        if self.issued.get(token).is_none_or(|&end| end <= now) {
            return Err(ProviderRefusal::new(42_001, "access_token expired"));
        }
        if self.current.as_deref() != Some(token) {
            return Err(ProviderRefusal::new(40_014, "invalid access_token"));
        }
        Ok(())
    }
}
