//! Self-alerts in Chinese.

use std::time::Duration;

use fanfare_core::{ChannelName, HeartbeatKey, HumanDuration, Language, Locale, Notification, SourceName};
use jiff::Timestamp;

use crate::kept_words::in_chinese;
use crate::renderer::Renderer;
use crate::self_alert::facts::{
    AbandonedContractFacts, RaisedCondition, ResolvedCondition, SelfAlertFacts, SelfAlertText,
    missing_channels, to_the_minute,
};
use crate::store_problem::StoreProblem;

/// The texts of a self-alert in Chinese.
pub(crate) fn text(facts: &SelfAlertFacts) -> SelfAlertText {
    match facts {
        SelfAlertFacts::Raised(condition) => raised(condition),
        SelfAlertFacts::Resolved(condition) => resolved(condition),
        SelfAlertFacts::ChannelTest { channel, requested_by } => {
            channel_test(channel, requested_by.as_deref())
        }
        SelfAlertFacts::ContractBroken(broken) => contract_broken(broken),
    }
}

fn contract_broken(broken: &AbandonedContractFacts) -> SelfAlertText {
    let renderer = Renderer::new(Locale { language: Language::Zh, ..Locale::default() });
    let AbandonedContractFacts { receiver, alerts, newest, missing } = broken;
    let titles: Vec<String> = newest.iter().map(|it| renderer.notification(it).title).collect();
    let newest_title = titles.first().map_or("", String::as_str);
    let missing =
        missing_channels(missing, "、", |channel, words| format!("{channel}（{}）", in_chinese(words)));
    if let ([only], 1) = (&newest[..], *alerts) {
        let alert = only.alert_id;
        return SelfAlertText {
            title: format!("未按约定送达 {receiver}: {newest_title}"),
            description: format!(
                "告警 {alert} 未能按时送达足够的渠道，且没有其他可通知的渠道，请执行 fanfare explain {alert}。\
                 未确认的渠道: {missing}"
            ),
            content: Some(renderer.notification(only).to_string()),
        };
    }
    let line = |(title, it): (&String, &Notification)| format!("{title}（告警 {}）", it.alert_id);
    let mut lines: Vec<String> = titles.iter().zip(newest).map(line).collect();
    let more = alerts.saturating_sub(newest.len());
    if more > 0 {
        lines.push(format!("另有 {more} 条"));
    }
    SelfAlertText {
        title: format!("{alerts} 条告警未按约定送达 {receiver}，最新一条: {newest_title}"),
        description: format!(
            "这些告警未能按时送达足够的渠道，且没有其他可通知的渠道，\
             请执行 fanfare dead-letters list --receiver {receiver}。未确认的渠道: {missing}"
        ),
        content: Some(lines.join("\n")),
    }
}

fn channel_test(channel: &ChannelName, requested_by: Option<&str>) -> SelfAlertText {
    let why = match requested_by {
        Some(by) => format!("由 {by} 发起"),
        None => "例行演练".to_owned(),
    };
    SelfAlertText {
        title: format!("测试渠道 {channel}，无需处理"),
        description: format!("收到本消息即表示该渠道可用（{why}）。"),
        content: None,
    }
}

fn raised(condition: &RaisedCondition) -> SelfAlertText {
    match condition {
        RaisedCondition::ChannelBroken { channel, since, reason } => channel_broken(channel, *since, reason),
        RaisedCondition::ChannelSilenced { channel, until, reason } => {
            channel_silenced(channel, *until, reason.as_deref())
        }
        RaisedCondition::DeadLetters { channel, letters } => dead_letters(channel, *letters),
        RaisedCondition::QuotaShort { pool, period, messages, used, percent, resets_at } => SelfAlertText {
            title: format!("{pool} {period} 的消息额度已用 {percent} %"),
            description: format!(
                "已用 {used} 条，共 {messages} 条，{resets_at} 重新计数。请向服务商提高额度，\
                 或减少发送：加长 repeat_interval，收窄路由。"
            ),
            content: None,
        },
        RaisedCondition::SecretOld { channel, days } => secret_old(channel, *days),
        RaisedCondition::ClockBehind { channel, seconds } => clock_off(channel, *seconds, "慢"),
        RaisedCondition::ClockAhead { channel, seconds } => clock_off(channel, *seconds, "快"),
        RaisedCondition::DiskNearlyFull { free, total } => disk_nearly_full(*free, *total),
        RaisedCondition::StoreUnusable(problem) => store_unusable(problem),
        RaisedCondition::StoreSaved { path } => SelfAlertText {
            title: "另存的存储中有告警未通知任何人".to_owned(),
            description: format!(
                "网关上次运行时不得不将存储另存为 {path}，其中待发的消息不会再发送。请停止网关，用 \
                 `fanfare restore --replace` 恢复该文件；若其内容已无用，请将其移走。"
            ),
            content: None,
        },
        RaisedCondition::SourceQuiet { source, every, quiet_for } => source_quiet(source, *every, *quiet_for),
        RaisedCondition::HeartbeatMissing { heartbeat, every, quiet_for } => {
            heartbeat_missing(heartbeat, *every, *quiet_for)
        }
        RaisedCondition::BrokerAway { source, away_for, heartbeats } => {
            broker_away(source, *away_for, *heartbeats)
        }
    }
}

