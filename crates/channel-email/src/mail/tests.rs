use std::sync::Arc;

use fanfare_core::{Alert, AlertId, Labels, Locale};
use fanfare_testkit::{NOON, alert, attempt, check_groups, digest, group, notification, shown_of};
use proptest::prelude::*;

use super::*;
use crate::scripted_server::SeenMail;

const CONFIG: &str = r#"{
    "smtp": { "host": "smtp.example.com" },
    "from": "Fanfare <alerts@example.com>",
    "to": ["oncall@example.com", "The boss <boss@example.com>"]
}"#;

fn addresses(config: &str) -> Addresses {
    Addresses::from_config(&serde_json::from_str(config).unwrap()).unwrap()
}

fn renderer() -> Renderer {
    Renderer::new(Locale::default())
}

fn mail_about(notification: &Notification, form: MessageForm) -> SeenMail {
    let attempt = Attempt { form, ..attempt() };
    let renderer = renderer();
    let bytes = write(&addresses(CONFIG), &"mail".into(), &renderer, notification, &attempt).unwrap();
    SeenMail { data: String::from_utf8(bytes).unwrap(), ..SeenMail::default() }
}

fn about(change: impl FnOnce(&mut Alert)) -> Notification {
    let mut alert = alert(Severity::High);
    change(&mut alert);
    Notification { alert: Arc::new(alert), ..notification(Severity::High, Why::Started) }
}

fn header_names(mail: &SeenMail) -> Vec<String> {
    mail.headers().iter().map(|line| line.split(':').next().unwrap().to_owned()).collect()
}

/// Everything a mail may say of itself.
const FIRST_MAIL: [&str; 9] = [
    "From",
    "To",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "Subject",
    "MIME-Version",
    "Content-Type",
];

#[test]
fn a_mail_says_of_itself_what_it_must_and_no_more() {
    let mail = mail_about(&notification(Severity::High, Why::Started), MessageForm::Full);
    assert_eq!(header_names(&mail), FIRST_MAIL);
    assert_eq!(mail.header("From"), ["Fanfare <alerts@example.com>"]);
    assert_eq!(mail.header("To"), ["oncall@example.com, \"The boss\" <boss@example.com>"]);
    assert_eq!(mail.header("Date"), ["Sun, 08 Mar 2026 12:00:00 +0000"]);
    assert_eq!(mail.header("Subject"), ["[HIGH] Temperature too high - Cold room 3"]);
    assert_eq!(mail.header("Auto-Submitted"), ["auto-generated"]);
}

#[test]
fn a_subject_is_written_in_encoded_words() {
    // Computed by Python; `channel-facts.md` §10.4.
    let title = |text: &str| subject(text);
    let mail = lettre::Message::builder()
        .from("a@example.com".parse().unwrap())
        .to("b@example.com".parse().unwrap())
        .subject(title("[严重] 1号冷库温度过高"))
        .body(String::new())
        .unwrap();
    let raw = String::from_utf8(mail.formatted()).unwrap();
    assert!(raw.contains("Subject: =?utf-8?b?W+S4pemHjV0gMeWPt+WGt+W6k+a4qeW6pui/h+mrmA==?=\r\n"), "{raw}");
}

#[test]
fn a_subject_shows_what_was_sent_and_not_what_it_could_be_decoded_to() {
    let mail = mail_about(&about(|it| it.annotations.set("title", "=?utf-8?b?SEk=?=")), MessageForm::Full);
    assert_eq!(mail.header("Subject"), ["[HIGH] = ?utf-8?b?SEk= ?= - Cold room 3"]);
}

#[test]
fn later_mails_of_an_incident_hang_below_its_first() {
    let first = mail_about(&notification(Severity::High, Why::Started), MessageForm::Full);
    for why in [Why::Worsened { from: Severity::Mid }, Why::StillFiring, Why::Resolved] {
        let later = mail_about(&notification(Severity::High, why), MessageForm::Full);
        assert_eq!(later.header("In-Reply-To"), first.header("Message-ID"));
        assert_eq!(later.header("References"), first.header("Message-ID"));
        assert_ne!(later.header("Message-ID"), first.header("Message-ID"));
    }
}

