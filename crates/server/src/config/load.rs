//! From a file to a [`Config`].

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path as FilePath, PathBuf};
use std::time::Duration;

use fanfare_core::{ChannelName, Labels, Locale, Policy, Receiver, RetryPolicy, Route, SandboxDoors};
use fanfare_gateway::SELF_SOURCE;
use fanfare_sources::SourceSettings;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::channels::{Channels, Ready};
use super::choices::WrittenAuth;
use super::de::Reading;
use super::node::{Node, Value};
use super::place::Path;
use super::problem::{Problem, ProblemSeverity, Problems};
use super::receivers::{self, check_name};
use super::routes::{self, Receivers};
use super::secret::InlineSecrets;
use super::secrets::Secrets;
use super::section::Section;
use super::terms::Links;
use super::values::{ByteSize, FormatText, Listen, Page, Positive, StorePath, Zone};
use super::written::{Written, WrittenMessages, WrittenRetry, WrittenServer, WrittenSource};
use super::{Auth, Config, ConfiguredChannel, Server, Source, yaml};
use crate::registry::Registry;

/// Where the gateway listens unless the config says otherwise.
pub(crate) const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8780);

/// Where the store is unless the config says otherwise.
const STORE: &str = "data/fanfare.db";

/// A whole device, telemetry and all, fits into a quarter of this.
const MAX_BODY: usize = 1024 * 1024;

/// How long the ledger reaches back unless the config says otherwise.
const RETENTION: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// What a config is read with.
#[derive(Debug)]
pub struct Loader<'a> {
    /// The kinds of channels there are.
    pub kinds: &'a Registry,
    /// Where secrets come from.
    pub secrets: &'a dyn Secrets,
    /// Where the sandbox listens, if every channel is to talk to it.
    pub sandbox: Option<&'a SandboxDoors>,
    /// The time at which credentials may be too old.
    pub now: Timestamp,
}

/// Reads the config at `file`, as `serve` does.
///
/// # Errors
///
/// With every problem it has.
pub fn load(
    file: &FilePath,
    kinds: &Registry,
    secrets: &dyn Secrets,
    now: Timestamp,
) -> Result<Config, Problems> {
    Loader { kinds, secrets, sandbox: None, now }.load(file)
}

impl Loader<'_> {
    /// Reads the config at `file`.
    ///
    /// # Errors
    ///
    /// With every problem it has.
    pub fn load(&self, file: &FilePath) -> Result<Config, Problems> {
        let text = read(file)?;
        self.load_text(&text, file)
    }

    /// Reads `text` as the config that stands at `file`.
    ///
    /// # Errors
    ///
    /// With every problem it has.
    pub fn load_text(&self, text: &str, file: &FilePath) -> Result<Config, Problems> {
        let mut problems = Vec::new();
        let root = match yaml::parse(text, &mut problems) {
            Ok(root) => root,
            Err(problem) => return Err(Problems::new(file, vec![problem])),
        };
        let reading = Reading {
            source: text,
            secrets: self.secrets,
            folder: file.parent().unwrap_or_else(|| FilePath::new("")),
            inline: inline_secrets(&root),
        };
        let config = self.assemble(root, &reading, &mut problems);
        let is_error = |it: &Problem| it.severity == ProblemSeverity::Error;
        match config {
            Some(config) if !problems.iter().any(is_error) => {
                Ok(Config { warnings: sorted(problems), ..config })
            }
            Some(_) | None => Err(Problems::new(file, problems)),
        }
    }

    fn assemble(&self, root: Node, reading: &Reading<'_>, problems: &mut Vec<Problem>) -> Option<Config> {
        let mut section = Section::whole(root);
        let written: Option<Written> = section.read(reading);
        let messages = written.as_ref().map(|it| &it.messages);
        let ready = self.channels(messages, &section, reading, problems);
        let config = written.and_then(|written| check(written, ready, &mut section));
        problems.extend(section.into_problems());
        config
    }

    fn channels(
        &self,
        messages: Option<&WrittenMessages>,
        section: &Section,
        reading: &Reading<'_>,
        problems: &mut Vec<Problem>,
    ) -> Vec<Ready> {
        let channels = Channels {
            kinds: self.kinds,
            reading,
            sandbox: self.sandbox,
            style: style(messages),
            today: self.now.to_zoned(TimeZone::UTC).date(),
        };
        let entries = section.node().get("channels").map(Node::entries).unwrap_or_default();
        entries.iter().filter_map(|entry| channels.build(entry, problems)).collect()
    }
}

