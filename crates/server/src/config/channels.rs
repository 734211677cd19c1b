//! Channels: what all of them may set, and what each kind sets itself.

use std::time::Duration;

use fanfare_core::{
    Budget, ChannelName, Context, IdempotencyKey, Limits, Locale, Quota, QuotaPeriod, SandboxAccount,
    SandboxDoors,
};
use fanfare_gateway::Drill;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::de::DeserializeOwned;

use super::ConfiguredChannel;
use super::choices::{Limit, WrittenBudget, WrittenPeriod, WrittenQuota};
use super::de::Reading;
use super::node::{Entry, Node, Value};
use super::place::Path;
use super::problem::Problem;
use super::section::Section;
use super::suggest;
use super::values::{Day, Positive, TimeOfDay, Zone};
use super::version;
use super::written::{WrittenChannel, WrittenDrill};
use crate::registry::{Built, Kind, Registry, UNWISE_WITHOUT};

/// From this age on credentials should be changed.
const ROTATE_AFTER_DAYS: i32 = 90;

/// A drill is due at a time of day, so the time between two of them is whole days.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What channels are read and built with.
#[derive(Debug)]
pub(crate) struct Channels<'a> {
    pub(crate) kinds: &'a Registry,
    pub(crate) reading: &'a Reading<'a>,
    pub(crate) sandbox: Option<&'a SandboxDoors>,
    /// How messages read unless a channel says otherwise.
    pub(crate) style: Locale,
    pub(crate) today: Date,
}

/// A channel that could be built, and what the sandbox must know of it.
pub(crate) type Ready = (ConfiguredChannel, Option<SandboxAccount>);

/// The settings of one channel that are its kind's own.
#[derive(Debug)]
pub struct ChannelSettings<'a> {
    section: Section,
    reading: &'a Reading<'a>,
}

impl ChannelSettings<'_> {
    /// The settings as their kind's own type; `None` if they are not sound.
    pub(crate) fn read<C: DeserializeOwned>(&mut self) -> Option<C> {
        let config = self.section.read(self.reading)?;
        self.section.is_sound().then_some(config)
    }
}

impl Channels<'_> {
    /// Builds the channel that `entry` describes, and adds what is wrong with it to `problems`.
    pub(crate) fn build(&self, entry: &Entry, problems: &mut Vec<Problem>) -> Option<Ready> {
        let path = Path::of("channels").key(&entry.name);
        let (common, own) = split(&entry.node);
        let mut section = Section::part(path.clone(), entry.name_at, common, &[]);
        let common: Option<WrittenChannel> = section.read(self.reading);
        let is_sound = section.is_sound();
        let ready = common.and_then(|common| {
            self.check(&common, &mut section);
            let digest = version::digest(&own, self.reading);
            let own = Section::part(path, entry.name_at, own, WrittenChannel::SETTINGS);
            let mut settings = ChannelSettings { section: own, reading: self.reading };
            let built = self.build_own(&entry.name, &common, &mut section, &mut settings);
            problems.extend(settings.section.into_problems());
            built.map(|(kind, built)| self.configured(&entry.name, kind, &common, built, &digest))
        });
        problems.extend(section.into_problems());
        ready.filter(|_| is_sound)
    }

    fn check(&self, common: &WrittenChannel, section: &mut Section) {
        self.check_age(common, section);
        if let Some(WrittenDrill { every: Positive(every), at: _ }) = &common.drill
            && (every.as_secs() % DAY.as_secs() != 0 || every.subsec_nanos() != 0)
        {
            section.error(&Path::of("drill").key("every"), "must be whole days, e.g. 1d or 7d");
        }
    }

    fn check_age(&self, common: &WrittenChannel, section: &mut Section) {
        let Some(Day(rotated_at)) = common.rotated_at else { return };
        let age = self.today.since(rotated_at).map_or(0, |age| age.get_days());
        if age > ROTATE_AFTER_DAYS {
            let message = format!("the credentials are {age} days old; change them and set the new date");
            section.warning(&Path::of("rotated_at"), message);
        }
    }

    fn build_own(
        &self,
        name: &str,
        common: &WrittenChannel,
        section: &mut Section,
        settings: &mut ChannelSettings<'_>,
    ) -> Option<(Kind, Built)> {
        let Some(kind) = self.kinds.get(&common.kind) else {
            section.error(
                &Path::of("kind"),
                suggest::unknown("kind of channel", &common.kind, self.kinds.kinds()),
            );
            return None;
        };
        for (_, setting, why) in UNWISE_WITHOUT.iter().filter(|(of, ..)| *of == kind.name) {
            if settings.section.node().get(setting).is_none() {
                section.warning(&Path::default(), format!("no `{setting}`: {why}"));
            }
        }
        match (kind.prepare)(settings, self.context(name, common, kind), self.sandbox)? {
            Ok(built) => Some((kind, built)),
            Err(err) => {
                settings.section.error(&Path::default().dotted(&err.field), err.message);
                None
            }
        }
    }

    fn context(&self, name: &str, common: &WrittenChannel, kind: Kind) -> Context {
        Context { name: ChannelName::from(name), locale: self.style(common), timeout: timeout(common, kind) }
    }

    fn style(&self, common: &WrittenChannel) -> Locale {
        let Locale { language, timezone } = &self.style;
        let own = common.timezone.as_ref();
        Locale {
            language: common.language.unwrap_or(*language),
            timezone: own.map_or_else(|| timezone.clone(), |Zone(zone)| zone.clone()),
        }
    }

    /// `own` is the digest of the settings that are the kind's own.
    fn configured(&self, name: &str, kind: Kind, common: &WrittenChannel, built: Built, own: &str) -> Ready {
        let Built { notifier, account } = built;
        let style = self.style(common);
        let limits = limits(notifier.limits(), common, &style.timezone);
        let timeout = timeout(common, kind);
        let rotated_at = common.rotated_at.map(|Day(day)| day);
        let drill = common.drill.as_ref().map(|it| drill(it, &style.timezone));
        let in_common = format!("{:?}", (kind.name, &style, &limits, timeout, rotated_at, &drill));
        let channel = ConfiguredChannel {
            name: name.into(),
            kind: kind.name,
            version: IdempotencyKey::of(&[own, &in_common]).as_str().to_owned(),
            notifier,
            limits,
            timeout,
            rotated_at,
            drill,
        };
        (channel, account)
    }
}