#[test]
fn only_what_is_urgent_and_fires_calls_itself_urgent() {
    let importance =
        |severity, why| mail_about(&notification(severity, why), MessageForm::Full).header("Importance");
    assert_eq!(importance(Severity::Urgent, Why::Started), ["high"]);
    assert_eq!(importance(Severity::Urgent, Why::Resolved), [""; 0]);
    assert_eq!(importance(Severity::High, Why::Started), [""; 0]);
}

#[test]
fn the_plainer_part_stands_first() {
    let mail = mail_about(&notification(Severity::High, Why::Started), MessageForm::Full);
    assert!(mail.header("Content-Type")[0].starts_with("multipart/alternative;"), "{:?}", mail.headers());
    let text = mail.data.find("Content-Type: text/plain; charset=utf-8").unwrap();
    let page = mail.data.find("Content-Type: text/html; charset=utf-8").unwrap();
    assert!(text < page);
}

#[test]
fn a_plain_mail_is_short_text_without_links() {
    let long = about(|it| {
        it.annotations.set("content", "x ".repeat(5_000));
        it.generator_url = Some("https://thinklink.example.com/alarms/42".to_owned());
    });
    let mail = mail_about(&long, MessageForm::Plain);
    assert_eq!(mail.header("Content-Type"), ["text/plain; charset=utf-8"]);
    assert!(!mail.data.contains("https:") && mail.data.len() < 4_000, "{}", mail.data.len());
    assert!(mail_about(&long, MessageForm::Full).data.contains("<a href"));
}

