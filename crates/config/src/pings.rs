//! Addresses that are fetched while all is well.

use std::time::Duration;

use fanfare_settings::{Section, SettingPath};
use url::Url;

use crate::config::Ping;
use crate::scalars::PositiveDuration;
use crate::yaml::PingYaml;

/// The interval unless the config says otherwise: that of most services that wait for such pings.
const EVERY: Duration = Duration::from_secs(60);

/// The shortest interval: a service outside is not to be flooded.
const SHORTEST: Duration = Duration::from_secs(10);

/// Notes mistakes of the addresses. None of them is quoted: most are credentials.
pub(crate) fn check(yaml: &[PingYaml], section: &mut Section) {
    for (index, PingYaml { url, every }) in yaml.iter().enumerate() {
        let path = SettingPath::new("pings").index(index);
        let is_address = Url::parse(url.expose()).is_ok_and(|it| matches!(it.scheme(), "http" | "https"));
        if !is_address && !section.is_reported(&path.key("url")) {
            section.error(&path.key("url"), "is not an address: expected https://HOST/PATH");
        }
        if every.is_some_and(|PositiveDuration(it)| it < SHORTEST) {
            section.error(&path.key("every"), "must be 10s or more: it is somebody else's service");
        }
    }
}

/// The ping that `yaml` states.
pub(crate) fn ping(yaml: PingYaml) -> Ping {
    let PingYaml { url, every } = yaml;
    Ping { url, every: every.map_or(EVERY, |PositiveDuration(it)| it) }
}
