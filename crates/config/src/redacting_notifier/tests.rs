use fanfare_core::{Alert, AlertId, Severity, Why};
use fanfare_testkit::{digest, notification};

use super::*;

/// Everything of an alert that a message may show.
fn shown(alert: &Alert) -> String {
    let labels = [&alert.labels, &alert.annotations, &alert.extra];
    let texts = labels.iter().flat_map(|it| it.iter()).map(|(name, value)| format!("{name}={value}"));
    texts.chain([alert.title().to_owned()]).collect::<Vec<_>>().join("; ")
}

fn private_notification() -> Notification {
    let mut notification = notification(Severity::Urgent, Why::Started);
    let alert = Arc::make_mut(&mut notification.alert);
    alert.labels.set("instance", "192.168.1.20:9100");
    alert.annotations.set("description", "Water at 10.0.0.7, call 13812345678");
    alert.extra.set("owner", "wu@mail.example.com");
    notification.ack_url = Some("http://192.168.1.2:8780/ack/t0ken".to_owned());
    let other = GroupedAlert { id: AlertId(43), alert: Arc::clone(&notification.alert) };
    Notification { others: vec![other], ..notification }
}

#[test]
fn nothing_private_is_shown_of_any_alert_of_the_group() {
    let open = private_notification();
    let clean = redacted(&open);
    assert_eq!(clean.alerts().count(), 2);
    for alert in clean.alerts() {
        let shown = shown(alert);
        assert!(shown.contains("instance=[masked]:9100; "), "{shown}");
        assert!(shown.contains("description=Water at [masked], call [masked]"), "{shown}");
        assert!(shown.contains("owner=[masked]"), "{shown}");
        assert_eq!(alert.text_of("eui"), "6353012af1093062");
        assert_eq!((alert.fingerprint, alert.severity), (open.alert.fingerprint, Severity::Urgent));
    }
    assert_eq!(shown(&open.alert).matches("13812345678").count(), 1, "only the copy is changed");
}

#[test]
fn what_a_person_must_follow_stays() {
    let clean = redacted(&private_notification());
    assert_eq!(clean.ack_url.as_deref(), Some("http://192.168.1.2:8780/ack/t0ken"));
}

#[test]
fn a_digest_keeps_its_parts_and_their_order() {
    let open = digest(3);
    let clean = redacted_digest(&open);
    let numbers = |it: &Digest| it.notifications().iter().map(|it| it.alert_id).collect::<Vec<_>>();
    assert_eq!(numbers(&clean), numbers(&open));
    let private = Digest::new(vec![Arc::new(private_notification())]).unwrap();
    assert!(!format!("{:?}", redacted_digest(&private)).contains("13812345678"));
}
