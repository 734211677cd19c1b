//! Fixtures of this crate's tests: a kind of channel that rings nowhere, and
//! secrets that come from a list.

use std::collections::BTreeMap;
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use fanfare_core::{
    Account, Attempt, BuildError, Channel, Context, Digest, Egress, Limits, Notification, Notifier, Receipt,
    SandboxAccount, SandboxDoors, Secret, SendError, SettingWarning,
};
use fanfare_sandbox::{AccountSettings, HasFake, InvalidAccount, OpenAccount, Provider};
use serde::Deserialize;

use fanfare_settings::Secrets;

use crate::ChannelRegistry;

/// A channel that shows what it was built from.
#[derive(Debug)]
pub(crate) struct Bell {
    pub(crate) config: BellConfig,
    pub(crate) context: Context,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BellConfig {
    pub(crate) token: Secret,
    pub(crate) tower: Tower,
    pub(crate) endpoint: Option<String>,
    #[serde(default)]
    pub(crate) to: Vec<String>,
    pub(crate) ca_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tower {
    pub(crate) height: u16,
    pub(crate) stone: Stone,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Stone {
    Granite,
    Marble,
}

#[async_trait]
impl Notifier for Bell {
    async fn notify(&self, _: &Notification, _: &Attempt) -> Result<Receipt, SendError> {
        let Self { config, context } = self;
        let BellConfig { token: _, tower: Tower { height, stone }, endpoint, to, ca_file } = config;
        let words = format!(
            "{height} {stone:?} {endpoint:?} {to:?} {ca_file:?} {} {:?}",
            context.name, context.locale.language
        );
        Ok(Receipt { words, ..Receipt::default() })
    }

    async fn digest(&self, digest: &Digest, attempt: &Attempt) -> Result<Receipt, SendError> {
        self.notify(&digest.notifications()[0], attempt).await
    }

    fn capacity(&self, _: &Digest) -> usize {
        1
    }

    fn limits(&self) -> Limits {
        let account = Account::new(Self::KIND, &[self.config.token.expose()]);
        let egress = Egress::new("http://tower", None);
        Limits { account, egress, budgets: Vec::new(), quota: None, concurrency: NonZeroUsize::MIN }
    }
}

impl Channel for Bell {
    const KIND: &'static str = "bell";
    type Config = BellConfig;

    fn warnings(config: &BellConfig) -> Vec<SettingWarning> {
        let is_high = config.tower.height > 100;
        let high = is_high.then(|| SettingWarning {
            field: "tower.height".to_owned(),
            message: "few towers stand that are so high".to_owned(),
        });
        high.into_iter().collect()
    }

    fn build(config: BellConfig, context: Context) -> Result<Self, BuildError> {
        if config.token.expose().starts_with("SEC") {
            Ok(Self { config, context })
        } else {
            Err(BuildError { field: "token".to_owned(), message: "must start with `SEC`".to_owned() })
        }
    }

    fn into_sandbox(config: BellConfig, doors: &SandboxDoors) -> (BellConfig, SandboxAccount) {
        let settings = vec![("token", config.token.expose().to_owned())];
        let config = BellConfig { endpoint: Some(doors.http.clone()), ..config };
        (config, SandboxAccount { kind: Self::KIND, settings })
    }
}

impl HasFake for Bell {
    fn fake() -> Box<dyn Provider> {
        Box::new(BellFoundry)
    }
}

/// The provider of bells, who takes every account and no request.
struct BellFoundry;

impl Provider for BellFoundry {
    fn kind(&self) -> &'static str {
        Bell::KIND
    }

    fn open_accounts(&self) -> &'static [OpenAccount] {
        &[]
    }

    fn check(&self, _: &AccountSettings<'_>) -> Result<(), InvalidAccount> {
        Ok(())
    }

    fn add(&mut self, _: &str, _: &AccountSettings<'_>) -> Result<(), InvalidAccount> {
        Ok(())
    }
}

/// The kinds of channels in tests.
pub(crate) fn kinds() -> ChannelRegistry {
    ChannelRegistry::default().with::<Bell>()
}

/// Secrets from a list; files go by their whole path.
#[derive(Debug, Default)]
pub(crate) struct Listed(pub(crate) BTreeMap<&'static str, &'static str>);

impl Secrets for Listed {
    fn variable(&self, name: &str) -> Option<String> {
        self.0.get(name).map(|it| (*it).to_owned())
    }

    fn is_not_utf8(&self, _: &str) -> bool {
        false
    }

    fn file(&self, path: &Path) -> io::Result<String> {
        let text = path.to_str().and_then(|path| self.0.get(path));
        text.map(|it| (*it).to_owned()).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn others_may_read(&self, path: &Path) -> bool {
        path.ends_with("open")
    }

    fn others_may_write(&self, path: &Path) -> bool {
        path.ends_with("loose")
    }
}

/// The secrets most tests need.
pub(crate) fn secrets() -> Listed {
    Listed(
        [
            ("TOKEN", "SEC-token"),
            ("API_TOKEN", "SEC-token-of-the-api"),
            ("HEADER", "Bearer SEC-token"),
            ("NOT_ASCII", "SEC-schlüssel"),
            ("REFERENCE", "vault:secret/fanfare"),
            ("GUESS", "api-token"),
            ("EMPTY", " "),
            ("/etc/fanfare/token", "SEC-from-a-file\n"),
            ("/etc/fanfare/of-a", "SEC-of-a"),
            ("/etc/fanfare/of-b", "SEC-of-b"),
            ("/etc/fanfare/of-c", "SEC-of-c"),
            ("/etc/fanfare/of-boss", "SEC-of-boss"),
            ("/etc/fanfare/empty", "\n"),
            ("/etc/fanfare/open", "SEC-open\n"),
            ("QUOTED", "\"SEC-quoted\""),
            ("UNFILLED", "SEC-${TOKEN}"),
            ("LINES", "SEC-a\nSEC-b"),
            ("HIDDEN", "SEC-a\u{0}b"),
        ]
        .into(),
    )
}
