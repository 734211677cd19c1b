use std::sync::Arc;

use expect_test::expect;
use fanfare_core::{Language, Locale};
use fanfare_testkit::{NOON, attempt, check_groups, digest, group, notification, shown_of};
use serde_json::Value;

use super::*;

fn writer(language: Language) -> BodyWriter {
    BodyWriter {
        channel: "ops-hook".into(),
        renderer: Renderer::new(Locale { language, ..Locale::default() }),
    }
}

fn told() -> Notification {
    let mut told = notification(Severity::Urgent, Why::Worsened { from: Severity::Mid });
    let alert = Arc::make_mut(&mut told.alert);
    alert.generator_url = Some("https://think.link/alarms/42".to_owned());
    Notification { ack_url: Some("https://alerts.example.com/ack/t0ken".to_owned()), ..told }
}

fn posted(writer: &BodyWriter, told: &Notification, form: MessageForm) -> Value {
    let attempt = Attempt { form, ..attempt() };
    serde_json::to_value(writer.notification(told, &attempt)).unwrap()
}

#[test]
fn the_body_has_the_documented_shape() {
    let body = posted(&writer(Language::En), &told(), MessageForm::Full);
    expect![[r#"
        {
          "channel": "ops-hook",
          "id": "44422cafbb20988dad0db11a663eab2b",
          "notifications": [
            {
              "ack_url": "https://alerts.example.com/ack/t0ken",
              "alerts": [
                {
                  "annotations": {
                    "description": "Current -9.4 °C, limit -18 °C",
                    "title": "Temperature too high"
                  },
                  "fingerprint": "82bdd927a77b7b17",
                  "generator_url": "https://think.link/alarms/42",
                  "id": 42,
                  "kind": "alarm",
                  "labels": {
                    "alertname": "over_temp",
                    "device": "Cold room 3",
                    "eui": "6353012af1093062"
                  },
                  "severity": "urgent",
                  "source": "thinklink",
                  "starts_at": "2026-03-08T12:00:00Z",
                  "status": "firing"
                }
              ],
              "group": "82bdd927a77b7b17",
              "id": 7,
              "incident": 42,
              "receiver": "on-call",
              "since": "2026-03-08T12:00:00Z",
              "why": "worsened",
              "worsened_from": "mid"
            }
          ],
          "text": "[URGENT] Temperature too high - Cold room 3\n\nLevel: MID → URGENT\nDevice: Cold room 3\nEUI: 6353012af1093062\nAlarm: over_temp\nDescription: Current -9.4 °C, limit -18 °C\nSince: 2026-03-08 12:00:00 +00:00\nGroups: WeCom_ops\nSource: thinklink\nAlert no.: 42\nAcknowledge: I take care of it https://alerts.example.com/ack/t0ken\n\nhttps://think.link/alarms/42",
          "title": "[URGENT] Temperature too high - Cold room 3",
          "version": "1"
        }"#]].assert_eq(&serde_json::to_string_pretty(&body).unwrap());
}

#[test]
fn its_words_are_in_the_channels_language_and_its_fields_in_none() {
    let body = posted(&writer(Language::Zh), &told(), MessageForm::Full);
    assert_eq!(body["title"], "[紧急] Temperature too high - Cold room 3");
    assert_eq!(
        (&body["notifications"][0]["why"], &body["notifications"][0]["alerts"][0]["severity"]),
        (&"worsened".into(), &"urgent".into())
    );
}

#[test]
fn a_plain_body_has_no_links_and_none_of_the_senders_texts() {
    let body = posted(&writer(Language::En), &told(), MessageForm::Plain);
    let text = body.to_string();
    assert!(!text.contains("https://"), "{text}");
    let alert = &body["notifications"][0]["alerts"][0];
    assert_eq!(alert.get("annotations"), None);
    assert_eq!(alert["labels"]["device"], "Cold room 3");
}

#[test]
fn an_acknowledgement_and_an_escalation_are_told() {
    let told = Notification {
        acknowledged_by: Some(Acknowledgement { by: "Zhang San".to_owned(), at: NOON }),
        escalated: Some(Unless::Acknowledged),
        ..notification(Severity::High, Why::Acknowledged)
    };
    let body = posted(&writer(Language::En), &told, MessageForm::Full);
    let shown = &body["notifications"][0];
    assert_eq!(
        (&shown["why"], &shown["acknowledged_by"]["by"]),
        (&"acknowledged".into(), &"Zhang San".into())
    );
    assert_eq!(shown["escalated"], "acknowledged");
}

/// The devices of the alerts in a body.
fn devices(body: &Value) -> Vec<&str> {
    let alerts = body["notifications"][0]["alerts"].as_array().unwrap();
    alerts.iter().map(|it| it["labels"]["device"].as_str().unwrap()).collect()
}

#[test]
fn each_alert_of_a_group_stands_in_the_list_the_worst_first_and_is_named_in_the_text() {
    let writer = writer(Language::En);
    check_groups(|told, form| posted(&writer, told, form)["text"].as_str().unwrap().to_owned());
    for number in [1, 3, 200] {
        let body = posted(&writer, &group(number), MessageForm::Full);
        let devices = devices(&body);
        assert_eq!((devices.len(), devices[0]), (number, "Sensor S00000"));
        assert!(number == 1 || devices[1] == format!("Sensor S{:05}", number - 1), "{devices:?}");
        assert_eq!(body["notifications"][0].get("more_alerts"), None);
    }
}

#[test]
fn an_alert_that_is_over_stands_behind_those_that_fire_however_severe_it_was() {
    let mut told = group(3);
    let worst = Arc::make_mut(&mut told.others[1].alert);
    worst.status = Status::Resolved;
    let body = posted(&writer(Language::En), &told, MessageForm::Full);
    assert_eq!(devices(&body), ["Sensor S00000", "Sensor S00001", "Sensor S00002"]);
    let text = body["text"].as_str().unwrap();
    assert!(text.find("Sensor S00001") < text.find("RESOLVED: "), "{text}");
}

#[test]
fn the_alerts_for_which_a_body_has_no_room_are_counted() {
    let writer = writer(Language::En);
    for form in [MessageForm::Full, MessageForm::Plain] {
        let body = posted(&writer, &group(10_000), form);
        assert!(body.to_string().len() <= 256 * 1024, "{} bytes", body.to_string().len());
        let listed = devices(&body).len();
        assert!(listed > 200 && devices(&body)[1] == "Sensor S09999", "{listed}");
        assert_eq!(body["notifications"][0]["more_alerts"], 10_000 - listed);
    }
}

#[test]
fn an_end_that_the_sender_has_named_is_told() {
    let mut told = told();
    Arc::make_mut(&mut told.alert).ends_at = Some(NOON + jiff::SignedDuration::from_hours(1));
    let body = posted(&writer(Language::En), &told, MessageForm::Full);
    assert_eq!(body["notifications"][0]["alerts"][0]["ends_at"], "2026-03-08T13:00:00Z");
}

#[test]
fn a_digest_tells_every_notification_within_its_capacity() {
    let writer = writer(Language::En);
    let many = digest(1000);
    let capacity = writer.capacity(&many);
    assert!(capacity > 100, "{capacity}");
    let told = many.first(capacity);
    for form in [MessageForm::Full, MessageForm::Plain] {
        let attempt = attempt();
        let body = serde_json::to_value(writer.digest(&told, form, &attempt.key)).unwrap();
        assert_eq!(body["notifications"].as_array().unwrap().len(), capacity);
        assert!(body.to_string().len() <= 256 * 1024);
        for shown in told.notifications().iter().flat_map(|it| shown_of(it)) {
            assert!(body["text"].as_str().unwrap().contains(&shown), "{shown}");
        }
    }
}
