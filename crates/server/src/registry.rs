//! The list of channel kinds. No other file of the workspace knows every channel by name.

use fanfare_config::ChannelRegistry;

/// Every kind of channel this build can send to.
#[must_use]
pub fn registry() -> ChannelRegistry {
    ChannelRegistry::default()
        .with::<channel_dingtalk::DingTalk>()
        .with::<channel_email::Email>()
        .with::<channel_feishu::Feishu>()
        .with::<channel_webhook::Webhook>()
        .with::<channel_wecom::WeCom>()
}

#[cfg(test)]
mod tests;
