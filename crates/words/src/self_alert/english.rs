//! Self-alerts in English.

use std::time::Duration;

use fanfare_core::{ChannelName, HeartbeatKey, HumanDuration, Language, Locale, Notification, SourceName};
use jiff::Timestamp;

use crate::renderer::Renderer;
use crate::self_alert::facts::{
    AbandonedContractFacts, RaisedCondition, ResolvedCondition, SelfAlertFacts, SelfAlertText,
    missing_channels, to_the_minute,
};
use crate::store_problem::StoreProblem;

/// The texts of a self-alert in English.
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
    let renderer = Renderer::new(Locale { language: Language::En, ..Locale::default() });
    let AbandonedContractFacts { receiver, alerts, newest, missing } = broken;
    let titles: Vec<String> = newest.iter().map(|it| renderer.notification(it).title).collect();
    let newest_title = titles.first().map_or("", String::as_str);
    let missing = missing_channels(missing, ", ", |channel, words| format!("{channel} ({words})"));
    if let ([only], 1) = (&newest[..], *alerts) {
        let alert = only.alert_id;
        return SelfAlertText {
            title: format!("{receiver} could not be told as promised: {newest_title}"),
            description: format!(
                "Too few channels confirmed alert no. {alert} in time, and nobody is left to be told. \
                 Run: fanfare explain {alert}. Not confirmed by: {missing}"
            ),
            content: Some(renderer.notification(only).to_string()),
        };
    }
    let line = |(title, it): (&String, &Notification)| format!("{title} (alert no. {})", it.alert_id);
    let mut lines: Vec<String> = titles.iter().zip(newest).map(line).collect();
    let more = alerts.saturating_sub(newest.len());
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    SelfAlertText {
        title: format!(
            "{receiver} could not be told as promised of {alerts} alerts, the newest: {newest_title}"
        ),
        description: format!(
            "Too few channels confirmed them in time, and nobody is left to be told. \
             Run: fanfare dead-letters list --receiver {receiver}. Not confirmed by: {missing}"
        ),
        content: Some(lines.join("\n")),
    }
}

