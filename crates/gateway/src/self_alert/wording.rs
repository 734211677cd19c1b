//! Wording of self-alerts: the event and the remedy, in English and in Chinese. Without
//! backticks, which chat programs show as they are; and the provider's words at the end:
//! they may be long, and a digest cuts them off.

use std::time::Duration;

use fanfare_core::{ChannelName, HumanDuration, Quota, QuotaLevel, SourceName};
use jiff::{SignedDuration, Timestamp};

use crate::self_alert::condition::Condition;
use crate::self_alert::snapshot::DiskSpace;

/// The texts of a self-alert, in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Wording {
    /// One line.
    pub(crate) title: String,
    /// The event and the remedy.
    pub(crate) description: String,
}

pub(crate) fn channel_broken(channel: &ChannelName, since: Timestamp, reason: &str) -> Wording {
    let since = to_the_minute(since);
    Wording {
        title: format!("Channel {channel} does not work / 渠道 {channel} 无法发送"),
        description: format!(
            "Nothing has gone out on it since {since}. What waits for it is kept, and is told elsewhere where its receiver \
             says so. Mend it, then run: fanfare channels test {channel} / 自 {since} 起无法发送。待发消息均已保留，\
             并按接收人的设置改由其他渠道发送。修复后请执行 fanfare channels test {channel} 验证。\
             Reason / 原因: {reason}"
        ),
    }
}

fn to_the_minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

pub(crate) fn channel_silenced(channel: &ChannelName, until: Timestamp, reason: &str) -> Wording {
    let until = to_the_minute(until);
    Wording {
        title: format!(
            "Channel {channel} may not send until {until} / 渠道 {channel} 在 {until} 之前被禁止发送"
        ),
        description: format!(
            "Its provider wants nothing more. What waits for it is kept, and is told elsewhere where its receiver says so. \
             Get more messages from the provider, or add a channel. \
             / 服务商拒绝继续接收。待发消息均已保留，并按接收人的设置改由其他渠道发送。\
             请向服务商提高额度，或增加其他渠道。Reason / 原因: {reason}"
        ),
    }
}

pub(crate) fn dead_letters(channel: &ChannelName, letters: u64) -> Wording {
    Wording {
        title: format!(
            "Channel {channel}: {letters} given up, waiting for a person / 渠道 {channel} 有 {letters} 条消息未能送达，待人工处理"
        ),
        description: format!(
            "Nobody was told of these on that channel. Retry or discard them: fanfare dead-letters list --channel {channel} \
             / 这些消息未经该渠道送达任何人。请执行 fanfare dead-letters list --channel {channel} 查看，\
             然后重发或放弃。"
        ),
    }
}

pub(crate) fn quota_short(quota: &Quota, level: QuotaLevel, used: u64, now: Timestamp) -> Wording {
    let (pool, messages, period) = (&quota.pool, quota.messages, quota.period_of(now));
    let percent = level.percent();
    let resets_at =
        quota.resets_at(now).to_zoned(quota.zone.clone()).strftime("%Y-%m-%d %H:%M %:z").to_string();
    Wording {
        title: format!(
            "{percent} % of the messages of {pool} for {period} are used / {pool} {period} 的消息额度已用 {percent} %"
        ),
        description: format!(
            "{used} of {messages} are used; the count begins anew at {resets_at}. Get more from the provider, or send \
             less: longer repeat_interval, fewer alerts by narrower routes. / 已用 {used} 条，共 {messages} 条，{resets_at} \
             重新计数。请向服务商提高额度，或减少发送：加长 repeat_interval，收窄路由。"
        ),
    }
}

pub(crate) fn secret_old(channel: &ChannelName, days: i32) -> Wording {
    Wording {
        title: format!("The secret of {channel} is {days} days old / 渠道 {channel} 的密钥已使用 {days} 天"),
        description:
            "Replace it at the provider, put the new one and today's rotated_at into the config, and reload. \
                      / 请在服务商处更换密钥，将新密钥及当天的 rotated_at 写入配置后重新加载。"
                .to_owned(),
    }
}

