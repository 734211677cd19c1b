//! The way from a file to a [`Config`].

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use fanfare_core::{ChannelName, Policy, Receiver, Route, SandboxDoors};
use fanfare_gateway::{ChannelSetup, SELF_SOURCE};
use fanfare_settings::{
    Node, Problem, Problems, ReadContext, Secrets, Section, SettingPath, odd_signs, review,
};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::channels::{ChannelBuilder, ReadyChannel};
use crate::checks::NOT_YET;
use crate::conditions::ConditionCheck;
use crate::config::{Config, ServerConfig};
use crate::registry::ChannelRegistry;
use crate::routes::RoutableReceivers;
use crate::scalars::PositiveDuration;
use crate::terms::AckLinkSupport;
use crate::yaml::{ConfigYaml, MessagesYaml, locale};
use crate::{
    document, door_tokens, pings, receivers, retry, routes, self_alerts, server, shared_accounts, smtp,
    sources,
};

/// The reach of the ledger into the past unless the config says otherwise.
const RETENTION: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The shortest time in which a person comes to ask what became of an alert.
const SHORTEST_RETENTION: Duration = Duration::from_secs(60 * 60);

/// Everything that a config is read with.
#[derive(Debug)]
pub struct Loader<'a> {
    /// The kinds of channels there are.
    pub kinds: &'a ChannelRegistry,
    /// The source of secrets.
    pub secrets: &'a dyn Secrets,
    /// The addresses of the sandbox, if every channel is to talk to it.
    pub sandbox: Option<&'a SandboxDoors>,
    /// The time at which credentials may be too old.
    pub now: Timestamp,
}

impl Loader<'_> {
    /// The config at `file`.
    ///
    /// # Errors
    ///
    /// With every problem it has.
    pub fn load(&self, file: &Path) -> Result<Config, Problems> {
        let text = document::read(file)?;
        self.load_text(&text, file)
    }

    /// The config `text`, which stands at `file`.
    ///
    /// # Errors
    ///
    /// With every problem it has.
    pub fn load_text(&self, text: &str, file: &Path) -> Result<Config, Problems> {
        let mut problems = Vec::new();
        let root = document::parse(text, file, &mut problems)?;
        let context = document::context(text, &root, file, self.secrets);
        review(&root, &context, &mut problems);
        let config = self.assemble(root, &context, &mut problems);
        match config {
            Some(config) if !problems.iter().any(Problem::is_error) => {
                problems.sort();
                Ok(Config { warnings: problems, ..config })
            }
            Some(_) | None => {
                problems.extend(odd_signs(text));
                Err(Problems::new(file, problems))
            }
        }
    }

    fn assemble(&self, root: Node, context: &ReadContext<'_>, problems: &mut Vec<Problem>) -> Option<Config> {
        let mut section = Section::new(root);
        let yaml: Option<ConfigYaml> = section.read(context);
        let messages = yaml.as_ref().map(|it| &it.messages);
        let ready = self.channels(messages, &section, context, problems);
        let config = yaml.and_then(|yaml| check(yaml, ready, &mut section));
        problems.extend(section.into_problems());
        config
    }

    fn channels(
        &self,
        messages: Option<&MessagesYaml>,
        section: &Section,
        context: &ReadContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Vec<ReadyChannel> {
        let channels = ChannelBuilder {
            kinds: self.kinds,
            context,
            sandbox: self.sandbox,
            locale: locale(messages),
            today: self.now.to_zoned(TimeZone::UTC).date(),
        };
        let entries = section.node().get("channels").map(Node::entries).unwrap_or_default();
        entries.iter().filter_map(|entry| channels.build(entry, problems)).collect()
    }
}

/// The finished config, after the checks that hold settings against each other.
fn check(yaml: ConfigYaml, ready: Vec<ReadyChannel>, section: &mut Section) -> Option<Config> {
    check_later_features(&yaml, section);
    let server = server::check(&yaml.server, section);
    sources::check(&yaml.sources, server.listen, section);
    smtp::check(&yaml.server, &yaml.sources, section);
    door_tokens::check(&yaml.server, &yaml.sources, section);
    let channels: BTreeSet<&str> = yaml.channels.keys().map(String::as_str).collect();
    let receivers = receivers::check(&yaml.receivers, &channels, ack_links(&server, section), section);
    let route = routes::check(&yaml.route, &routable(&receivers, section), section);
    let retry = retry::check(yaml.retry.as_ref(), section);
    pings::check(&yaml.pings, section);
    check_retention(yaml.retention, section);
    check_shared_limits(&ready, section);
    if section.is_sound() {
        warn_of_unused(&receivers, &route, &channels, section);
        let sources = &yaml.sources;
        let conditions = ConditionCheck {
            sources: sources.iter().map(|it| it.name.as_str()).chain([SELF_SOURCE]).collect(),
            fixed_labels: sources.iter().flat_map(|it| it.labels.keys()).map(String::as_str).collect(),
        };
        conditions.run(&route, section);
        let setups: Vec<&ChannelSetup> = ready.iter().map(|it| &it.setup).collect();
        self_alerts::check(&route, &receivers, &setups, section);
        shared_accounts::check(&receivers, &setups, section);
    }
    let policy = policy(route, receivers, section)?;
    let account = |it: &ReadyChannel| Some((it.setup.name.clone(), it.account.clone()?));
    let sandbox_accounts = ready.iter().filter_map(account).collect();
    Some(Config {
        server,
        store_path: yaml.store.unwrap_or_default().0,
        sources: yaml.sources.into_iter().filter_map(sources::source).collect(),
        pings: yaml.pings.into_iter().map(pings::ping).collect(),
        channels: ready.into_iter().map(|it| it.setup).collect(),
        policy,
        retry,
        retention: yaml.retention.map_or(RETENTION, |PositiveDuration(it)| it),
        locale: locale(Some(&yaml.messages)),
        warnings: Vec::new(),
        sandbox_accounts,
    })
}