fn channel_test(channel: &ChannelName, requested_by: Option<&str>) -> SelfAlertText {
    let why = match requested_by {
        Some(by) => format!("asked for by {by}"),
        None => "a drill on schedule".to_owned(),
    };
    SelfAlertText {
        title: format!("TEST of channel `{channel}`, nothing to do"),
        description: format!("Whoever reads this sees that the channel works ({why})."),
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
            title: format!("{percent} % of the messages of {pool} for {period} are used"),
            description: format!(
                "{used} of {messages} are used; the count begins anew at {resets_at}. Get more from the \
                 provider, or send less: longer repeat_interval, fewer alerts by narrower routes."
            ),
            content: None,
        },
        RaisedCondition::SecretOld { channel, days } => secret_old(channel, *days),
        RaisedCondition::ClockBehind { channel, seconds } => clock_off(channel, *seconds, "behind"),
        RaisedCondition::ClockAhead { channel, seconds } => clock_off(channel, *seconds, "ahead"),
        RaisedCondition::DiskNearlyFull { free, total } => disk_nearly_full(*free, *total),
        RaisedCondition::StoreUnusable(problem) => store_unusable(problem),
        RaisedCondition::StoreSaved { path } => SelfAlertText {
            title: "Alerts lie in a saved store and are told to nobody".to_owned(),
            description: format!(
                "An earlier life of the gateway had to save its store as {path}. What was owed there does not go \
                 out. Stop the gateway and give the file back its name with `fanfare restore --replace`; or, if \
                 nothing of it matters any more, move it away."
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
    let since = to_the_minute(since);
    SelfAlertText {
        title: format!("Channel {channel} does not work"),
        description: format!(
            "Nothing has gone out on it since {since}. What waits for it is kept, and is told elsewhere where \
             its receiver says so. Mend it, then run: fanfare channels test {channel} to see that it works. \
             Reason: {reason}"
        ),
        content: None,
    }
}

fn channel_silenced(channel: &ChannelName, until: Timestamp, reason: Option<&str>) -> SelfAlertText {
    let until = to_the_minute(until);
    let reason = reason.unwrap_or("it has asked for that before a restart");
    SelfAlertText {
        title: format!("Channel {channel} may not send until {until}"),
        description: format!(
            "Its provider wants nothing more. What waits for it is kept, and is told elsewhere where its \
             receiver says so. Get more messages from the provider, or add a channel. Reason: {reason}"
        ),
        content: None,
    }
}

fn dead_letters(channel: &ChannelName, letters: u64) -> SelfAlertText {
    SelfAlertText {
        title: format!("Channel {channel}: {letters} given up, waiting for a person"),
        description: format!(
            "Nobody was told of these on that channel. Retry or discard them: \
             fanfare dead-letters list --channel {channel}"
        ),
        content: None,
    }
}

fn secret_old(channel: &ChannelName, days: i32) -> SelfAlertText {
    SelfAlertText {
        title: format!("The secret of {channel} is {days} days old"),
        description:
            "Replace it at the provider, put the new one and today's rotated_at into the config, and reload."
                .to_owned(),
        content: None,
    }
}

fn clock_off(channel: &ChannelName, seconds: u64, direction: &str) -> SelfAlertText {
    SelfAlertText {
        title: format!("Our clock is {seconds} s {direction}"),
        description: format!(
            "So says the provider of {channel}. Set the clock, and keep it right with NTP; until then \
             messages are signed with the provider's time, and the times in them are wrong."
        ),
        content: None,
    }
}

fn disk_nearly_full(free: u64, total: u64) -> SelfAlertText {
    SelfAlertText {
        title: "The disk of the store is nearly full".to_owned(),
        description: format!(
            "{free} MB of {total} MB are free. Once it is full no alert can be accepted. Make room, or \
             shorten retention."
        ),
        content: None,
    }
}

fn store_unusable(problem: &StoreProblem) -> SelfAlertText {
    let remedy = match problem {
        StoreProblem::DiskFull => "Make room on the disk of the store; the rest happens by itself.",
        StoreProblem::ReadOnly => {
            "See that its disk is mounted for writing, and that the user of fanfare may write to the file and its folder."
        }
        StoreProblem::Io(_) | StoreProblem::Slow => {
            "See what the kernel's log says of the disk, its quota and its mount."
        }
        StoreProblem::Locked => {
            "Close the program that has it open, which `fuser -v` shows; the rest happens by itself."
        }
        StoreProblem::Missing => {
            "Put it back, or let fanfare write to its folder: then all that it holds is written there again."
        }
        StoreProblem::Replaced => {
            "Move that file away: then all that the store holds is written back. A copy of it is beside the path, with .saved at the end of its name."
        }
        StoreProblem::Truncated | StoreProblem::Overwritten => {
            "What could still be read of it is beside it, with .saved at the end of the name. Stop fanfare, put that or a backup in its place, and start again."
        }
    };
    SelfAlertText {
        title: "Alerts are refused: the store cannot keep them".to_owned(),
        description: format!("{} What was accepted before still goes out. {remedy}", store_problem(problem)),
        content: None,
    }
}

fn store_problem(problem: &StoreProblem) -> String {
    match problem {
        StoreProblem::DiskFull => "Its disk is full.".to_owned(),
        StoreProblem::ReadOnly => "It can only be read.".to_owned(),
        StoreProblem::Io(words) => format!("Writing to it fails: {words}."),
        StoreProblem::Slow => "Its disk does not answer in time.".to_owned(),
        StoreProblem::Locked => "Another program has locked it.".to_owned(),
        StoreProblem::Missing => "Its file is no longer at its path.".to_owned(),
        StoreProblem::Replaced => "Another file stands at its path.".to_owned(),
        StoreProblem::Truncated => "Its file was cut short.".to_owned(),
        StoreProblem::Overwritten => "Its file was overwritten by another program.".to_owned(),
    }
}

fn source_quiet(source: &SourceName, every: Duration, quiet_for: Duration) -> SelfAlertText {
    let (every, quiet) = (HumanDuration(every), HumanDuration(quiet_for));
    SelfAlertText {
        title: format!("Source {source} has gone quiet"),
        description: format!(
            "Not one alert for {quiet}, and one is expected every {every}. See whether it runs, reaches us \
             and is let in."
        ),
        content: None,
    }
}

fn heartbeat_missing(heartbeat: &HeartbeatKey, every: Duration, quiet_for: Duration) -> SelfAlertText {
    let (every, quiet) = (HumanDuration(every), HumanDuration(quiet_for));
    SelfAlertText {
        title: format!("No heartbeat from {heartbeat}"),
        description: format!(
            "Nothing heard for {quiet}, and a heartbeat is expected every {every}. See whether it runs and has \
             power, and whether what it sends reaches us. If it is gone for good, run: fanfare heartbeats forget \
             {heartbeat}"
        ),
        content: None,
    }
}

fn broker_away(source: &SourceName, away_for: Duration, heartbeats: usize) -> SelfAlertText {
    let away = HumanDuration(away_for);
    let unheard = match heartbeats {
        0 => String::new(),
        1 => " Its heartbeat cannot be heard meanwhile.".to_owned(),
        many => {
            format!(" Its {many} heartbeats cannot be heard meanwhile, and none of them is told as missing.")
        }
    };
    SelfAlertText {
        title: format!("The broker of {source} cannot be reached"),
        description: format!(
            "No connection for {away}: no alert that is sent there reaches us until it is back.{unheard} See \
             whether the broker runs and can be reached, and whether it still takes our login; the log says what it \
             answers."
        ),
        content: None,
    }
}

fn store_usable(problem: &StoreProblem) -> SelfAlertText {
    SelfAlertText {
        title: "The store keeps alerts again".to_owned(),
        description: format!(
            "{} That is over; all that it held is there, and alerts are accepted. Find out how it came about.",
            store_problem(problem)
        ),
        content: None,
    }
}

fn resolved(condition: &ResolvedCondition) -> SelfAlertText {
    let (title, description) = match condition {
        ResolvedCondition::Channel(channel) => (
            format!("Channel {channel} is no longer broken"),
            "It works again, and what waited for it goes out; or it has left the config.",
        ),
        ResolvedCondition::Silence(channel) => {
            (format!("Channel {channel} may send again"), "What waited for it goes out.")
        }
        ResolvedCondition::DeadLetters(channel) => {
            (format!("Nothing given up on {channel} waits any more"), "All of it was retried or discarded.")
        }
        ResolvedCondition::Quota(pool) => {
            (format!("{pool} has messages again"), "A new period has begun, or the quota was raised.")
        }
        ResolvedCondition::Secret(channel) => (
            format!("The secret of {channel} is fresh"),
            "It was replaced, or the channel has left the config.",
        ),
        ResolvedCondition::Clock => {
            ("Our clock is right again".to_owned(), "It agrees with the providers' clocks.")
        }
        ResolvedCondition::Disk => {
            ("The disk of the store has room again".to_owned(), "There is enough to go on.")
        }
        ResolvedCondition::StoreSaved => {
            ("No saved store waits any more".to_owned(), "It was put back or moved away.")
        }
        ResolvedCondition::Store(problem) => return store_usable(problem),
        ResolvedCondition::Contract(receiver) => (
            format!("{receiver} has nothing left that was not told as promised"),
            "Each of those alerts was confirmed after all, is over, or somebody takes care of it.",
        ),
        ResolvedCondition::Heartbeat(heartbeat) => {
            (format!("{heartbeat} is heard again"), "A heartbeat has come in, or it is expected no more.")
        }
        ResolvedCondition::Broker(source) => (
            format!("The broker of {source} is connected again"),
            "What it has kept comes in now, or the source has left the config.",
        ),
        ResolvedCondition::Source(source) => {
            (format!("Source {source} is heard again"), "An alert has come in, or it is expected no more.")
        }
    };
    SelfAlertText { title, description: description.to_owned(), content: None }
}