/// The text of the config at `file`.
pub(crate) fn read(file: &FilePath) -> Result<String, Problems> {
    std::fs::read_to_string(file).map_err(|err| {
        let message = format!("the config cannot be read: {err}");
        let problem =
            Problem { position: None, severity: ProblemSeverity::Error, path: String::new(), message };
        Problems::new(file, vec![problem])
    })
}

/// Whether the config allows secrets in itself. Looked at before anything else
/// is read, since it says how secrets are read.
pub(crate) fn inline_secrets(root: &Node) -> InlineSecrets {
    match root.get("allow_inline_secrets").map(|it| &it.value) {
        Some(Value::Bool(true)) => InlineSecrets::Allowed,
        Some(_) | None => InlineSecrets::Refused,
    }
}

fn sorted(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort();
    problems
}

pub(super) fn style(messages: Option<&WrittenMessages>) -> Locale {
    let default = Locale::default();
    let Some(WrittenMessages { language, timezone }) = messages else { return default };
    Locale {
        language: language.unwrap_or(default.language),
        timezone: timezone.as_ref().map_or(default.timezone, |Zone(zone)| zone.clone()),
    }
}

/// Checks what only shows when settings are held against each other.
fn check(written: Written, ready: Vec<Ready>, section: &mut Section) -> Option<Config> {
    check_later_features(&written, section);
    let server = check_server(&written.server, section);
    check_sources(&written.sources, server.listen, section);
    let channels: BTreeSet<&str> = written.channels.keys().map(String::as_str).collect();
    let receivers = receivers::check(&written.receivers, &channels, links(&server, section), section);
    let route = routes::check(&written.route, &routable(&receivers, section), section);
    let retry = check_retry(written.retry.as_ref(), section);
    check_shared_limits(&ready, section);
    if section.is_sound() {
        warn_of_unused(&receivers, &route, &channels, section);
    }
    let policy = policy(route, receivers, section)?;
    let (channels, accounts): (Vec<_>, Vec<_>) = ready.into_iter().unzip();
    let sandbox_accounts =
        channels.iter().zip(accounts).filter_map(|(it, account)| Some((it.name.clone(), account?))).collect();
    Some(Config {
        server,
        store_path: written.store.map_or_else(|| PathBuf::from(STORE), |StorePath(path)| path),
        sources: written.sources.into_iter().map(source).collect(),
        channels,
        policy,
        retry,
        retention: written.retention.map_or(RETENTION, |Positive(it)| it),
        style: style(Some(&written.messages)),
        warnings: Vec::new(),
        sandbox_accounts,
    })
}

fn check_later_features(written: &Written, section: &mut Section) {
    if !written.inhibit_rules.is_empty() {
        section.error(&Path::of("inhibit_rules"), receivers::NOT_YET);
    }
    if !written.time_intervals.is_empty() {
        section.error(&Path::of("time_intervals"), receivers::NOT_YET);
    }
}

fn check_server(written: &WrittenServer, section: &mut Section) -> Server {
    let WrittenServer { listen, external_url, auth, reload_on_change } = written;
    let listen = listen.unwrap_or(Listen(LISTEN));
    let path = Path::of("server");
    match auth {
        Some(auth) => check_open(auth, listen, &path.key("auth"), section),
        None if !listen.is_private() => section.error(
            &path.key("listen"),
            "others than this machine and private networks can reach this address, and there is no `server.auth`: add `auth: { bearer: { env: NAME } }`",
        ),
        None => {}
    }
    Server {
        listen: listen.0,
        external_url: external_url.as_ref().map(|Page(url)| url.clone()),
        auth: auth.clone().map_or(Auth::Open, Auth::from),
        reload_on_change: *reload_on_change,
    }
}

fn links(server: &Server, section: &Section) -> Links {
    let is_meant = section.is_reported(&Path::of("server").key("external_url"));
    if server.external_url.is_some() || is_meant { Links::Possible } else { Links::Impossible }
}

fn check_sources(written: &[WrittenSource], listen: SocketAddr, section: &mut Section) {
    let mut names = BTreeSet::new();
    for (index, source) in written.iter().enumerate() {
        let path = Path::of("sources").index(index);
        check_name(&source.name, &mut names, &path, section);
        if source.name == SELF_SOURCE {
            let message = format!("the gateway tells of itself as `{SELF_SOURCE}`; choose another name");
            section.error(&path.key("name"), message);
        }
        check_open(&source.auth, Listen(listen), &path.key("auth"), section);
        for label in ["source", "severity"].iter().filter(|it| source.labels.contains_key(**it)) {
            section.error(
                &path.key("labels").key(label),
                "cannot be fixed: the source's name and the alert say it",
            );
        }
    }
}

