use super::decision_fixture::{DecisionFixture, ladder, plain};
use crate::decide::*;
use crate::fixtures::{after_noon, alert};
use crate::{
    AlarmNaming, Alert, AlertId, Fingerprint, Labels, Severity, Status, StatusBasis, Suppression, Why,
};

/// An alarm as a script sends it: of the device `eui` if that is not empty, under `name` if that is not empty, with
/// this text.
fn sent(eui: &str, name: &str, text: &str) -> Alert {
    let mut alert = alert(&[("source", "thinklink"), ("eui", eui)]);
    alert.naming = if name.is_empty() { AlarmNaming::Text } else { AlarmNaming::Name };
    alert.severity = Severity::High;
    alert.labels.set("alertname", if name.is_empty() { "Device Alert" } else { name });
    alert.annotations.set("description", text);
    let told_apart = if name.is_empty() { text } else { "" };
    let identity: Labels = [("source", "thinklink"), ("eui", eui), ("alertname", name), ("text", told_apart)]
        .into_iter()
        .collect();
    alert.fingerprint = Fingerprint::from_labels(&identity);
    alert
}

fn end(alarm: Alert) -> Alert {
    Alert { status: Status::Resolved, severity: Severity::Mid, ..alarm }
}

fn titled(title: &str, alarm: Alert) -> Alert {
    let mut alarm = alarm;
    alarm.annotations.set("title", title);
    alarm
}

/// After `alarms`, numbered from 1, the end `ending` ends the alarm `ended`, or else is held for this reason.
#[track_caller]
fn check(alarms: &[Alert], ending: Alert, ended: Result<i64, &str>) {
    let mut fixture = DecisionFixture::on(plain());
    for (seconds, alarm) in (0..).zip(alarms) {
        fixture.accept(alarm.clone(), seconds);
    }
    let accepted = fixture.accept(ending, 60);
    let [alert] = &accepted.alerts[..] else { panic!("{accepted:?}") };
    let reason = alert.decisions[0].suppression().map(|it| it.to_string());
    assert_eq!(alert.ended, ended.ok().map(AlertId), "{reason:?}");
    assert_eq!(reason.as_deref(), ended.err());
    assert_eq!(fixture.ledger.alerts[&alert.id].incident, alert.ended.unwrap_or(alert.id));
    assert_eq!(accepted.notifications.len(), usize::from(ended.is_ok()));
}

const NEVER_TOLD: Result<i64, &str> = Err("a resolution of something nobody was told of");

#[test]
fn an_end_with_another_text_ends_the_only_open_alarm_of_its_device() {
    let hot = || sent("aa18", "", "Temperature too high");
    let normal = || end(sent("aa18", "", "Temperature is normal again"));
    check(&[hot()], normal(), Ok(1));
    check(&[sent("aa18", "temp_high", "Temperature too high")], normal(), Ok(1));
    check(&[hot(), sent("bb19", "", "Door open")], normal(), Ok(1));
}

#[test]
fn an_end_that_may_mean_several_open_alarms_ends_none_and_names_them() {
    let (hot, door) = (sent("aa18", "", "Temperature too high"), sent("aa18", "door", "Door open"));
    let several = Err("several open alarms may be meant (1, 2): name the one that ends");
    check(&[hot, door], end(sent("aa18", "", "All is normal again")), several);
    let twins = [sent("aa18", "", "Too warm"), titled("too warm", sent("aa18", "door", "Door open"))];
    check(&twins, end(titled("Too warm", sent("aa18", "", "Normal"))), several);
}

#[test]
fn an_end_ends_the_open_alarm_whose_name_or_text_it_has() {
    let alarms = [
        titled("Temperature too high", sent("aa18", "temp_high", "Current -7.1")),
        sent("aa18", "door", "Door open"),
        sent("aa18", "", "Battery low"),
    ];
    check(&alarms, end(titled(" temperature TOO high ", sent("aa18", "", "Current -18"))), Ok(1));
    check(&alarms, end(sent("aa18", "", "DOOR")), Ok(2));
    check(&alarms, end(sent("aa18", "Battery low", "")), Ok(3));
    check(&alarms, end(sent("aa18", "Temperature too high", "")), Ok(1));
}

#[test]
fn an_end_with_a_name_ends_no_alarm_with_another_one() {
    check(&[sent("aa18", "temp_high", "Too warm")], end(sent("aa18", "temp_low", "Too warm")), NEVER_TOLD);
    check(&[sent("aa18", "", "Too warm")], end(sent("aa18", "door", "Closed")), NEVER_TOLD);
}

