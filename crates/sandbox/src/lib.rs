//! Pretends to be every provider, as strictly as the real one.
//!
//! A fake that answers 200 to anything hides every mistake of a client. These
//! fakes check what the provider checks, answer in its codes and words, keep its
//! limits and bans on a clock that a test can set, and record what a *person*
//! would have seen. They also fail on demand, in all the ways a provider fails.
//!
//! This crate knows none of ours: it signs, parses and counts for itself, so that
//! a mistake in a channel cannot be repeated here. Nothing in it sends anything
//! to anyone, and nothing is left to chance but the keys of its certificates: the
//! same requests get the same answers.

mod sandbox;
mod control;
mod clock;

mod account;
mod rules;
mod fault;
mod journal;

mod world;
mod target;
mod window;
mod exchange;

mod tls;
mod door;
mod http;
mod dingtalk;
mod wecom;
mod smtp;

pub use crate::account::{
    Account, AddressRange, App, Bot, BotState, Credentials, InvalidAccount, InvalidAddressRange, Mailbox,
    Members, Provider, Robot, RobotState,
};
pub use crate::clock::Clock;
pub use crate::control::Control;
pub use crate::fault::{Canned, Fault, FaultSwitch, MailAction, MailStage, TlsFault};
pub use crate::journal::{Kind, MailFacts, SeenMessage, Shown, Stats, Verdict, Violation, ViolationKind};
pub use crate::rules::{
    Capability, ClearAuth, Client, DingTalkRules, EdgeForm, ErrcodeForm, KeywordScope, Language, Rules,
    SafeForm, SmtpRules, SmtpTls, WeComRules,
};
pub use crate::sandbox::{Sandbox, Settings, UnknownTarget};
