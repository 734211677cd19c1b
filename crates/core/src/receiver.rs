//! The receivers of notifications.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{DeliveryTerms, ReceiverName};

/// A receiver: the channels that are told, and the contract with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receiver {
    /// The name to which routes refer.
    pub name: ReceiverName,
    /// The terms of its notifications.
    pub terms: Arc<DeliveryTerms>,
}
