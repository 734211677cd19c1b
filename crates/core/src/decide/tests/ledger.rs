//! A ledger in memory, as plain as can be: reads states and writes changes as a store would.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::decide::*;
use crate::{
    Acknowledgement, Alert, AlertId, ContractStatus, DeliveryId, DeviceKey, Incident, IncidentKey, Kind,
    LastNotified, Notification, NotificationId, PolicyId, Step,
};
use jiff::Timestamp;

/// An alert's row.
#[derive(Debug, Clone)]
pub(super) struct LedgerAlert {
    pub(super) incident: AlertId,
    pub(super) alert: Arc<Alert>,
    pub(super) policy: Option<PolicyId>,
    repeat_key: Option<RepeatKey>,
    received_at: Timestamp,
    /// The number of repeats, and the time of the last.
    pub(super) repeats: (u32, Option<Timestamp>),
}

/// An incident's row.
#[derive(Debug, Clone)]
struct LedgerIncident {
    first: AlertId,
    last: AlertId,
    since: Timestamp,
    device: Option<DeviceKey>,
    told: Vec<LastNotified>,
    acknowledged: Option<Acknowledgement>,
}

/// A notification's row.
#[derive(Debug, Clone)]
pub(super) struct LedgerNotification {
    new: NewNotification,
    pub(super) told: Arc<Notification>,
    pub(super) status: ContractStatus,
    climbed: usize,
    pub(super) next_check_at: Option<Timestamp>,
    pub(super) handled: Option<Handled>,
    /// True while the row can still be read.
    pub(super) is_readable: bool,
}

/// The rows that the store would have on the disk.
#[derive(Debug, Clone, Default)]
pub(super) struct MemoryLedger {
    pub(super) alerts: BTreeMap<AlertId, LedgerAlert>,
    incidents: BTreeMap<IncidentKey, LedgerIncident>,
    pub(super) notifications: BTreeMap<NotificationId, LedgerNotification>,
    pub(super) deliveries: BTreeMap<DeliveryId, (NotificationId, DeliveryState)>,
    pub(super) attempts: BTreeMap<(DeliveryId, u32), NewAttempt>,
    pub(super) steps: Vec<(NotificationId, Timestamp, Step)>,
    pub(super) acknowledgements: Vec<NewAcknowledgement>,
    pub(super) ended_sends: Vec<SendEnd>,
    pub(super) holds: Vec<AccountHold>,
}

impl MemoryLedger {
    pub(super) fn read(&self, keys: &[StateKey]) -> DecisionState {
        self.read_on(DecisionState::default(), keys)
    }

    /// `state` with what `keys` name beside.
    pub(super) fn read_on(&self, mut state: DecisionState, keys: &[StateKey]) -> DecisionState {
        for key in keys {
            match key {
                StateKey::Incident(key) => {
                    let known = self.incident(key);
                    state.newest_alert = known.as_ref().and_then(|_| self.newest_alert(key));
                    state.incident =
                        known.map(|it| OpenIncident { last_alert: None, untold_alert: None, ..it });
                }
                StateKey::WholeIncident(key) => {
                    state.incident = self.incident(key);
                    match &state.incident {
                        Some(known) => state.of_incident = self.of_incident(known.incident.id),
                        None => state.newest_alert = self.newest_alert(key),
                    }
                }
                StateKey::OpenOfDevice(_) if state.incident.is_some() => {}
                StateKey::OpenOfDevice(device) => {
                    let of_it = self.incidents.iter().filter(|(_, row)| row.device.as_ref() == Some(device));
                    state.open_of_device = of_it.filter_map(|(key, _)| self.incident(key)).collect();
                    state.open_of_device.sort_by_key(|it| it.incident.id);
                }
                StateKey::Notification(id) => state.notifications.extend(self.notification(*id)),
                StateKey::IncidentOf(id) => {
                    state.notifications.extend(self.notification(*id));
                    if let Some(row) = self.notifications.get(id) {
                        state.of_incident = self.of_incident(row.told.incident);
                    }
                }
            }
        }
        state
    }

