//! Operations for people: dead letters, test messages, views of channels.

pub(crate) mod acknowledge;
pub(crate) mod outlook;
pub(crate) mod channel_test;
pub(crate) mod channel_views;
pub(crate) mod dead_letters;
pub(crate) mod heartbeats;
pub(crate) mod laws;

pub use self::channel_test::{TestError, TestMessage};
pub use self::channel_views::{BudgetView, ChannelHealth, ChannelView, LastError, QuotaView};
pub use self::heartbeats::HeartbeatView;
pub use self::laws::UnkeptLaw;
pub use self::outlook::DeliveryOutlook;
