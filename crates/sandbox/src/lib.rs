//! Fakes of every provider, as strict as the real one.
//!
//! A fake that answers 200 to everything hides every mistake of a client. These
//! fakes check what the provider checks, answer in its codes and words, keep its
//! limits and bans on a clock that a test can set, and record what a *person*
//! would have seen. They also fail on demand, in all the ways a provider fails.
//!
//! A fake is a [`Provider`], and lives beside the channel that it is for. The fake
//! shares no code with the channel: it signs, parses and counts for itself, so that
//! a mistake in a channel cannot be repeated in its fake. This crate holds what all
//! fakes need, knows no provider by name, and knows no other crate of ours. Nothing
//! in it sends anything to anyone, and nothing is random but the keys of its
//! certificates: the same requests get the same answers.

mod sandbox;
mod http;
mod control;
mod listener;

mod host;
mod provider;
mod state;
mod journal;
mod tls;
mod fault;
mod clock;

mod account;
mod account_table;
mod target;
mod window;
mod exchange;

pub use bytes::Bytes;
pub use hyper::{HeaderMap, Method, header};

pub use crate::account::{
    AccountSettings, AddressRange, FakeAccount, InvalidAccount, InvalidAddressRange, Members, is_allowed,
};
pub use crate::account_table::{AccountTable, FakeAccountState};
pub use crate::clock::SandboxClock;
pub use crate::control::ControlAnswer;
pub use crate::exchange::{ProviderAnswer, ProviderRefusal, ProviderRequest, text_at, texts_at};
pub use crate::fault::{Canned, Fault, FaultSwitch, MailAction, MailStage, TlsFault};
pub use crate::journal::{
    MailFacts, ProviderVerdict, SandboxJournal, SeenMessage, ShownMessage, TargetStats, Violation,
    ViolationKind,
};
pub use crate::provider::{ConnectionServer, HasFake, OpenAccount, ProtocolServer, Provider};
pub use crate::sandbox::{Sandbox, SandboxSettings, UnknownTarget};
pub use crate::state::SandboxState;
pub use crate::target::Target;
pub use crate::tls::DuplexStream;
pub use crate::window::{LimitDecision, ProviderLimit, RecentKeys, TimeWindow};
