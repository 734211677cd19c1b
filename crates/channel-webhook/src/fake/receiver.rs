//! One receiver: its settings and its memory.

use fanfare_sandbox::{
    AccountSettings, FakeAccountState, InvalidAccount, ProviderRefusal, ProviderRequest, RecentKeys,
    ShownMessage, Target,
};
use jiff::Timestamp;
use serde_json::Value;

use super::signature;

/// A receiver's settings.
pub(super) struct ReceiverSettings {
    token: String,
    method: String,
    keys: Vec<Vec<u8>>,
}

impl ReceiverSettings {
    pub(super) fn from_settings(settings: &AccountSettings<'_>) -> Result<Self, InvalidAccount> {
        settings.check_names(&["token", "method", "signing_key"])?;
        let invalid = || InvalidAccount::Invalid("signing_key", "`whsec_` and base64");
        let keys = settings.all("signing_key").map(|text| signature::key_bytes(text).ok_or_else(invalid));
        Ok(Self {
            token: settings.required("token")?,
            method: settings.non_empty("method").unwrap_or("POST").to_owned(),
            keys: keys.collect::<Result<_, _>>()?,
        })
    }
}

/// A receiver and its memory.
pub(super) struct ReceiverState {
    target: Target,
    settings: ReceiverSettings,
    seen: RecentKeys,
}

impl FakeAccountState for ReceiverState {
    type Settings = ReceiverSettings;

    fn credential(settings: &ReceiverSettings) -> &str {
        &settings.token
    }

    fn new(name: &str, settings: ReceiverSettings) -> Self {
        Self { target: Target::new(name, Vec::new()), settings, seen: RecentKeys::default() }
    }

    fn rename(&mut self, name: &str, settings: ReceiverSettings) {
        self.target.add(name, Vec::new());
        self.settings = settings;
    }

    fn target(&self) -> &Target {
        &self.target
    }
}

impl ReceiverState {
    /// Checks a request; the code of a refusal is its HTTP status.
    pub(super) fn check(
        &self,
        request: &ProviderRequest,
        now: Timestamp,
    ) -> Result<ShownMessage, ProviderRefusal> {
        let ReceiverSettings { token: _, method, keys } = &self.settings;
        if request.method() != method {
            return Err(ProviderRefusal::new(405, "method not allowed"));
        }
        if !request.is_json() {
            return Err(ProviderRefusal::new(415, "expected application/json"));
        }
        if !keys.is_empty() && !signature::is_right(keys, request, request.provider_time(now)) {
            return Err(ProviderRefusal::new(401, "no signature of a known key and the present time"));
        }
        let body = request.object().ok_or_else(|| ProviderRefusal::new(400, "the body is no JSON object"))?;
        let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
        let missing = |name: &str| ProviderRefusal::new(422, format!("`{name}` is missing"));
        if text("version").as_deref() != Some("1") {
            return Err(missing("version"));
        }
        let told = list(&body, "notifications").ok_or_else(|| missing("notifications"))?;
        if !told.iter().all(|it| list(it, "alerts").is_some()) {
            return Err(missing("alerts"));
        }
        let id = text("id").ok_or_else(|| missing("id"))?;
        if request.header("webhook-id") != Some(&id) {
            return Err(ProviderRefusal::new(422, "`webhook-id` is not the message's `id`"));
        }
        Ok(ShownMessage {
            form: "json".to_owned(),
            title: text("title").ok_or_else(|| missing("title"))?,
            text: text("text").ok_or_else(|| missing("text"))?,
            id: Some(id),
            ..ShownMessage::default()
        })
    }

    /// True if the message with this id was taken before; from now on it was.
    pub(super) fn has_seen(&mut self, id: &str, now: Timestamp) -> bool {
        let is_known = self.seen.last(id).is_some();
        self.seen.remember(id, now);
        is_known
    }
}

/// The list at `field`, if it is not empty.
fn list<'a>(value: &'a Value, field: &str) -> Option<&'a Vec<Value>> {
    value.get(field).and_then(Value::as_array).filter(|it| !it.is_empty())
}
