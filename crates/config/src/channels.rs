//! Channels: the settings that all of them have, and those of each kind.

use std::sync::Arc;
use std::time::Duration;

use fanfare_core::{
    Budget, ChannelName, Context, HumanDuration, Limits, Locale, Quota, QuotaPeriod, SandboxAccount,
    SandboxDoors, stable_hash,
};
use fanfare_gateway::{ChannelSetup, Drill};
use fanfare_settings::{Problem, ReadContext, Section, SettingPath, YamlEntry, digest, unknown_name};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::keyword_or_map::{BudgetWindows, BudgetYaml, Limit, PeriodYaml, QuotaYaml};
use crate::redacting_notifier::RedactingNotifier;
use crate::registry::{BuiltChannel, ChannelKind, ChannelRegistry, ChannelSettings};
use crate::scalars::{Day, PositiveDuration, TimeOfDay, Zone};
use crate::yaml::{ChannelYaml, DrillYaml};

/// The age in days up to which credentials need not be changed.
const ROTATE_AFTER_DAYS: i32 = 90;

/// The longest time that a provider takes to answer: what SMTP grants the end of a mail.
/// <https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.2.6>
const LONGEST_TIMEOUT: Duration = Duration::from_secs(10 * 60);

/// The unit of the time between two drills: they are due at a time of day.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Settings that name a file whose content the channel reads, for every kind.
const FILE_SETTINGS: [&str; 1] = ["ca_file"];

/// The surroundings in which channels are read and built.
#[derive(Debug)]
pub(crate) struct ChannelBuilder<'a> {
    pub(crate) kinds: &'a ChannelRegistry,
    pub(crate) context: &'a ReadContext<'a>,
    pub(crate) sandbox: Option<&'a SandboxDoors>,
    /// The language and time zone of messages unless a channel says otherwise.
    pub(crate) locale: Locale,
    pub(crate) today: Date,
}

/// A channel that could be built.
#[derive(Debug)]
pub(crate) struct ReadyChannel {
    pub(crate) setup: ChannelSetup,
    /// The account that the sandbox must know; `None` outside the sandbox.
    pub(crate) account: Option<SandboxAccount>,
}

impl ChannelBuilder<'_> {
    /// The channel that `entry` describes. Its mistakes are added to `problems`.
    pub(crate) fn build(&self, entry: &YamlEntry, problems: &mut Vec<Problem>) -> Option<ReadyChannel> {
        let path = SettingPath::new("channels").key(&entry.name);
        let (common, own) = entry.node.partition(ChannelYaml::SETTINGS);
        let mut section = Section::with_path(path.clone(), entry.name_position, common, &[]);
        let common: Option<ChannelYaml> = section.read(self.context);
        let is_sound = section.is_sound();
        let ready = common.and_then(|common| {
            self.check(&common, &mut section);
            let version = digest(&own, self.context, &FILE_SETTINGS);
            let own = Section::with_path(path, entry.name_position, own, ChannelYaml::SETTINGS);
            let mut settings = ChannelSettings { section: own, context: self.context };
            let built = self.build_own(&entry.name, &common, &mut section, &mut settings);
            problems.extend(settings.section.into_problems());
            built.map(|(kind, built)| self.configured(&entry.name, kind, &common, built, &version))
        });
        problems.extend(section.into_problems());
        ready.filter(|_| is_sound)
    }

    fn check(&self, common: &ChannelYaml, section: &mut Section) {
        self.check_age(common, section);
        check_budget(common, section);
        check_timeout(common, section);
        if let Some(DrillYaml { every: PositiveDuration(every), at: _ }) = &common.drill
            && (every.as_secs() % DAY.as_secs() != 0 || every.subsec_nanos() != 0)
        {
            section.error(&SettingPath::new("drill").key("every"), "must be whole days, e.g. 1d or 7d");
        }
    }

    fn check_age(&self, common: &ChannelYaml, section: &mut Section) {
        let Some(Day(rotated_at)) = common.rotated_at else { return };
        let age = self.today.since(rotated_at).map_or(0, |age| age.get_days());
        if age > ROTATE_AFTER_DAYS {
            let message = format!("the credentials are {age} days old; change them and set the new date");
            section.warning(&SettingPath::new("rotated_at"), message);
        }
    }

    fn build_own(
        &self,
        name: &str,
        common: &ChannelYaml,
        section: &mut Section,
        settings: &mut ChannelSettings<'_>,
    ) -> Option<(ChannelKind, BuiltChannel)> {
        let Some(kind) = self.kinds.get(&common.kind) else {
            section.error(
                &SettingPath::new("kind"),
                unknown_name("kind of channel", &common.kind, self.kinds.kinds()),
            );
            return None;
        };
        match (kind.prepare)(settings, self.channel_context(name, common, kind), self.sandbox)? {
            Ok(built) => Some((kind, built)),
            Err(err) => {
                settings.section.error(&SettingPath::default().dotted(&err.field), err.message);
                None
            }
        }
    }

    fn channel_context(&self, name: &str, common: &ChannelYaml, kind: ChannelKind) -> Context {
        Context { name: ChannelName::from(name), locale: self.locale(common), timeout: timeout(common, kind) }
    }

    fn locale(&self, common: &ChannelYaml) -> Locale {
        let Locale { language, timezone } = &self.locale;
        let own = common.timezone.as_ref();
        Locale {
            language: common.language.unwrap_or(*language),
            timezone: own.map_or_else(|| timezone.clone(), |Zone(zone)| zone.clone()),
        }
    }

    /// The finished channel; `own` is the digest of the settings that are its kind's own.
    fn configured(
        &self,
        name: &str,
        kind: ChannelKind,
        common: &ChannelYaml,
        built: BuiltChannel,
        own: &str,
    ) -> ReadyChannel {
        let BuiltChannel { notifier, limits: provider, account } = built;
        let locale = self.locale(common);
        let limits = limits(provider, common, &locale.timezone);
        let timeout = timeout(common, kind);
        let rotated_at = common.rotated_at.map(|Day(day)| day);
        let drill = common.drill.as_ref().map(|it| drill(it, &locale.timezone));
        let redact = common.redact;
        let in_common = format!("{:?}", (kind.name, &locale, &limits, timeout, rotated_at, &drill, redact));
        let notifier = if redact { Arc::new(RedactingNotifier::new(notifier)) } else { notifier };
        let setup = ChannelSetup {
            name: name.into(),
            kind: kind.name,
            version: stable_hash(&[own, &in_common]),
            notifier,
            limits,
            timeout,
            rotated_at,
            drill,
        };
        ReadyChannel { setup, account }
    }
}

