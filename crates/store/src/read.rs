//! Questions of people and of the gateway, answered from the tables.

mod candidates;
mod overview;
mod search;
mod alerts;
mod history;
mod dead_letters;
mod acknowledgement;
mod audit;
mod health;
mod abandoned_contracts;
mod startup;
mod deliveries;
mod excerpt;

pub use self::alerts::{AlertFilter, AlertRow, NotificationRow};
pub use self::audit::{Audit, AuditedRow, Contradiction, DeliveryCounts, NotificationCounts, Unaccounted};
pub use self::dead_letters::{DeadLetter, DeadLetterFilter, DeadLetterPage, DeadLetters};
pub use self::deliveries::{DeliveryFilter, DeliveryRow};
pub use self::excerpt::OmittedRows;
pub use self::history::{AlertHistory, DeliveryHistory, NotificationHistory, RelatedAlert, ReportedAlert};
pub use self::overview::{LedgerOverview, UnkeptContract};
pub use self::search::{AlertPage, AlertSearch};

#[cfg(test)]
mod tests;