    fn newest_alert(&self, key: &IncidentKey) -> Option<NewestAlert> {
        let of_it = |(_, row): &(&AlertId, &LedgerAlert)| {
            row.alert.incident_key() == *key && row.alert.kind == Kind::Alarm
        };
        let (id, row) = self.alerts.iter().rfind(of_it)?;
        Some(NewestAlert { id: *id, repeat_key: row.repeat_key, received_at: Some(row.received_at) })
    }

    fn incident(&self, key: &IncidentKey) -> Option<OpenIncident> {
        let row = self.incidents.get(key)?.clone();
        let LedgerIncident { first, last, since, device: _, told, acknowledged } = row;
        let last_alert = self.alerts.get(&last).map(|row| Arc::clone(&row.alert));
        let mut later = self.alerts.iter().filter(|(id, row)| **id > last && row.incident == first);
        let untold_alert = later.next_back().map(|(_, row)| Arc::clone(&row.alert));
        let incident = Incident { id: first, since, told, acknowledged };
        Some(OpenIncident { key: key.clone(), incident, last_alert, untold_alert })
    }

    fn of_incident(&self, incident: AlertId) -> IncidentNotifications {
        let rows = || self.notifications.iter().filter(move |(_, row)| row.told.incident == incident);
        let told = rows().flat_map(|(id, row)| {
            let content = if row.told.acknowledged_by.is_some() {
                ToldContent::Acknowledgement
            } else {
                ToldContent::Alert
            };
            let receiver = row.told.receiver.clone();
            self.deliveries_of(*id).into_iter().map(move |it| ToldChannel {
                receiver: receiver.clone(),
                channel: it.channel,
                content,
            })
        });
        IncidentNotifications {
            scheduled: rows()
                .filter(|(_, row)| row.next_check_at.is_some())
                .filter_map(|(id, _)| self.notification(*id))
                .collect(),
            told: told.collect(),
            newest: rows().next_back().map(|(id, _)| *id),
        }
    }

    pub(super) fn deliveries_of(&self, id: NotificationId) -> Vec<DeliveryState> {
        self.deliveries.values().filter(|(of, _)| *of == id).map(|(_, it)| it.clone()).collect()
    }

    fn notification(&self, id: NotificationId) -> Option<NotificationState> {
        let row = self.notifications.get(&id)?;
        let is_open = self.incidents.values().any(|it| it.first == row.told.incident);
        let covers = |it: &&NewAcknowledgement| it.incident == row.told.incident && it.up_to >= id;
        let record = NotificationRecord {
            notification: Arc::clone(&row.told),
            leads: row.new.leads,
            terms: row.new.terms.clone(),
            climbed: row.climbed,
            status: row.status,
            next_check_at: row.next_check_at,
            handled: row.handled,
            acknowledged_by: self.acknowledgements.iter().find(covers).map(|it| it.acknowledgement.clone()),
            incident: if is_open { IncidentStatus::Open } else { IncidentStatus::Over },
        };
        Some(NotificationState {
            id,
            deliveries: self.deliveries_of(id),
            content: if row.is_readable {
                NotificationContent::Readable(record)
            } else {
                NotificationContent::Unreadable {
                    status: row.status,
                    next_check_at: row.next_check_at,
                    handled: row.handled,
                }
            },
        })
    }

    pub(super) fn write(&mut self, changes: Changes) -> Committed {
        let number = |length: usize, index: usize| i64::try_from(length + index + 1).unwrap();
        let assigned = AssignedIds {
            alerts: (0..changes.alerts.len()).map(|it| AlertId(number(self.alerts.len(), it))).collect(),
            notifications: (0..changes.notifications.len())
                .map(|it| NotificationId(number(self.notifications.len(), it)))
                .collect(),
            deliveries: (0..changes.deliveries.len())
                .map(|it| DeliveryId(number(self.deliveries.len(), it)))
                .collect(),
        };
        let committed = Committed::new(changes.clone(), &assigned);
        self.insert(&changes, &assigned, &committed);
        self.update(&changes, &assigned);
        committed
    }

