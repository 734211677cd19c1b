use super::{Fault, FaultSwitch, Faults, MailAction, MailStage, TlsFault};

fn names() -> Vec<String> {
    vec!["ops".to_owned()]
}

#[test]
fn a_fault_for_two_requests_applies_to_two() {
    let mut faults = Faults::default();
    faults.set("ops", vec![FaultSwitch::times(Fault::Close, 2)]);
    assert_eq!(faults.apply_to_request(&names(), "/robot/send"), Some(Fault::Close));
    assert_eq!(faults.apply_to_request(&names(), "/robot/send"), Some(Fault::Close));
    assert_eq!(faults.apply_to_request(&names(), "/robot/send"), None);
    assert!(faults.all().is_empty());
}

#[test]
fn a_fault_of_one_target_spares_the_others() {
    let mut faults = Faults::default();
    faults.set("boss", vec![FaultSwitch::always(Fault::Hang)]);
    assert_eq!(faults.apply_to_request(&names(), "/robot/send"), None);
    faults.set("*", vec![FaultSwitch::always(Fault::Punish)]);
    assert_eq!(faults.apply_to_request(&names(), "/robot/send"), Some(Fault::Punish));
    faults.clear(Some("*"));
    assert_eq!(faults.apply_to_request(&names(), "/robot/send"), None);
}

#[test]
fn each_recipient_has_faults_of_its_own() {
    let mut faults = Faults::default();
    let greylisted = FaultSwitch::times(Fault::recipient("ann@example.com", 450, "4.2.0 later"), 1);
    let gone = FaultSwitch::always(Fault::recipient("bob@example.com", 550, "5.1.1 gone"));
    faults.set("ops", vec![greylisted, gone]);
    let mut code = |recipient| match faults.apply_to_mail(&names(), MailStage::Rcpt, Some(recipient)) {
        Some(MailAction::Reply { code, .. }) => code,
        other => {
            assert_eq!(other, None);
            250
        }
    };
    assert_eq!([code("bob@example.com"), code("ann@example.com"), code("ann@example.com")], [550, 450, 250]);
    assert_eq!(code("cid@example.com"), 250);
}

#[test]
fn faults_of_connections_apply_to_mail_too_and_those_of_http_do_not() {
    let apply = |fault, stage| {
        let mut faults = Faults::default();
        faults.set("ops", vec![FaultSwitch::always(fault)]);
        faults.apply_to_mail(&names(), stage, None)
    };
    assert_eq!(apply(Fault::Close, MailStage::Connect), Some(MailAction::Drop));
    assert_eq!(apply(Fault::Late { millis: 5 }, MailStage::Body), Some(MailAction::Late { millis: 5 }));
    assert_eq!(apply(Fault::Reset, MailStage::Body), Some(MailAction::StoreAndDrop));
    assert_eq!(apply(Fault::Slow { millis: 5 }, MailStage::Body), Some(MailAction::Slow { millis: 5 }));
    assert_eq!(apply(Fault::ResetBeforeStoring, MailStage::Body), Some(MailAction::Drop));
    assert_eq!(apply(Fault::status(503), MailStage::Body), None);
    assert_eq!(apply(Fault::Close, MailStage::Rcpt), None);
}

#[test]
fn a_fault_of_mail_spares_http() {
    let mut faults = Faults::default();
    let fault = Fault::mail(MailStage::Body, MailAction::Drop);
    faults.set("ops", vec![FaultSwitch::always(fault)]);
    assert_eq!(faults.apply_to_request(&names(), "/robot/send"), None);
}

