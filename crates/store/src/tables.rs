//! The tables: of each its columns, the types of its rows, and its statements.

pub(crate) mod damage;
pub(crate) mod instance;
pub(crate) mod policies;
pub(crate) mod alerts;
pub(crate) mod incidents;
pub(crate) mod notifications;
pub(crate) mod notification_alerts;
pub(crate) mod deliveries;
pub(crate) mod digests;
pub(crate) mod attempts;
pub(crate) mod steps;
pub(crate) mod acknowledgements;
pub(crate) mod sends;
pub(crate) mod holds;
pub(crate) mod usage;
pub(crate) mod channels;
pub(crate) mod time_record;
pub(crate) mod lives;
pub(crate) mod expected_heartbeats;
pub(crate) mod answers;