    fn insert(&mut self, changes: &Changes, ids: &AssignedIds, committed: &Committed) {
        for (id, new) in ids.alerts.iter().zip(&changes.alerts) {
            let NewAlert { incident, alert, policy, repeat_key, received_at, .. } = new.clone();
            let incident = ids.alert(incident);
            let row = LedgerAlert { incident, alert, policy, repeat_key, received_at, repeats: (0, None) };
            self.alerts.insert(*id, row);
        }
        for ((id, new), told) in
            ids.notifications.iter().zip(&changes.notifications).zip(&committed.notifications)
        {
            let row = LedgerNotification {
                new: new.clone(),
                told: Arc::clone(told),
                status: new.status,
                climbed: new.climbed,
                next_check_at: new.next_check_at,
                handled: None,
                is_readable: true,
            };
            self.notifications.insert(*id, row);
        }
        for (id, new) in ids.deliveries.iter().zip(&changes.deliveries) {
            let delivery = DeliveryState {
                id: *id,
                channel: new.channel.clone(),
                owed_at: new.owed_at,
                status: DeliveryStatus::Pending,
                next_at: new.next_at(),
                attempts: 0,
                last_attempt_at: None,
                only: None,
                escalated: new.escalated,
                reason: None,
            };
            self.deliveries.insert(*id, (ids.notification(new.notification), delivery));
        }
        let steps = changes.steps.iter().cloned();
        self.steps.extend(steps.map(|it| (ids.notification(it.notification), it.at, it.step)));
        for attempt in &changes.attempts {
            self.deliveries.get_mut(&attempt.delivery).unwrap().1.last_attempt_at = Some(attempt.ended_at);
        }
        self.attempts.extend(changes.attempts.iter().map(|it| ((it.delivery, it.ordinal), it.clone())));
        self.acknowledgements.extend(changes.acknowledgements.iter().cloned());
        self.ended_sends.extend(&changes.ended_sends);
        self.holds.extend(changes.holds.iter().cloned());
    }

    fn update(&mut self, changes: &Changes, ids: &AssignedIds) {
        for RepeatedAlert { id, seen_at, .. } in &changes.repeats {
            let repeats = &mut self.alerts.get_mut(id).unwrap().repeats;
            *repeats = (repeats.0 + 1, Some(*seen_at));
        }
        for update in changes.incidents.clone() {
            self.update_incident(update, ids);
        }
        for NotificationUpdate { id, status, climbed, next_check_at, handled } in
            &changes.updated_notifications
        {
            let row = self.notifications.get_mut(id).unwrap();
            (row.status, row.climbed, row.next_check_at, row.handled) =
                (*status, *climbed, *next_check_at, *handled);
        }
        for DeliveryUpdate { id, change } in &changes.updated_deliveries {
            update_delivery(&mut self.deliveries.get_mut(id).unwrap().1, change.clone());
        }
    }

    fn update_incident(&mut self, update: IncidentUpdate, ids: &AssignedIds) {
        match update {
            IncidentUpdate::Keep { key, first, last, since, device, told, acknowledged } => {
                let (first, last) = (ids.alert(first), ids.alert(last));
                self.incidents.insert(key, LedgerIncident { first, last, since, device, told, acknowledged });
            }
            IncidentUpdate::Acknowledge { fingerprint: _, first, acknowledged } => {
                if let Some(row) = self.incidents.values_mut().find(|it| it.first == first) {
                    row.acknowledged = Some(acknowledged);
                }
            }
            IncidentUpdate::Close(key) => {
                self.incidents.remove(&key);
            }
        }
    }
}

fn update_delivery(row: &mut DeliveryState, change: DeliveryChange) {
    match change {
        DeliveryChange::Settled { status, attempts, settled_at: _, reason } => {
            (row.status, row.attempts, row.reason) = (status, attempts, Some(reason));
        }
        DeliveryChange::Again { attempts, next_at, failures: _, form: _, only, reason, digest: _ } => {
            (row.attempts, row.next_at, row.only, row.reason) = (attempts, next_at, only, Some(reason));
        }
        DeliveryChange::Revived { next_at } => {
            (row.status, row.next_at, row.reason) = (DeliveryStatus::Pending, next_at, None);
        }
        DeliveryChange::Hastened { next_at } => row.next_at = next_at,
        DeliveryChange::Discarded { reason } => {
            (row.status, row.reason) = (DeliveryStatus::Discarded, Some(reason));
        }
    }
}