/// Notes two windows of the same length, of which one would do nothing.
fn check_budget(common: &ChannelYaml, section: &mut Section) {
    let Some(Limit::To(BudgetWindows(windows))) = &common.budget else { return };
    for (index, window) in windows.iter().enumerate() {
        let PositiveDuration(per) = window.per;
        if windows.iter().take(index).any(|earlier| earlier.per.0 == per) {
            let path = SettingPath::new("budget").index(index).key("per");
            let message = format!("another budget is for {} already: keep one of them", HumanDuration(per));
            section.error(&path, message);
        }
    }
}

/// Warns of attempts that keep the next ones waiting for longer than any provider needs.
fn check_timeout(common: &ChannelYaml, section: &mut Section) {
    if common.timeout.is_some_and(|PositiveDuration(it)| it > LONGEST_TIMEOUT) {
        let message = format!(
            "an attempt that nobody answers keeps those behind it waiting so long: write {} or less, e.g. 30s",
            HumanDuration(LONGEST_TIMEOUT)
        );
        section.warning(&SettingPath::new("timeout"), message);
    }
}

fn timeout(common: &ChannelYaml, kind: ChannelKind) -> Duration {
    common.timeout.map_or(kind.timeout, |PositiveDuration(timeout)| timeout)
}

fn drill(yaml: &DrillYaml, zone: &TimeZone) -> Drill {
    let DrillYaml { every: PositiveDuration(every), at: TimeOfDay(at) } = *yaml;
    Drill { every, at, zone: zone.clone() }
}

/// The provider's limits, or those that are written instead. Days and months that the
/// provider says nothing of are those of `zone`.
fn limits(provider: Limits, common: &ChannelYaml, zone: &TimeZone) -> Limits {
    let limits = match &common.budget {
        None => provider,
        Some(Limit::Unlimited) => provider.with_budgets(Vec::new()),
        Some(Limit::To(windows)) => provider.with_budgets(budgets(windows)),
    };
    Limits {
        quota: quota(&limits, common.quota, zone),
        concurrency: common.concurrency.unwrap_or(limits.concurrency),
        ..limits
    }
}

/// The budgets from the shortest to the longest, so that their order in the file
/// makes no difference.
fn budgets(BudgetWindows(windows): &BudgetWindows) -> Vec<Budget> {
    let budget = |it: &BudgetYaml| Budget { messages: it.messages, per: it.per.0 };
    let mut budgets: Vec<Budget> = windows.iter().map(budget).collect();
    budgets.sort_by_key(|it| it.per);
    budgets
}

fn quota(provider: &Limits, yaml: Option<Limit<QuotaYaml>>, zone: &TimeZone) -> Option<Quota> {
    match (yaml, provider.quota.clone()) {
        (None, quota) => quota,
        (Some(Limit::Unlimited), _) => None,
        (Some(Limit::To(QuotaYaml { messages, per })), theirs) => {
            let (pool, zone) = match theirs {
                Some(Quota { pool, zone, .. }) => (pool, zone),
                None => (provider.account.to_string(), zone.clone()),
            };
            let per = match per {
                PeriodYaml::Day => QuotaPeriod::Day,
                PeriodYaml::Month => QuotaPeriod::Month,
            };
            Some(Quota { pool, messages, per, zone })
        }
    }
}