#[test]
fn a_fault_of_one_path_spares_other_paths_mail_and_connections() {
    let mut faults = Faults::default();
    let at_token = |fault| FaultSwitch::always(fault).at("/cgi-bin/gettoken");
    let (clock, tls) = (Fault::ClockOff { seconds: 5 }, Fault::Tls(TlsFault::Cut));
    let all = [Fault::Refuse, Fault::Hang, Fault::mail(MailStage::Body, MailAction::Drop), clock, tls];
    faults.set("ops", all.map(at_token).into());
    assert_eq!(faults.apply_to_request(&names(), "/robot/send"), None);
    assert_eq!(faults.clock_error(&names(), "/robot/send").as_secs(), 0);
    assert_eq!(faults.apply_to_mail(&names(), MailStage::Body, None), None);
    assert_eq!(faults.apply_to_mail(&names(), MailStage::Connect, None), None);
    assert_eq!(faults.apply_to_handshake(&names()), None);
    assert!(!faults.refuse(&names()));
    assert_eq!(faults.apply_to_request(&names(), "/cgi-bin/gettoken"), Some(Fault::Refuse));
    assert_eq!(faults.clock_error(&names(), "/cgi-bin/gettoken").as_secs(), 5);
}

#[test]
fn a_fault_of_connections_spares_requests_and_a_clock_is_off_beside_them() {
    let mut faults = Faults::default();
    let all = [Fault::Tls(TlsFault::Expired), Fault::ClockOff { seconds: -5 }, Fault::Close];
    faults.set("ops", all.map(FaultSwitch::always).into());
    assert_eq!(faults.apply_to_request(&names(), "/robot/send"), Some(Fault::Close));
    assert_eq!(faults.clock_error(&names(), "/robot/send").as_secs(), -5);
    assert_eq!(faults.apply_to_handshake(&names()), Some(TlsFault::Expired));
    assert!(!faults.refuse(&names()));
}

#[test]
fn whoever_waits_is_told_that_faults_were_switched() {
    let mut faults = Faults::default();
    let mut switched = faults.watch();
    let mut check = |expected| {
        assert_eq!(switched.has_changed().unwrap(), expected);
        switched.mark_unchanged();
    };
    check(false);
    faults.set("ops", vec![FaultSwitch::always(Fault::Refuse)]);
    assert!(faults.refuse(&names()));
    check(true);
    faults.clear(Some("ops"));
    assert!(!faults.refuse(&names()));
    check(true);
    faults.clear(None);
    check(true);
}

#[test]
fn faults_can_be_written_as_json() {
    let check = |json: &str, expected: FaultSwitch| {
        assert_eq!(serde_json::from_str::<FaultSwitch>(json).unwrap(), expected);
        let again = serde_json::to_string(&expected).unwrap();
        assert_eq!(serde_json::from_str::<FaultSwitch>(&again).unwrap(), expected);
    };
    check(r#"{"fault": "hang"}"#, FaultSwitch::always(Fault::Hang));
    check(
        r#"{"fault": {"errcode": {"code": -1, "words": "系统繁忙"}}, "times": 3}"#,
        FaultSwitch::times(Fault::Errcode { code: -1, words: "系统繁忙".to_owned() }, 3),
    );
    let reply = MailAction::Reply { code: 421, text: "4.3.2 closing".to_owned() };
    check(
        r#"{"fault": {"mail": {"stage": "connect", "action": {"reply": {"code": 421, "text": "4.3.2 closing"}}}}}"#,
        FaultSwitch::always(Fault::mail(MailStage::Connect, reply)),
    );
    check(r#"{"fault": "reset_before_storing"}"#, FaultSwitch::always(Fault::ResetBeforeStoring));
    check(
        r#"{"fault": {"clock_off": {"seconds": -5400}}}"#,
        FaultSwitch::always(Fault::ClockOff { seconds: -5_400 }),
    );
    check(
        r#"{"fault": {"tls": "unknown_authority"}, "path": "/x", "times": 1}"#,
        FaultSwitch::times(Fault::Tls(TlsFault::UnknownAuthority), 1).at("/x"),
    );
    assert!(serde_json::from_str::<FaultSwitch>(r#"{"fault": "hang", "time": 3}"#).is_err());
}