fn channel_broken(channel: &ChannelName, since: Timestamp, reason: &str) -> SelfAlertText {
    let (since, reason) = (to_the_minute(since), in_chinese(reason));
    SelfAlertText {
        title: format!("渠道 {channel} 无法发送"),
        description: format!(
            "自 {since} 起无法发送。待发消息均已保留，并按接收人的设置改由其他渠道发送。\
             修复后请执行 fanfare channels test {channel} 验证。原因: {reason}"
        ),
        content: None,
    }
}

fn channel_silenced(channel: &ChannelName, until: Timestamp, reason: Option<&str>) -> SelfAlertText {
    let until = to_the_minute(until);
    let reason = reason.map_or_else(|| "重启之前服务商的要求".to_owned(), in_chinese);
    SelfAlertText {
        title: format!("渠道 {channel} 在 {until} 之前被禁止发送"),
        description: format!(
            "服务商拒绝继续接收。待发消息均已保留，并按接收人的设置改由其他渠道发送。\
             请向服务商提高额度，或增加其他渠道。原因: {reason}"
        ),
        content: None,
    }
}

fn dead_letters(channel: &ChannelName, letters: u64) -> SelfAlertText {
    SelfAlertText {
        title: format!("渠道 {channel} 有 {letters} 条消息未能送达，待人工处理"),
        description: format!(
            "这些消息未经该渠道送达任何人。请执行 fanfare dead-letters list --channel {channel} 查看，然后重发或放弃。"
        ),
        content: None,
    }
}

fn secret_old(channel: &ChannelName, days: i32) -> SelfAlertText {
    SelfAlertText {
        title: format!("渠道 {channel} 的密钥已使用 {days} 天"),
        description: "请在服务商处更换密钥，将新密钥及当天的 rotated_at 写入配置后重新加载。".to_owned(),
        content: None,
    }
}

fn clock_off(channel: &ChannelName, seconds: u64, direction: &str) -> SelfAlertText {
    SelfAlertText {
        title: format!("本机时钟{direction}了 {seconds} 秒"),
        description: format!(
            "以渠道 {channel} 服务商的时间为准。请校准时钟并启用 NTP；\
             在此之前签名使用服务商时间，消息中的时间不准确。"
        ),
        content: None,
    }
}

fn disk_nearly_full(free: u64, total: u64) -> SelfAlertText {
    SelfAlertText {
        title: "存储所在磁盘空间即将耗尽".to_owned(),
        description: format!(
            "共 {total} MB，剩余 {free} MB。磁盘写满后将无法接收告警。请清理空间或缩短 retention。"
        ),
        content: None,
    }
}

fn store_unusable(problem: &StoreProblem) -> SelfAlertText {
    let remedy = match problem {
        StoreProblem::DiskFull => "请清理存储所在磁盘的空间，之后会自动恢复。",
        StoreProblem::ReadOnly => "请确认磁盘以可写方式挂载，且运行用户对该文件及其目录有写权限。",
        StoreProblem::Io(_) | StoreProblem::Slow => "请查看内核日志，检查磁盘、配额和挂载。",
        StoreProblem::Locked => "请关闭占用该文件的程序（可用 fuser -v 查看），之后会自动恢复。",
        StoreProblem::Missing => "请将文件放回原处，或允许写入其目录，之后会自动重新写入全部内容。",
        StoreProblem::Replaced => {
            "请移走该文件，之后会自动写回全部内容；副本已保存在同一目录，文件名以 .saved 结尾。"
        }
        StoreProblem::Truncated | StoreProblem::Overwritten => {
            "仍可读取的内容已保存在同一目录，文件名以 .saved 结尾。请停止服务，用该文件或备份替换后重新启动。"
        }
    };
    SelfAlertText {
        title: "无法保存告警，新告警被拒绝".to_owned(),
        description: format!("{}。此前已接收的告警仍会发送。{remedy}", problem.in_chinese()),
        content: None,
    }
}

