use fanfare_core::{DeliveryId, IncidentDigest, MessageForm, NotificationId, Severity, Unless};
use fanfare_testkit::NOON;
use prometheus_client::encoding::text::encode;

use super::*;

fn delivery(escalated: Option<Unless>) -> Delivery {
    Delivery {
        id: DeliveryId(1),
        notification: NotificationId(1),
        source: "thinklink".into(),
        about: IncidentDigest::from_bits(1),
        channel: "ops".into(),
        severity: Severity::High,
        owed_at: NOON,
        leads: fanfare_core::ClockLeads::default(),
        next_at: NOON,
        attempts: 0,
        failures: 0,
        form: MessageForm::Full,
        only: None,
        escalated,
        asks: false,
        needs_recheck: true,
        digest: None,
    }
}

#[test]
fn each_delivery_of_a_rung_counts_once_by_its_reason() {
    let mut registry = Registry::default();
    let metrics = Metrics::new(&mut registry);
    let retried_dead_letter = Delivery { attempts: 3, ..delivery(Some(Unless::Delivered)) };
    metrics.count_escalations(&[delivery(None), delivery(Some(Unless::Delivered)), retried_dead_letter]);
    metrics.count_escalations(&[delivery(Some(Unless::Acknowledged)), delivery(Some(Unless::Acknowledged))]);
    let mut text = String::new();
    encode(&mut text, &registry).unwrap();
    let mut lines: Vec<_> = text.lines().filter(|it| it.starts_with("fanfare_escalations")).collect();
    lines.sort_unstable();
    let expected = [
        r#"fanfare_escalations_total{unless="acknowledged"} 2"#,
        r#"fanfare_escalations_total{unless="delivered"} 1"#,
    ];
    assert_eq!(lines, expected);
}