fn check_later_features(yaml: &ConfigYaml, section: &mut Section) {
    if !yaml.inhibit_rules.is_empty() {
        section.error(&SettingPath::new("inhibit_rules"), NOT_YET);
    }
    if !yaml.time_intervals.is_empty() {
        section.error(&SettingPath::new("time_intervals"), NOT_YET);
    }
}

/// Warns of a ledger that forgets before anybody can look into it.
fn check_retention(retention: Option<PositiveDuration>, section: &mut Section) {
    if retention.is_some_and(|PositiveDuration(it)| it < SHORTEST_RETENTION) {
        let message =
            "what is settled is forgotten before anybody can ask who was told: write 1h or more, e.g. 30d";
        section.warning(&SettingPath::new("retention"), message);
    }
}

fn ack_links(server: &ServerConfig, section: &Section) -> AckLinkSupport {
    let is_meant = section.is_reported(&SettingPath::new("server").key("external_url"));
    if server.external_url.is_some() || is_meant {
        AckLinkSupport::Possible
    } else {
        AckLinkSupport::Impossible
    }
}

/// Notes limits that differ among the channels that share them. A budget is kept, and
/// a quota counted, once for all: of two different ones, one would be silently ignored.
fn check_shared_limits(ready: &[ReadyChannel], section: &mut Section) {
    let (mut first_of_account, mut first_of_pool) = (BTreeMap::new(), BTreeMap::new());
    let mut must_agree = |channel: &ChannelSetup, first: &ChannelSetup, shared: &str, setting: &str| {
        section.error(
            &SettingPath::new("channels").key(channel.name.as_str()).key(setting),
            format!("shares its {shared} with `{}`, so both need the same `{setting}`", first.name),
        );
    };
    for channel in ready.iter().map(|it| &it.setup) {
        let limits = &channel.limits;
        let first = *first_of_account.entry(&limits.account).or_insert(channel);
        if first.limits.budgets != limits.budgets {
            must_agree(channel, first, "account", "budget");
        }
        if first.limits.quota != limits.quota {
            must_agree(channel, first, "account", "quota");
        } else if let Some(quota) = &limits.quota {
            let first = *first_of_pool.entry(&quota.pool).or_insert(channel);
            if first.limits.quota != limits.quota {
                must_agree(channel, first, "organisation", "quota");
            }
        }
    }
}

/// The receivers that a route may name.
fn routable<'a>(receivers: &'a [Receiver], section: &Section) -> RoutableReceivers<'a> {
    let all = SettingPath::new("receivers");
    let unclear = section.is_reported(&all)
        || (0..receivers.len()).any(|index| section.is_reported(&all.index(index).key("name")));
    if unclear {
        RoutableReceivers::Unclear
    } else {
        RoutableReceivers::Known(receivers.iter().map(|it| it.name.as_str()).collect())
    }
}

fn warn_of_unused(receivers: &[Receiver], route: &Route, channels: &BTreeSet<&str>, section: &mut Section) {
    let mut routed = BTreeSet::new();
    collect_receivers(route, &mut routed);
    for (index, receiver) in receivers.iter().enumerate() {
        if !routed.contains(receiver.name.as_str()) {
            let path = SettingPath::new("receivers").index(index).key("name");
            section.warning(&path, format!("no route names `{}`: it is never told anything", receiver.name));
        }
    }
    let on_ladders = receivers.iter().flat_map(|it| &it.terms.escalate).flat_map(|rung| &rung.to);
    let all = receivers.iter().flat_map(|it| &it.terms.channels).chain(on_ladders);
    let used: BTreeSet<&str> = all.map(ChannelName::as_str).collect();
    for name in channels.difference(&used) {
        section.warning(
            &SettingPath::new("channels").key(name),
            "no receiver names it: nothing is ever sent on it",
        );
    }
}

fn collect_receivers<'a>(route: &'a Route, names: &mut BTreeSet<&'a str>) {
    names.insert(route.receiver.as_str());
    route.routes.iter().for_each(|child| collect_receivers(child, names));
}

/// The policy; `None` if the section is not sound: then everything has been reported already.
fn policy(route: Route, receivers: Vec<Receiver>, section: &mut Section) -> Option<Policy> {
    if !section.is_sound() {
        return None;
    }
    Policy::new(route, receivers)
        .map_err(|problems| {
            problems.iter().for_each(|it| section.error(&SettingPath::new("route"), it.to_string()));
        })
        .ok()
}

#[cfg(test)]
mod tests;