fn source_quiet(source: &SourceName, every: Duration, quiet_for: Duration) -> SelfAlertText {
    let (every, quiet) = (HumanDuration(every), HumanDuration(quiet_for));
    SelfAlertText {
        title: format!("来源 {source} 长时间没有消息"),
        description: format!(
            "已有 {quiet} 没有收到任何告警，预期间隔为 {every}。请检查该来源是否运行、网络是否连通、凭据是否有效。"
        ),
        content: None,
    }
}

fn heartbeat_missing(heartbeat: &HeartbeatKey, every: Duration, quiet_for: Duration) -> SelfAlertText {
    let (every, quiet) = (HumanDuration(every), HumanDuration(quiet_for));
    SelfAlertText {
        title: format!("{heartbeat} 心跳丢失"),
        description: format!(
            "已有 {quiet} 没有收到心跳，预期间隔为 {every}。请检查其是否运行、是否有电、网络是否连通。\
             如已停用，请执行 fanfare heartbeats forget {heartbeat}"
        ),
        content: None,
    }
}

fn broker_away(source: &SourceName, away_for: Duration, heartbeats: usize) -> SelfAlertText {
    let away = HumanDuration(away_for);
    let unheard = match heartbeats {
        0 => String::new(),
        many => format!("其 {many} 个心跳在此期间无法收到，不逐个告警。"),
    };
    SelfAlertText {
        title: format!("来源 {source} 的 MQTT 服务器无法连接"),
        description: format!(
            "已断开 {away}，恢复之前收不到发往该服务器的告警。{unheard}请检查服务器是否运行、网络是否连通、\
             账号是否有效，详情见日志。"
        ),
        content: None,
    }
}

fn store_usable(problem: &StoreProblem) -> SelfAlertText {
    SelfAlertText {
        title: "存储已恢复，告警正常接收".to_owned(),
        description: format!("{}。现已恢复，内容完整。请查明原因。", problem.in_chinese()),
        content: None,
    }
}

fn resolved(condition: &ResolvedCondition) -> SelfAlertText {
    let (title, description) = match condition {
        ResolvedCondition::Channel(channel) => {
            (format!("渠道 {channel} 故障解除"), "渠道已恢复，待发消息正在发送；或该渠道已从配置中移除。")
        }
        ResolvedCondition::Silence(channel) => (format!("渠道 {channel} 已恢复发送"), "待发消息正在发送。"),
        ResolvedCondition::DeadLetters(channel) => {
            (format!("渠道 {channel} 的未送达消息已处理"), "均已重发或放弃。")
        }
        ResolvedCondition::Quota(pool) => {
            (format!("{pool} 的消息额度已恢复"), "已进入新的计数周期，或额度已提高。")
        }
        ResolvedCondition::Secret(channel) => {
            (format!("渠道 {channel} 的密钥已更换"), "密钥已更换，或该渠道已从配置中移除。")
        }
        ResolvedCondition::Clock => ("本机时钟已校准".to_owned(), "与服务商时间一致。"),
        ResolvedCondition::Disk => ("存储所在磁盘空间已恢复".to_owned(), "空间充足。"),
        ResolvedCondition::StoreSaved => ("已无另存的存储".to_owned(), "该文件已恢复或已移走。"),
        ResolvedCondition::Store(problem) => return store_usable(problem),
        ResolvedCondition::Contract(receiver) => (
            format!("此前未按约定送达 {receiver} 的告警均已处理"),
            "这些告警均已补送、已恢复，或已有人处理。",
        ),
        ResolvedCondition::Heartbeat(heartbeat) => {
            (format!("{heartbeat} 心跳已恢复"), "已收到心跳，或不再监视。")
        }
        ResolvedCondition::Broker(source) => (
            format!("来源 {source} 的 MQTT 服务器已重新连接"),
            "断开期间保留的消息正在接收；或该来源已从配置中移除。",
        ),
        ResolvedCondition::Source(source) => {
            (format!("来源 {source} 已恢复消息"), "已收到告警，或不再监视该来源。")
        }
    };
    SelfAlertText { title, description: description.to_owned(), content: None }
}
