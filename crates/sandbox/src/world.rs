//! Everything the fakes share: the clock, the accounts, the faults, the record.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::account::{Account, Provider};
use crate::clock::Clock;
use crate::dingtalk::DingTalk;
use crate::fault::Faults;
use crate::journal::{Journal, Kind};
use crate::rules::{Rules, SmtpRules};
use crate::smtp::PostOffice;
use crate::tls::Authority;
use crate::wecom::WeCom;

/// What all connections see.
pub(crate) struct World {
    clock: Clock,
    pub(crate) authority: Authority,
    pub(crate) smtp: SmtpRules,
    state: Mutex<State>,
}

/// What changes.
pub(crate) struct State {
    pub(crate) dingtalk: DingTalk,
    pub(crate) wecom: WeCom,
    pub(crate) post: PostOffice,
    pub(crate) faults: Faults,
    pub(crate) journal: Journal,
    /// The names of the doors beside the first.
    pub(crate) doors: BTreeSet<String>,
    nameless: [u32; 3],
}

impl World {
    pub(crate) fn new(clock: Clock, rules: Rules, authority: Authority) -> Self {
        let Rules { dingtalk, wecom, smtp } = rules;
        let state = State {
            dingtalk: DingTalk::new(dingtalk),
            wecom: WeCom::new(wecom),
            post: PostOffice::new(&smtp),
            faults: Faults::default(),
            journal: Journal::default(),
            doors: BTreeSet::new(),
            nameless: [0; 3],
        };
        Self { clock, authority, smtp, state: Mutex::new(state) }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The state, also after a panic elsewhere: a fake has nothing to protect.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Opens an account, and returns what it is called here.
    pub(crate) fn add(&mut self, account: Account) -> String {
        let Account { name, audience, provider } = account;
        let kind = match &provider {
            Provider::DingTalk(_) => Kind::DingTalk,
            Provider::WeComBot(_) | Provider::WeComApp(_) => Kind::WeCom,
            Provider::Mail(_) => Kind::Email,
        };
        let name = name.unwrap_or_else(|| self.invent_name(kind));
        let called = name.clone();
        match provider {
            Provider::DingTalk(robot) => self.dingtalk.add(called, audience, robot),
            Provider::WeComBot(bot) => self.wecom.add_bot(called, audience, bot),
            Provider::WeComApp(app) => self.wecom.add_app(called, audience, app),
            Provider::Mail(mailbox) => self.post.add(called, audience, mailbox),
        }
        name
    }

    /// Whether faults can be switched for `name`.
    pub(crate) fn is_target(&self, name: &str) -> bool {
        let mut targets = self.dingtalk.targets().chain(self.wecom.targets()).chain(self.post.targets());
        self.doors.contains(name) || targets.any(|target| target.is_called(name))
    }

    fn invent_name(&mut self, kind: Kind) -> String {
        let count = &mut self.nameless[kind as usize];
        *count += 1;
        format!("{}-{count}", kind.word())
    }
}