#[test]
fn an_end_reaches_neither_another_device_nor_another_source() {
    check(&[sent("aa18", "", "Too warm")], end(sent("bb19", "", "Normal")), NEVER_TOLD);
    let elsewhere = Alert { source: "other".into(), ..sent("aa18", "", "Too warm") };
    check(&[elsewhere], end(sent("aa18", "", "Normal")), NEVER_TOLD);
}

#[test]
fn an_alarm_of_the_site_is_ended_by_its_name_or_text_only() {
    let mains = || sent("", "", "Mains failure");
    check(&[mains()], end(sent("", "", "All is normal again")), NEVER_TOLD);
    check(&[mains()], end(sent("", "mains failure", "")), Ok(1));
    check(&[mains()], end(sent("aa18", "", "Normal")), NEVER_TOLD);
}

#[test]
fn an_alarm_that_goes_by_all_its_labels_is_ended_by_these_only() {
    let exact = |alert: Alert| Alert { naming: AlarmNaming::Labels, ..alert };
    check(&[exact(sent("aa18", "", "Too warm"))], exact(end(sent("aa18", "", "Normal"))), NEVER_TOLD);
}

#[test]
fn an_end_of_its_own_alarm_looks_for_no_other() {
    let (hot, door) = (sent("aa18", "hot", "Too warm"), sent("aa18", "door", "Door open"));
    check(&[door, hot.clone()], end(hot), Ok(2));
}

#[test]
fn among_more_open_alarms_than_are_looked_through_none_is_ended() {
    let open: Vec<Alert> =
        (0..=OpenIncident::MOST_OF_DEVICE).map(|it| sent("aa18", &it.to_string(), "")).collect();
    let several = Err("several open alarms may be meant (8): name the one that ends");
    check(&open, end(sent("aa18", "", "7")), several);
}

#[test]
fn the_end_is_told_as_one_of_the_alarm_that_it_ends() {
    let mut fixture = DecisionFixture::on(ladder());
    let hot = sent("aa18", "", "Temperature too high");
    fixture.accept(hot.clone(), 0);
    fixture.recheck(1, 60);
    let ended = fixture.accept(end(sent("aa18", "", "Temperature is normal again")), 100);

    let [notification] = &ended.notifications[..] else { panic!("{ended:?}") };
    assert_eq!((notification.why, notification.incident), (Why::Resolved, AlertId(1)));
    assert_eq!(notification.group, hot.fingerprint.into());
    let told = &notification.alert;
    assert_eq!((told.fingerprint, told.severity), (hot.fingerprint, Severity::High));
    assert_eq!(told.title(), "Temperature too high");
    assert_eq!(told.annotations.get("description"), Some("Temperature is normal again"));
    let about = hot.incident_key().digest();
    assert!(ended.deliveries.iter().all(|it| it.about == about));
    // Nobody climbs on, and who was told by a rung hears of the end.
    assert!(ended.deliveries.iter().any(|it| it.channel.as_str() == "phone"));
    assert!(ended.rechecks.iter().any(|it| (it.notification.0, it.at) == (1, None)), "{ended:?}");
    assert!(fixture.recheck(1, 900).deliveries.is_empty());
}

#[test]
fn the_title_of_an_end_stands_below_that_of_the_alarm() {
    let mut fixture = DecisionFixture::on(plain());
    fixture.accept(titled("Temperature too high", sent("aa18", "temp_high", "Current -7.1")), 0);
    let ended = fixture.accept(end(titled("Back to normal", sent("aa18", "", "Current -18"))), 60);
    let told = &ended.notifications[0].alert;
    assert_eq!(told.labels.get("alertname"), Some("temp_high"));
    assert_eq!(told.title(), "Temperature too high");
    assert_eq!(told.annotations.get("description"), Some("Back to normal\nCurrent -18"));
}

#[test]
fn an_end_that_is_sent_again_ends_nothing_and_is_then_a_mere_repeat() {
    let mut fixture = DecisionFixture::on(plain());
    fixture.accept(sent("aa18", "", "Temperature too high"), 0);
    let normal = || end(sent("aa18", "", "Temperature is normal again"));
    assert_eq!(fixture.accept(normal(), 60).alerts[0].ended, Some(AlertId(1)));
    let again = fixture.accept(normal(), 120);
    assert_eq!((again.alerts[0].entry, again.alerts[0].ended), (AlertEntry::New, None));
    let third = fixture.accept(normal(), 180);
    assert_eq!((third.alerts[0].entry, third.alerts[0].id), (AlertEntry::Repeat, AlertId(3)));
    // The alarm begins anew, and its end is told again.
    fixture.accept(sent("aa18", "", "Temperature too high"), 240);
    assert_eq!(fixture.accept(normal(), 300).alerts[0].ended, Some(AlertId(4)));
}

