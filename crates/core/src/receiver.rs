//! Who is told.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{DeliveryTerms, ReceiverName};

/// Who is told, and what is promised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receiver {
    /// Its name; routes refer to it.
    pub name: ReceiverName,
    /// What is promised.
    pub terms: Arc<DeliveryTerms>,
}

/// How the deliveries of one notification stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryTally {
    /// Confirmed by their providers.
    pub delivered: u32,
    /// Still owed.
    pub pending: u32,
    /// Given up.
    pub dead: u32,
}
