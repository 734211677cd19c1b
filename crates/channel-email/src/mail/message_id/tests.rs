use std::sync::Arc;

use fanfare_core::{AlertId, Severity};
use fanfare_testkit::{attempt, notification};
use jiff::SignedDuration;

use super::*;

fn ids(notification: &Notification, key: &str, channel: &str) -> MessageIds {
    let attempt = Attempt { key: fanfare_core::IdempotencyKey::new(&[key]), ..attempt() };
    MessageIds::from_notification(notification, &attempt, &channel.into(), "example.com")
}

fn told(why: Why) -> Notification {
    notification(Severity::High, why)
}

#[test]
fn later_mails_of_an_incident_refer_to_its_first() {
    let first = ids(&told(Why::Started), "delivery 1", "mail");
    assert_eq!(first.root, None);
    for why in [Why::Worsened { from: Severity::Mid }, Why::StillFiring, Why::Acknowledged, Why::Resolved] {
        let later = ids(&told(why), "delivery 2", "mail");
        assert_eq!(later.root.as_ref(), Some(&first.id));
        assert_ne!(later.id, first.id);
    }
}

#[test]
fn an_id_is_the_same_in_every_attempt_and_of_the_form_mail_wants() {
    for why in [Why::Started, Why::StillFiring, Why::Notice] {
        let id = ids(&told(why), "delivery 1", "mail").id;
        assert_eq!(id, ids(&told(why), "delivery 1", "mail").id);
        assert!(id.starts_with('<') && id.ends_with("@example.com>"), "{id}");
        assert!(id.bytes().all(|b| b.is_ascii_graphic()), "{id}");
    }
}

#[test]
fn two_deliveries_never_share_an_id() {
    let first = ids(&told(Why::Started), "delivery 1", "mail").id;
    let other = |change: fn(&mut Notification), channel: &str| {
        let mut notification = told(Why::Started);
        change(&mut notification);
        ids(&notification, "delivery 2", channel).id
    };
    assert_ne!(first, other(|it| it.incident = AlertId(43), "mail"));
    assert_ne!(first, other(|it| it.receiver = "managers".into(), "mail"));
    assert_ne!(first, other(|it| it.since += SignedDuration::from_millis(1), "mail"));
    assert_ne!(first, other(|_| {}, "other mail"));

    let again = |key| ids(&told(Why::StillFiring), key, "mail").id;
    assert_ne!(again("delivery 2"), again("delivery 3"));
}

#[test]
fn a_message_to_pass_on_belongs_to_no_incident() {
    assert_eq!(ids(&told(Why::Notice), "delivery 1", "mail").root, None);
}

#[test]
fn that_somebody_takes_care_of_a_message_hangs_below_nothing() {
    let mut acknowledged = told(Why::Acknowledged);
    Arc::make_mut(&mut acknowledged.alert).kind = Kind::Notice;
    assert_eq!(ids(&acknowledged, "delivery 1", "mail").root, None);
}

#[test]
fn a_digest_has_an_id_of_its_own_and_hangs_below_nothing() {
    let digest = |key| {
        let attempt = Attempt { key: fanfare_core::IdempotencyKey::new(&[key]), ..attempt() };
        MessageIds::from_digest(&attempt, "example.com")
    };
    assert_eq!(digest("digest 1"), digest("digest 1"));
    assert_ne!(digest("digest 1").id, digest("digest 2").id);
    assert_eq!(digest("digest 1").root, None);
}