#[test]
fn an_end_that_is_unclear_is_a_mere_repeat_as_long_as_the_same_alarms_are_open() {
    let mut fixture = DecisionFixture::on(plain());
    fixture.accept(sent("aa18", "hot", ""), 0);
    fixture.accept(sent("aa18", "door", ""), 1);
    let normal = || end(sent("aa18", "", "Normal"));
    let several = fixture.accept(normal(), 2).alerts[0].decisions[0].suppression().unwrap();
    assert!(matches!(several, Suppression::SeveralOpen(_)));
    assert_eq!(fixture.accept(normal(), 3).alerts[0].entry, AlertEntry::Repeat);
    fixture.accept(end(sent("aa18", "door", "")), 4);
    assert_eq!(fixture.accept(normal(), 5).alerts[0].ended, Some(AlertId(1)));
}

#[test]
fn an_acknowledged_alarm_is_ended_like_any_other() {
    let mut fixture = DecisionFixture::on(ladder());
    fixture.accept(sent("aa18", "", "Temperature too high"), 0);
    fixture.acknowledge(1, "Ann", 10).unwrap();
    let ended = fixture.accept(end(sent("aa18", "", "Normal")), 60);
    assert_eq!(ended.alerts[0].ended, Some(AlertId(1)));
    assert_eq!(
        fixture
            .ledger
            .read(&[StateKey::Incident(sent("aa18", "", "Temperature too high").incident_key())])
            .incident,
        None
    );
}

#[test]
fn an_end_of_the_ordinary_way_names_what_it_ended_too() {
    check(&[sent("aa18", "hot", "Too warm")], end(sent("aa18", "hot", "Normal")), Ok(1));
}

#[test]
fn the_newest_text_is_told_with_the_end_though_nobody_was_told_of_it_before() {
    let mut fixture = DecisionFixture::on(plain());
    fixture.accept(titled("Temperature too high", sent("aa18", "hot", "Current -7.1")), 0);
    fixture.accept(titled("Read by nobody", sent("aa18", "hot", "Current -3.0")), 60);
    let mut bare = end(sent("aa18", "hot", ""));
    bare.starts_at = after_noon(120);
    let told = fixture.accept(bare, 120).notifications[0].alert.clone();
    assert_eq!(told.title(), "Temperature too high");
    assert_eq!(told.annotations.get("description"), Some("Current -3.0"));
    // The end's own text is newer still.
    fixture.accept(sent("aa18", "hot", "Current -7.1"), 180);
    let told = fixture.accept(end(sent("aa18", "hot", "Current -18")), 240).notifications[0].alert.clone();
    assert_eq!(told.annotations.get("description"), Some("Current -18"));
}

fn placed(field: &str, place: &str, alarm: Alert) -> Alert {
    let mut alarm = alarm;
    alarm.extra.set(field, place);
    let identity: Labels =
        [("of", alarm.fingerprint.to_string().as_str()), (field, place)].into_iter().collect();
    alarm.fingerprint = Fingerprint::from_labels(&identity);
    alarm
}

#[test]
fn an_end_with_the_number_of_another_thing_ends_nothing() {
    for (raised, ended) in [
        ("Pump 1 fail", "Pump 2 fail"),
        ("Pump 1 fail", "Pump 2 is normal again"),
        ("Fire R1", "Fire R2 ok"),
        ("Zone 3 detector 12", "Zone 3 detector 13 cleared"),
        ("3号泵故障", "4号泵恢复"),
        ("3分区烟感报警", "4分区烟感恢复正常"),
        ("35kV线路跳闸", "10kV线路恢复"),
        ("Room 3 hot", "Door 3 closed"),
        ("2:07 smoke", "2:08 smoke"),
    ] {
        check(&[sent("aa18", "", raised)], end(sent("aa18", "", ended)), NEVER_TOLD);
    }
}

