use super::*;

#[track_caller]
fn check(stage: SmtpStage, code: u16, words: &str, expected: RefusalClass) {
    assert_eq!(SmtpReply::new(code, words).class(stage), expected, "{stage}: {code} {words}");
}

fn minutes(minutes: u64) -> RefusalClass {
    RefusalClass::Throttled(Duration::from_secs(60 * minutes))
}

#[test]
fn a_connection_the_server_closes_is_worth_another() {
    for stage in
        [SmtpStage::Greeting, SmtpStage::Sender, SmtpStage::Recipient, SmtpStage::Data, SmtpStage::Content]
    {
        check(stage, 421, "4.3.2 Service not available", RefusalClass::Transient);
    }
    check(SmtpStage::Greeting, 554, "No SMTP service here", RefusalClass::Transient);
}

#[test]
fn a_login_that_is_refused_is_for_a_person_to_mend() {
    check(SmtpStage::Login, 535, "5.7.8 authentication credentials invalid", RefusalClass::Misconfigured);
    check(SmtpStage::Login, 534, "5.7.9 mechanism too weak", RefusalClass::Misconfigured);
    check(SmtpStage::Sender, 530, "5.7.0 Authentication required", RefusalClass::Misconfigured);
    check(SmtpStage::Content, 530, "5.7.0 Authentication required", RefusalClass::Misconfigured);
}

#[test]
fn a_refused_login_is_tried_rarely_whatever_its_code() {
    for code in [500, 501, 504, 525, 530, 534, 535, 538, 550, 553, 554, 571, 432] {
        check(SmtpStage::Login, code, "", RefusalClass::Misconfigured);
    }
    // Perhaps the server's own trouble, perhaps a wrong password: once a minute.
    for code in [421, 450, 451, 454] {
        check(SmtpStage::Login, code, "4.7.0 Temporary authentication failure", minutes(1));
    }
}

#[test]
fn a_sender_that_is_refused_is_for_a_person_to_mend() {
    check(SmtpStage::Sender, 553, "Mail from must equal authorized user", RefusalClass::Misconfigured);
    check(SmtpStage::Sender, 436, "", RefusalClass::Misconfigured);
    check(SmtpStage::Sender, 451, "4.3.0 try again", RefusalClass::Transient);
    check(
        SmtpStage::Content,
        554,
        "Message rejected: Email address is not verified.",
        RefusalClass::Misconfigured,
    );
}

#[test]
fn what_is_wrong_with_the_mail_itself_is_not_sent_again_as_it_is() {
    check(SmtpStage::Content, 552, "5.3.4 Message size exceeds fixed limit", RefusalClass::Unsendable);
    check(SmtpStage::Content, 554, "DT:SPM spam", RefusalClass::Unsendable);
    check(SmtpStage::Content, 550, "5.7.1 rejected by policy", RefusalClass::Unsendable);
    check(SmtpStage::Content, 451, "DT:SPM please try again", RefusalClass::Transient);
}

#[test]
fn a_full_mailbox_can_be_emptied() {
    check(SmtpStage::Recipient, 452, "4.2.2 mailbox full", RefusalClass::Transient);
    check(SmtpStage::Recipient, 552, "5.2.2 mailbox full", RefusalClass::Transient);
    check(SmtpStage::Content, 552, "5.2.2 mailbox full", RefusalClass::Transient);
}

#[test]
fn limits_are_known_for_limits_whatever_their_code() {
    check(SmtpStage::Sender, 550, "Connection frequency limited. http://service.mail.qq.com", minutes(15));
    check(SmtpStage::Content, 550, "Ip frequency limited [MBm1R8ZQ]", minutes(15));
    check(SmtpStage::Sender, 550, "Mailbox unavailable or access denied", minutes(15));
    check(SmtpStage::Greeting, 421, "HL:ICC 163 smtp1", minutes(15));
    check(SmtpStage::Sender, 451, "MI:SFQ 163 smtp2", minutes(15));
    check(SmtpStage::Content, 554, "Reject by behaviour spam: Too frequently sending", minutes(5));
    check(SmtpStage::Content, 454, "too frequently sending", minutes(5));
    let a_second = RefusalClass::Throttled(Duration::from_secs(1));
    check(SmtpStage::Content, 454, "Throttling failure: Maximum sending rate exceeded.", a_second);
}

#[test]
fn an_allowance_used_up_is_not_a_broken_message() {
    check(SmtpStage::Sender, 550, "MI:STC 163 smtp3", RefusalClass::Quota);
    check(SmtpStage::Content, 454, "Throttling failure: Daily message quota exceeded.", RefusalClass::Quota);
    check(SmtpStage::Content, 550, "5.4.5 Daily user sending limit exceeded", RefusalClass::Quota);
    check(SmtpStage::Sender, 552, "quota exceeded", RefusalClass::Quota);
}

#[test]
fn too_many_recipients_get_a_mail_of_their_own() {
    check(SmtpStage::Recipient, 452, "4.5.3 too many recipients", RefusalClass::Transient);
    check(SmtpStage::Recipient, 552, "too many recipients", RefusalClass::Transient);
    check(SmtpStage::Recipient, 556, "too many RCPT", RefusalClass::Transient);
    check(SmtpStage::Recipient, 550, "5.5.3 too many recipients", RefusalClass::Transient);
    check(SmtpStage::Recipient, 554, "#5.5.3", RefusalClass::Transient);
    check(SmtpStage::Recipient, 550, "RP:RCL 163 smtp5", RefusalClass::Transient);
    check(SmtpStage::Recipient, 550, "5.1.1 no such user at 10.5.5.3", RefusalClass::Misconfigured);
    check(SmtpStage::Recipient, 550, "5.5.3.1 is no code", RefusalClass::Misconfigured);
    // 556 of RFC 7504 is another matter.
    check(SmtpStage::Recipient, 556, "5.1.10 Recipient address has null MX", RefusalClass::Misconfigured);
}

#[test]
fn a_code_of_163_means_nothing_elsewhere() {
    check(SmtpStage::Content, 550, "the words hl: and mi:sfq in another code", RefusalClass::Unsendable);
    check(SmtpStage::Recipient, 550, "5.1.1 no such user", RefusalClass::Misconfigured);
}

#[test]
fn silence_after_the_mail_has_left_is_not_a_failure_to_deliver() {
    let lost = || SmtpFailure::Lost("the server hung up".to_owned());
    assert_eq!(lost().at(SmtpStage::Content).word(), "unanswered");
    for stage in [
        SmtpStage::Greeting,
        SmtpStage::StartTls,
        SmtpStage::Login,
        SmtpStage::Sender,
        SmtpStage::Recipient,
        SmtpStage::Data,
    ] {
        assert_eq!(lost().at(stage).word(), "transient");
    }
}

#[test]
fn a_reason_holds_the_servers_words_on_one_line_and_what_to_mend() {
    let refused = SmtpFailure::Refused(SmtpReply::new(535, "5.7.8 bad\r\ncredentials"));
    assert_eq!(
        refused.at(SmtpStage::Login).to_string(),
        "misconfigured: AUTH: 535 5.7.8 bad credentials (check `smtp.username` and `smtp.password`; \
         QQ, 163 and WeCom mail want an authorisation code, not the login password)"
    );
    assert!(SmtpReply::new(550, &"x".repeat(9_000)).words.len() <= MAX_WORDS);
}