fn timeout(common: &WrittenChannel, kind: Kind) -> Duration {
    common.timeout.map_or(kind.timeout, |Positive(timeout)| timeout)
}

fn drill(written: &WrittenDrill, zone: &TimeZone) -> Drill {
    let WrittenDrill { every: Positive(every), at: TimeOfDay(at) } = *written;
    Drill { every, at, zone: zone.clone() }
}

/// What all channels may set, and the rest.
fn split(channel: &Node) -> (Node, Node) {
    let Value::Map(entries) = &channel.value else { return (channel.clone(), channel.clone()) };
    let (common, own) =
        entries.iter().cloned().partition(|it| WrittenChannel::SETTINGS.contains(&it.name.as_str()));
    let part = |entries: Vec<Entry>| Node { position: channel.position, value: Value::Map(entries) };
    (part(common), part(own))
}

/// The provider's limits, or what is written instead. Days and months that the
/// provider says nothing of are those of `zone`.
fn limits(provider: Limits, common: &WrittenChannel, zone: &TimeZone) -> Limits {
    let limits = match common.budget {
        None => provider,
        Some(Limit::Unlimited) => provider.with_budgets(Vec::new()),
        Some(Limit::To(WrittenBudget { messages, per: Positive(per) })) => {
            provider.with_budgets(vec![Budget { messages, per }])
        }
    };
    Limits {
        quota: quota(&limits, common.quota, zone),
        concurrency: common.concurrency.unwrap_or(limits.concurrency),
        ..limits
    }
}

fn quota(provider: &Limits, written: Option<Limit<WrittenQuota>>, zone: &TimeZone) -> Option<Quota> {
    match (written, provider.quota.clone()) {
        (None, quota) => quota,
        (Some(Limit::Unlimited), _) => None,
        (Some(Limit::To(WrittenQuota { messages, per })), theirs) => {
            let (pool, zone) = match theirs {
                Some(Quota { pool, zone, .. }) => (pool, zone),
                None => (provider.account.to_string(), zone.clone()),
            };
            let per = match per {
                WrittenPeriod::Day => QuotaPeriod::Day,
                WrittenPeriod::Month => QuotaPeriod::Month,
            };
            Some(Quota { pool, messages, per, zone })
        }
    }
}