#[test]
fn hidden_recipients_stand_nowhere_in_the_mail() {
    let config = CONFIG.replacen('{', r#"{ "hide_recipients": true, "reply_to": "desk@example.com", "#, 1);
    let notification = notification(Severity::High, Why::Started);
    let mail = write(&addresses(&config), &"mail".into(), &renderer(), &notification, &attempt()).unwrap();
    let mail = SeenMail { data: String::from_utf8(mail).unwrap(), ..SeenMail::default() };
    assert!(!mail.data.contains("oncall@") && !mail.data.contains("boss@"), "{}", mail.data);
    assert_eq!(mail.header("To"), ["Fanfare <alerts@example.com>"]);
    assert_eq!(mail.header("Reply-To"), ["desk@example.com"]);
}

#[test]
fn the_date_is_when_it_was_owed_and_not_when_it_was_tried() {
    let later = Attempt { at: NOON + std::time::Duration::from_secs(3600), ordinal: 2, ..attempt() };
    let notification = notification(Severity::High, Why::Started);
    let write =
        |attempt| write(&addresses(CONFIG), &"mail".into(), &renderer(), &notification, attempt).unwrap();
    assert_eq!(write(&attempt()), write(&later));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// `text` as every text an alert has.
    #[test]
    fn no_text_of_an_alert_becomes_a_header_or_a_broken_line(
        text in "(\r\n|\r|\n|\0|\u{2028}|\u{85}|\r\nBcc: |\nTo: |\r\n\r\n|\\.|=\\?|[a-z<>&\"' ]|告|é|😀){0,60}"
    ) {
        let mail = mail_about(&about(|it| {
            for name in ["alertname", "device", "eui", "source"] {
                it.labels.set(name, text.clone());
            }
            it.annotations = ["title", "description", "content"].map(|name| (name, text.clone())).into_iter().collect();
            it.extra = Labels::from_iter([("notice_groups", text.clone())]);
            it.generator_url = Some(text.clone());
        }), MessageForm::Full);
        prop_assert_eq!(header_names(&mail), FIRST_MAIL);
        prop_assert!(mail.data.is_ascii());
        let without_line_ends = mail.data.replace("\r\n", "");
        prop_assert!(!without_line_ends.contains(['\r', '\n', '\0']));
        prop_assert!(mail.data.split("\r\n").all(|line| line.len() <= 998));
    }
}

#[test]
fn a_page_stays_below_what_gmail_cuts_off() {
    let nasty = |length: usize| "\"".repeat(length);
    let message = renderer().notification(&about(|it| {
        for name in ["alertname", "device", "eui", "source"] {
            it.labels.set(name, nasty(50_000));
        }
        it.annotations =
            ["title", "description", "content"].map(|name| (name, nasty(50_000))).into_iter().collect();
        it.extra = Labels::from_iter([("notice_groups", nasty(50_000))]);
        it.generator_url = Some(format!("https://x/{}", nasty(900)));
    }));
    let page = html::page(&bounded(message, MessageForm::Full), "#b71c1c");
    assert!(page.len() < 100_000, "{}", page.len());
}

fn digest_mail(digest: &Digest, form: MessageForm) -> SeenMail {
    let attempt = Attempt { form, ..attempt() };
    let bytes = write_digest(&addresses(CONFIG), &renderer(), digest, &attempt).unwrap();
    SeenMail { data: String::from_utf8(bytes).unwrap(), ..SeenMail::default() }
}

/// The text of `mail`, with quoted-printable undone.
fn decoded(mail: &SeenMail) -> String {
    mail.data.replace("=\r\n", "").replace("=3D", "=")
}

#[test]
fn an_invitation_to_acknowledge_is_a_button_and_an_address_and_missing_where_links_are() {
    let link = "https://alerts.example.com/ack/t0ken";
    let told = Notification { ack_url: Some(link.to_owned()), ..notification(Severity::High, Why::Started) };
    let full = decoded(&mail_about(&told, MessageForm::Full));
    assert!(full.contains(&format!("Acknowledge: I take care of it {link}")), "{full}");
    assert!(full.contains(&format!("<a href=\"{link}\"")), "{full}");
    let plain = decoded(&mail_about(&told, MessageForm::Plain));
    assert!(!plain.contains("Acknowledge") && !plain.contains("https:"), "{plain}");
}

#[test]
fn a_digest_says_of_itself_what_a_first_mail_does() {
    let mut told = digest(3).notifications().to_vec();
    for (notification, seconds) in told.iter_mut().zip([60, 3600, 0]) {
        Arc::make_mut(notification).owed_at = NOON + std::time::Duration::from_secs(seconds);
    }
    Arc::make_mut(&mut told[0]).why = Why::Resolved;
    let mail = digest_mail(&Digest::new(told).unwrap(), MessageForm::Full);
    assert_eq!(header_names(&mail), FIRST_MAIL);
    assert_eq!(mail.header("Subject"), ["[MID] 3 alerts: 2 MID, 1 RESOLVED"]);
    assert_eq!(mail.header("Message-ID"), [format!("<{}@example.com>", attempt().key.as_str())]);
    assert_eq!(mail.header("Date"), ["Sun, 08 Mar 2026 13:00:00 +0000"], "when the last of it was owed");
    assert!(mail.data.contains("#f9a825"), "what is urgent is over, the rest is not");
}

#[test]
fn a_digest_with_something_urgent_in_it_calls_itself_urgent() {
    let mail = digest_mail(&digest(3), MessageForm::Full);
    assert_eq!(mail.header("Importance"), ["high"]);
    assert!(mail.data.contains("#b71c1c"), "{}", mail.data);
}

#[test]
fn a_digest_shows_every_alert_in_both_of_its_forms() {
    let many = digest(1000);
    let told = many.first(capacity(&renderer(), &many));
    assert!((100..=200).contains(&told.notifications().len()), "{}", told.notifications().len());
    let (full, plain) = (digest_mail(&told, MessageForm::Full), digest_mail(&told, MessageForm::Plain));
    let (full, plain) = (decoded(&full), decoded(&plain));
    for text in told.notifications().iter().flat_map(|it| shown_of(it)) {
        assert_eq!(full.matches(&text).count(), 2, "{text} in {full}");
        assert_eq!(plain.matches(&text).count(), 1, "{text}");
    }
    assert!(full.contains("<a href") && !plain.contains("https:"));
    assert!(full.len() < 2 * MAX_PAGE, "{}", full.len());
}

#[test]
fn a_digest_without_links_has_two_hundred_lines_at_most() {
    let mut told = digest(500).notifications().to_vec();
    for notification in &mut told {
        Arc::make_mut(notification).ack_url = None;
    }
    assert_eq!(capacity(&renderer(), &Digest::new(told).unwrap()), 200);
}

#[test]
fn an_incident_told_of_a_thousand_times_is_one_line_with_every_number() {
    let mut told = digest(1000).notifications().to_vec();
    for notification in &mut told {
        Arc::make_mut(notification).incident = AlertId(1);
    }
    let digest = Digest::new(told).unwrap();
    assert_eq!(capacity(&renderer(), &digest), 1000);
    let page = decoded(&digest_mail(&digest, MessageForm::Full));
    assert!(page.contains("770001") && page.contains("771000"), "{page}");
}

#[test]
fn a_digest_is_the_same_in_every_attempt() {
    let later = Attempt { at: NOON + std::time::Duration::from_secs(3600), ordinal: 2, ..attempt() };
    let write = |attempt| write_digest(&addresses(CONFIG), &renderer(), &digest(5), attempt).unwrap();
    assert_eq!(write(&attempt()), write(&later));
}

#[test]
fn each_alert_of_a_group_is_named_or_counted_in_both_parts() {
    check_groups(|told, form| {
        let message = within_page(bounded(renderer().notification(told), form));
        assert!(html::page(&message, "#222222").len() <= MAX_PAGE);
        message.to_string()
    });
    for number in [1, 3, 200] {
        let told = group(number);
        let mail = decoded(&mail_about(&told, MessageForm::Full));
        for alert in told.alerts() {
            assert!(mail.matches(alert.text_of("device")).count() >= 2, "{number}: {mail}");
        }
    }
}

#[test]
fn a_group_whose_names_would_fill_a_page_with_markup_is_cut_and_counted() {
    let mut told = group(300);
    for other in &mut told.others {
        Arc::make_mut(&mut other.alert).annotations.set("title", "\"".repeat(600));
    }
    let message = within_page(bounded(renderer().notification(&told), MessageForm::Full));
    let shown = message.others.lines().len();
    assert!(html::page(&message, "#222222").len() <= MAX_PAGE && (50..200).contains(&shown), "{shown}");
    assert_eq!(message.others.more_note(), Some(format!("… and {} more alerts", 299 - shown)));
}

#[test]
fn a_hundred_recipients_stand_on_lines_that_every_server_takes() {
    let address = |number: usize| format!("operations.on.call.team.{number}@department.example.com");
    let mut to: Vec<_> = (0..98).map(address).collect();
    to.push("\"Doe, John\" <john@example.com>".to_owned());
    to.push("值班 <desk@example.com>".to_owned());
    let config = serde_json::json!({
        "smtp": { "host": "smtp.example.com" }, "from": "alerts@example.com", "to": to,
    });
    let (addresses, renderer) = (addresses(&config.to_string()), renderer());
    let told = notification(Severity::High, Why::Started);
    let bytes = write(&addresses, &"mail".into(), &renderer, &told, &attempt()).unwrap();
    let mail = SeenMail { data: String::from_utf8(bytes).unwrap(), ..SeenMail::default() };
    assert!(mail.data.split("\r\n").all(|line| line.len() <= 78), "{}", mail.data);
    // Both names by Python's base64.
    to[98] = "=?utf-8?b?RG9lLCBKb2hu?= <john@example.com>".to_owned();
    to[99] = "=?utf-8?b?5YC854+t?= <desk@example.com>".to_owned();
    assert_eq!(mail.header("To"), [to.join(", ")]);
}