fn check_open(auth: &WrittenAuth, listen: Listen, path: &Path, section: &mut Section) {
    match auth {
        WrittenAuth::None if !listen.is_private() => section.error(
            path,
            "`none` is only accepted if `server.listen` is a loopback or private address: write `{ bearer: { env: NAME } }`",
        ),
        WrittenAuth::None | WrittenAuth::Bearer(_) => {}
    }
}

fn check_retry(written: Option<&WrittenRetry>, section: &mut Section) -> RetryPolicy {
    let default = RetryPolicy::default();
    let Some(WrittenRetry { first_delay, max_delay, probe_delay, give_up_after }) = written else {
        return default;
    };
    let or = |it: &Option<Positive>, default| it.map_or(default, |Positive(it)| it);
    let retry = RetryPolicy {
        first_delay: or(first_delay, default.first_delay),
        max_delay: or(max_delay, default.max_delay),
        probe_delay: or(probe_delay, default.probe_delay),
        give_up_after: or(give_up_after, default.give_up_after),
    };
    if retry.max_delay < retry.first_delay {
        let named = if max_delay.is_some() { "max_delay" } else { "first_delay" };
        section.error(&Path::of("retry").key(named), "`max_delay` must not be less than `first_delay`");
    }
    retry
}

/// A budget is kept, and a quota counted, once for all channels that share it:
/// two different ones would mean that one of them is silently ignored.
fn check_shared_limits(ready: &[Ready], section: &mut Section) {
    let (mut first_of_account, mut first_of_pool) = (BTreeMap::new(), BTreeMap::new());
    let mut must_agree =
        |channel: &ConfiguredChannel, first: &ConfiguredChannel, shared: &str, setting: &str| {
            section.error(
                &Path::of("channels").key(channel.name.as_str()).key(setting),
                format!("shares its {shared} with `{}`, so both need the same `{setting}`", first.name),
            );
        };
    for (channel, _) in ready {
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

/// Names of receivers that a route may name.
fn routable<'a>(receivers: &'a [Receiver], section: &Section) -> Receivers<'a> {
    let all = Path::of("receivers");
    let unclear = section.is_reported(&all)
        || (0..receivers.len()).any(|index| section.is_reported(&all.index(index).key("name")));
    if unclear {
        Receivers::Unclear
    } else {
        Receivers::Known(receivers.iter().map(|it| it.name.as_str()).collect())
    }
}

fn warn_of_unused(receivers: &[Receiver], route: &Route, channels: &BTreeSet<&str>, section: &mut Section) {
    let mut routed = BTreeSet::new();
    collect_receivers(route, &mut routed);
    for (index, receiver) in receivers.iter().enumerate() {
        if !routed.contains(receiver.name.as_str()) {
            let path = Path::of("receivers").index(index).key("name");
            section.warning(&path, format!("no route names `{}`: it is never told anything", receiver.name));
        }
    }
    let on_ladders = receivers.iter().flat_map(|it| &it.terms.escalate).flat_map(|rung| &rung.to);
    let all = receivers.iter().flat_map(|it| &it.terms.channels).chain(on_ladders);
    let used: BTreeSet<&str> = all.map(ChannelName::as_str).collect();
    for name in channels.difference(&used) {
        section.warning(&Path::of("channels").key(name), "no receiver names it: nothing is ever sent on it");
    }
}

fn collect_receivers<'a>(route: &'a Route, names: &mut BTreeSet<&'a str>) {
    names.insert(route.receiver.as_str());
    route.routes.iter().for_each(|child| collect_receivers(child, names));
}

/// `None` if the section is not sound: then everything has been told already.
fn policy(route: Route, receivers: Vec<Receiver>, section: &mut Section) -> Option<Policy> {
    if !section.is_sound() {
        return None;
    }
    Policy::new(route, receivers)
        .map_err(|problems| {
            problems.iter().for_each(|it| section.error(&Path::of("route"), it.to_string()));
        })
        .ok()
}

fn source(written: WrittenSource) -> Source {
    let WrittenSource { name, format: FormatText(format), auth, labels, max_body, expect_every } = written;
    Source {
        settings: SourceSettings { name: name.as_str().into(), labels: Labels::from_iter(labels) },
        format,
        auth: auth.into(),
        max_body: max_body.map_or(MAX_BODY, |ByteSize(bytes)| bytes),
        expect_every: expect_every.map(|Positive(every)| every),
    }
}

impl From<WrittenAuth> for Auth {
    fn from(written: WrittenAuth) -> Self {
        match written {
            WrittenAuth::None => Self::Open,
            WrittenAuth::Bearer(token) => Self::Bearer(token),
        }
    }
}

#[cfg(test)]
mod tests;