#[test]
fn an_end_with_the_number_of_an_alarm_ends_that_alarm() {
    let pumps = || {
        [sent("aa18", "", "Pump 1 fail"), sent("aa18", "", "Pump 2 fail"), sent("aa18", "", "Battery low")]
    };
    check(&pumps(), end(sent("aa18", "", "Pump 2 is normal again")), Ok(2));
    check(
        &[sent("aa18", "", "3号泵故障"), sent("aa18", "", "4号泵故障")],
        end(sent("aa18", "", "4号泵恢复")),
        Ok(2),
    );
    check(
        &pumps(),
        end(sent("aa18", "", "Pump 3 ok")),
        Err("several open alarms may be meant (3): name the one that ends"),
    );
}

#[test]
fn an_end_whose_words_name_something_else_ends_nothing_and_names_what_it_may_mean() {
    let perhaps = Err("several open alarms may be meant (1): name the one that ends");
    for (raised, ended) in [
        ("Kitchen smoke", "Bedroom smoke ok"),
        ("Temperature too high", "Door closed"),
        ("厨房烟感报警", "卧室烟感恢复"),
        ("水浸报警", "门磁已关闭"),
        ("Fire", "Sensor 3 ok"),
        ("Temperature too high", "heartbeat"),
    ] {
        check(&[sent("aa18", "", raised)], end(sent("aa18", "", ended)), perhaps);
    }
    let at = |room: &str| titled("Smoke", sent("aa18", "", room));
    check(&[at("Kitchen")], end(at("Bedroom")), perhaps);
}

#[test]
fn an_end_says_what_holds_now_of_the_thing_that_its_alarm_names() {
    for (raised, ended) in [
        ("温度过高", "温度恢复正常"),
        ("水位超限，当前3.2米", "水位已正常"),
        ("Door open", "Door closed"),
        ("Temp 41.2 °C too high", "Temp is 22.5 °C now, back within range"),
        ("Temperature: 41", "Temperature: 22, ok"),
        ("Pump 1 fail, code 17", "Pump 1 ok"),
        ("Tank overflow", "All clear"),
        ("烟感报警", "正常"),
    ] {
        check(&[sent("aa18", "", raised)], end(sent("aa18", "", ended)), Ok(1));
    }
    check(
        &[titled("Freezer", sent("aa18", "", "Door was left open"))],
        end(titled("Freezer", sent("aa18", "", "Values are normal"))),
        Ok(1),
    );
}

#[test]
fn an_end_with_the_name_of_several_alarms_is_told_from_them_by_its_text() {
    let perhaps = Err("several open alarms may be meant (1): name the one that ends");
    let smoke = |eui: &str, text: &str| {
        let mut alarm = sent(eui, "smoke", text);
        alarm.fingerprint = sent(eui, "", &format!("smoke {text}")).fingerprint;
        alarm
    };
    for eui in ["aa18", ""] {
        check(&[smoke(eui, "Room 4")], end(smoke(eui, "Room 5")), perhaps);
        check(&[smoke(eui, "Room 4")], end(smoke(eui, "Room 4, back to normal")), Ok(1));
        check(&[smoke(eui, "Room 4")], end(smoke(eui, "")), Ok(1));
    }
    check(&[smoke("", "Kitchen")], end(smoke("", "Bedroom")), perhaps);
    check(&[smoke("aa18", "Water on the ground")], end(smoke("aa18", "The leak has dried up")), Ok(1));
}

#[test]
fn fields_that_are_only_shown_name_nothing() {
    let shown = |field: &str, value: &str, alarm: Alert| {
        let mut alarm = alarm;
        alarm.extra.set(field, value);
        let said = alarm.annotations.get("description").unwrap_or_default().to_owned();
        alarm.annotations.set("content", format!("{said}\n\n{field}: {value}").trim());
        alarm.annotations.set("description", "");
        alarm
    };
    let hot = || shown("value", "41", sent("aa18", "temp_high", "Too hot"));
    check(&[hot()], end(shown("battery", "80 of 100", sent("aa18", "", ""))), Ok(1));
    check(&[hot(), sent("aa18", "", "Door")], end(shown("value", "22", sent("aa18", "", "Too hot"))), Ok(1));
    for said in ["status: closed", "状态: 关闭", "alarm_status: 0", "action: clear"] {
        check(&[sent("aa18", "", "烟感报警")], end(sent("aa18", "", said)), Ok(1));
    }
    let several = Err("several open alarms may be meant (1): name the one that ends");
    check(&[sent("aa18", "", "Kitchen smoke")], end(shown("room", "Bedroom", sent("aa18", "", ""))), several);
}