pub(crate) fn clock_off(channel: &ChannelName, offset: SignedDuration) -> Wording {
    let seconds = offset.abs().as_secs();
    let (way, way_zh) = if offset.is_positive() { ("behind", "慢") } else { ("ahead", "快") };
    Wording {
        title: format!("Our clock is {seconds} s {way} / 本机时钟{way_zh}了 {seconds} 秒"),
        description: format!(
            "So says the provider of {channel}. Set the clock, and keep it right with NTP; until then messages are \
             signed with the provider's time, and the times in them are wrong. / 以渠道 {channel} 服务商的时间为准。\
             请校准时钟并启用 NTP；在此之前签名使用服务商时间，消息中的时间不准确。"
        ),
    }
}

pub(crate) fn disk_nearly_full(DiskSpace { free, total }: DiskSpace) -> Wording {
    let (free, total) = (megabytes(free), megabytes(total));
    Wording {
        title: "The disk of the store is nearly full / 存储所在磁盘空间即将耗尽".to_owned(),
        description: format!(
            "{free} MB of {total} MB are free. Once it is full no alert can be accepted. Make room, or shorten \
             retention. / 共 {total} MB，剩余 {free} MB。磁盘写满后将无法接收告警。请清理空间或缩短 retention。"
        ),
    }
}

fn megabytes(bytes: u64) -> u64 {
    bytes / 1_000_000
}

pub(crate) fn source_quiet(source: &SourceName, every: Duration, quiet_for: Duration) -> Wording {
    let every = HumanDuration(every);
    let quiet = HumanDuration(Duration::from_secs(quiet_for.as_secs()));
    Wording {
        title: format!("Source {source} has gone quiet / 来源 {source} 长时间没有消息"),
        description: format!(
            "Not one alert for {quiet}, and one is expected every {every}. See whether it runs, reaches us and is let \
             in. / 已有 {quiet} 没有收到任何告警，预期间隔为 {every}。请检查该来源是否运行、网络是否连通、凭据是否有效。"
        ),
    }
}

/// The texts of the alert that resolves `condition`.
pub(crate) fn resolved(condition: &Condition) -> Wording {
    let (title, description) = match condition {
        Condition::Channel(channel) => (
            format!("Channel {channel} is no longer broken / 渠道 {channel} 故障解除"),
            "It works again, and what waited for it goes out; or it has left the config. \
             / 渠道已恢复，待发消息正在发送；或该渠道已从配置中移除。",
        ),
        Condition::Silence(channel) => (
            format!("Channel {channel} may send again / 渠道 {channel} 已恢复发送"),
            "What waited for it goes out. / 待发消息正在发送。",
        ),
        Condition::DeadLetters(channel) => (
            format!("Nothing given up on {channel} waits any more / 渠道 {channel} 的未送达消息已处理"),
            "All of it was retried or discarded. / 均已重发或放弃。",
        ),
        Condition::Quota(pool) => (
            format!("{pool} has messages again / {pool} 的消息额度已恢复"),
            "A new period has begun, or the quota was raised. / 已进入新的计数周期，或额度已提高。",
        ),
        Condition::Secret(channel) => (
            format!("The secret of {channel} is fresh / 渠道 {channel} 的密钥已更换"),
            "It was replaced, or the channel has left the config. / 密钥已更换，或该渠道已从配置中移除。",
        ),
        Condition::Clock => (
            "Our clock is right again / 本机时钟已校准".to_owned(),
            "It agrees with the providers' clocks. / 与服务商时间一致。",
        ),
        Condition::Disk => (
            "The disk of the store has room again / 存储所在磁盘空间已恢复".to_owned(),
            "There is enough to go on. / 空间充足。",
        ),
        Condition::Source(source) => (
            format!("Source {source} is heard again / 来源 {source} 已恢复消息"),
            "An alert has come in, or it is expected no more. / 已收到告警，或不再监视该来源。",
        ),
    };
    Wording { title, description: description.to_owned() }
}
