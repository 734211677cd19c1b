//! A custom bot in a Feishu group: its settings and its memory.

use fanfare_sandbox::{
    AccountSettings, AddressRange, FakeAccountState, InvalidAccount, Members, ProviderRefusal,
    ProviderRequest, Target, TimeWindow, is_allowed,
};
use jiff::{SignedDuration, Timestamp};

use super::message::BotMessage;
use super::rules::FeishuRules;
use super::signature;

/// "自定义机器人的频率控制为单租户单机器人 100 次/分钟，5 次/秒":
/// <https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot>
const PER_SECOND: usize = 5;
const PER_MINUTE: usize = 100;

/// "请求体的数据大小不能超过 20 KB", in its smaller reading.
const BODY_BYTES: usize = 20_000;

/// A bot's settings.
pub(super) struct BotSettings {
    token: String,
    secret: Option<String>,
    keywords: Vec<String>,
    pub(super) members: Members,
    allowed_addresses: Vec<AddressRange>,
    is_unlimited: bool,
}

impl BotSettings {
    pub(super) fn from_settings(settings: &AccountSettings<'_>) -> Result<Self, InvalidAccount> {
        settings.check_names(&["token", "secret", "keyword", "member", "allowed_address", "limits"])?;
        Ok(Self {
            token: settings.required("token")?,
            secret: settings.non_empty("secret").map(str::to_owned),
            keywords: settings.all("keyword").map(str::to_owned).collect(),
            members: Members::only_or_anyone(settings.all("member")),
            allowed_addresses: settings.address_ranges("allowed_address")?,
            is_unlimited: settings.is_unlimited()?,
        })
    }
}

/// A bot and its memory.
pub(super) struct BotState {
    target: Target,
    pub(super) settings: BotSettings,
    second: TimeWindow,
    minute: TimeWindow,
}

impl FakeAccountState for BotState {
    type Settings = BotSettings;

    fn credential(settings: &BotSettings) -> &str {
        &settings.token
    }

    fn new(name: &str, settings: BotSettings) -> Self {
        let window = |seconds| TimeWindow::new(SignedDuration::from_secs(seconds));
        Self { target: Target::new(name, Vec::new()), settings, second: window(1), minute: window(60) }
    }

    fn rename(&mut self, name: &str, settings: BotSettings) {
        self.target.add(name, Vec::new());
        self.settings = settings;
    }

    fn target(&self) -> &Target {
        &self.target
    }
}

impl BotState {
    /// The message of a request, or its refusal.
    pub(super) fn check(
        &self,
        rules: &FeishuRules,
        request: &ProviderRequest,
        now: Timestamp,
    ) -> Result<BotMessage, ProviderRefusal> {
        if request.body().len() > BODY_BYTES {
            return Err(ProviderRefusal::new(
                rules.too_long_code,
                "Bad Request: message exceeds the size limit",
            ));
        }
        let body = request.object().ok_or_else(|| ProviderRefusal::new(9_499, "Bad Request"))?;
        if let Some(secret) = &self.settings.secret
            && !signature::is_right(secret, &body, request.provider_time(now))
        {
            let words = "sign match fail or timestamp is not within one hour from current time";
            return Err(ProviderRefusal::new(19_021, words));
        }
        if !is_allowed(&self.settings.allowed_addresses, request.address()) {
            return Err(ProviderRefusal::new(19_022, format!("Ip Not Allowed: {}", request.address())));
        }
        let message = BotMessage::parse(&body)?;
        let (keywords, visible) = (&self.settings.keywords, message.visible());
        if !keywords.is_empty() && !keywords.iter().any(|it| visible.contains(it.as_str())) {
            return Err(ProviderRefusal::new(19_024, "Key Words Not Found"));
        }
        Ok(message)
    }

    /// Counts one more message, if both limits let it.
    pub(super) fn count(&mut self, now: Timestamp) -> Result<(), &'static str> {
        if self.settings.is_unlimited {
            return Ok(());
        }
        if self.second.count(now) >= PER_SECOND {
            return Err("more than 5 in a second");
        }
        if self.minute.count(now) >= PER_MINUTE {
            return Err("more than 100 in a minute");
        }
        self.second.add(now);
        self.minute.add(now);
        Ok(())
    }
}