#[test]
fn an_end_with_another_place_or_code_is_that_of_another_alarm() {
    for (field, one, other) in [
        ("room", "Kitchen", "Bedroom"),
        ("data.zone", "4", "5"),
        ("channel", "0", "1"),
        ("errorCode", "4711", "4712"),
        ("回路", "1", "2"),
    ] {
        for name in ["", "leak"] {
            let alarm = |place: &str| placed(field, place, sent("aa18", name, "Leak"));
            check(&[alarm(one)], end(alarm(other)), NEVER_TOLD);
            // The end that leaves it out means the only one there is.
            check(&[alarm(one)], end(sent("aa18", name, "Leak")), Ok(1));
            let several = Err("several open alarms may be meant (1, 2): name the one that ends");
            check(&[alarm(one), alarm(other)], end(sent("aa18", name, "Leak")), several);
        }
    }
    let code = |code: &str| placed("errorCode", code, sent("aa18", "PLC", ""));
    check(&[code("17")], end(code("0")), Ok(1));
}

#[test]
fn a_number_of_a_gateway_is_no_device() {
    let fan = |name: &str, alarm: &str| {
        let mut alarm = sent("gw1", alarm, "Overload");
        alarm.labels.set("device", name);
        placed("fan", name, alarm)
    };
    check(&[fan("Fan 1", "jam")], end(fan("Fan 2", "jam")), NEVER_TOLD);
    check(&[fan("Fan 1", "")], end(fan("Fan 2", "")), NEVER_TOLD);
}

/// An end that was read out of the title.
fn by_words(eui: &str, title: &str) -> Alert {
    Alert { status_basis: StatusBasis::Words, ..end(sent(eui, "", title)) }
}

#[test]
fn marks_around_a_text_name_no_other_alarm() {
    for (alarm, ending) in [
        ("[CRITICAL] Pump 3 pressure high", "[OK] Pump 3 pressure high"),
        ("PROBLEM: Pump 3 pressure high", "Pump 3 pressure high - resolved"),
        ("【紧急】3号泵漏水", "【恢复】3号泵漏水"),
        ("Sensor 3 offline", "Sensor 3 is back online"),
        ("3号网关离线", "3号网关已上线"),
    ] {
        for eui in ["aa18", ""] {
            let other = sent(eui, "", "Door of cabinet 9 forced");
            check(&[other, sent(eui, "", alarm)], by_words(eui, ending), Ok(2));
        }
    }
}

#[test]
fn a_device_that_is_there_again_ends_no_alarm_of_another_kind() {
    for ending in ["online", "设备已上线"] {
        let mut fixture = DecisionFixture::on(plain());
        fixture.accept(sent("aa18", "", "Temperature too high"), 0);
        let accepted = fixture.accept(by_words("aa18", ending), 60);
        assert_eq!(accepted.alerts[0].ended, None, "{ending}");
    }
}

#[test]
fn an_end_by_words_that_ends_nothing_is_told_and_not_again_within_the_repeat_interval() {
    const FOUR_HOURS: i64 = 4 * 3_600;
    let mut fixture = DecisionFixture::on(plain());
    for (seconds, told) in [(0, 1), (60, 0), (FOUR_HOURS - 1, 0), (FOUR_HOURS, 1), (FOUR_HOURS + 60, 0)] {
        let accepted = fixture.accept(by_words("", "[OK] Backup of db1"), seconds);
        assert_eq!((accepted.alerts[0].ended, accepted.notifications.len()), (None, told), "{seconds}");
    }
    // One that may mean either of two names both to nobody: it is told, and ends none.
    fixture.accept(sent("aa18", "", "Pump 3 runs hot"), 70);
    fixture.accept(sent("aa18", "", "Pump 3 runs dry"), 80);
    let accepted = fixture.accept(by_words("aa18", "[OK] Pump 3"), 90);
    assert_eq!((accepted.alerts[0].ended, accepted.notifications.len()), (None, 1));
}

#[test]
fn an_end_by_words_that_is_sent_again_is_told_once() {
    let mut fixture = DecisionFixture::on(plain());
    fixture.accept(sent("", "", "Pump 3 pressure high"), 0);
    // As the source has it: under the identity of the text without the mark.
    let ending = || Alert {
        fingerprint: sent("", "", "Pump 3 pressure high").fingerprint,
        ..by_words("", "[OK] Pump 3 pressure high")
    };
    let told = [10, 20, 30].map(|seconds| fixture.accept(ending(), seconds).notifications.len());
    assert_eq!(told, [1, 0, 0]);
}
