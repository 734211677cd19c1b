use super::*;

#[track_caller]
fn check(outcomes: &[SourceOutcome], code: u16) {
    assert_eq!(answer(outcomes.to_vec()).code, code, "{outcomes:?}");
}

#[test]
fn one_source_that_could_not_keep_a_mail_has_it_sent_again_for_all() {
    let (refused, later) = (SourceOutcome::Refused("no".into()), SourceOutcome::Later("full".into()));
    check(&[SourceOutcome::Taken], 250);
    check(&[SourceOutcome::Taken, later.clone()], 451);
    check(&[refused.clone(), later, SourceOutcome::Taken], 451);
    check(&[refused.clone(), SourceOutcome::Taken], 250);
    check(&[refused], 554);
}

#[tokio::test]
async fn a_mail_is_known_again_by_all_that_was_sent() {
    let key = async |raw: &str| TakenMail::decode(raw.as_bytes().to_vec()).await.key();
    let mail = "Message-ID: <1@a>\r\nDate: Sat, 28 Nov 2026 16:26:40 +0800\r\nSubject: x\r\n\r\none\r\n";
    assert!(key(mail).await.is_some());
    assert_eq!(key(mail).await, key(mail).await);
    assert_ne!(key(mail).await, key(&mail.replace("one", "two")).await);
    assert_eq!(key(&mail.replace("Date", "X-Date")).await, None);
}
