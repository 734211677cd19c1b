use proptest::prelude::*;

use super::*;
use crate::presence_form;

#[track_caller]
fn check(subject: &str, name: &str, status: impl Into<Option<Status>>, level: Option<&str>) {
    let expected =
        MarkedText { name: name.to_owned(), status: status.into(), level: level.map(str::to_owned) };
    assert_eq!(MarkedText::read(subject), expected, "{subject}");
}

#[test]
fn an_end_has_the_name_of_what_it_ends() {
    for subject in [
        "[OK] UPS on battery",
        "[RESOLVED] UPS on battery",
        "Resolved: UPS on battery",
        "UPS on battery - OK",
        "UPS on battery (resolved)",
        "UPS on battery resolved",
        "RECOVERY UPS on battery",
        "Alert: UPS on battery - cleared",
        "【已恢复】UPS on battery",
        "恢复：UPS on battery",
        "** RECOVERY: UPS on battery **",
        "UPS on battery is UP",
        "Resolved in 5m 3s: UPS on battery",
    ] {
        check(subject, "UPS on battery", Status::Resolved, None);
    }
    check("3号泵漏水已恢复", "3号泵漏水", Status::Resolved, None);
    check("3号泵漏水 恢复", "3号泵漏水", Status::Resolved, None);
    check("告警已解除-3号泵漏水", "3号泵漏水", Status::Resolved, None);
    check("3号泵漏水，已恢复", "3号泵漏水", Status::Resolved, None);
    check("Monitor is UP: web-1", "Monitor: web-1", Status::Resolved, None);
    check(
        "** RECOVERY Service Alert: web-1/HTTP is OK **",
        "Service Alert: web-1/HTTP",
        Status::Resolved,
        None,
    );
    check("告警恢复：3号泵漏水", "3号泵漏水", Status::Resolved, None);
    check("[NAS01] [OK] Volume 1", "[NAS01] Volume 1", Status::Resolved, None);
}

#[test]
fn a_raise_has_the_same_name_and_perhaps_a_level() {
    check("UPS on battery", "UPS on battery", None, None);
    check("[CRITICAL] Disk full", "Disk full", None, Some("CRITICAL"));
    check("[FIRING:2] Disk full", "Disk full", Status::Firing, None);
    check("Warning: Disk full", "Disk full", None, Some("Warning"));
    check("告警：3号泵漏水", "3号泵漏水", None, None);
    check("【紧急】3号泵漏水", "3号泵漏水", None, Some("紧急"));
    check("Monitor is DOWN: web-1", "Monitor: web-1", Status::Firing, None);
    check(
        "** PROBLEM Service Alert: web-1/HTTP is CRITICAL **",
        "Service Alert: web-1/HTTP",
        Status::Firing,
        Some("CRITICAL"),
    );
    check("PROBLEM Host web-1 is DOWN", "Host web-1", Status::Firing, None);
    check("RECOVERY Host web-1 is UP", "Host web-1", Status::Resolved, None);
}

#[test]
fn what_may_be_an_alarm_is_no_end() {
    for subject in [
        "Recovery of volume 3",
        "RAID recovery failed on disk 3",
        "Incident not resolved",
        "Power has not been restored",
        "故障未恢复",
        "Disk 3: removed",
        "Valve closed",
        "RECOVERY-mode was entered",
        "Audit log cleared",
        "The audit log was cleared",
        "WEB-1 is unreachable",
        "Fault in pump 3: leak",
        "Temperature is up",
        "OK button pressed",
        "[OK] [PROBLEM] Disk full",
        "RECOVERY FAILED ON DISK 3",
    ] {
        assert_ne!(MarkedText::read(subject).status, Some(Status::Resolved), "{subject}");
    }
}

#[test]
fn a_device_that_is_there_again_ends_that_it_was_gone() {
    for [gone, again] in [
        ["offline", "online"],
        ["Sensor 3 is offline", "Sensor 3 is back online"],
        ["Device went offline", "device online"],
        ["3号泵离线", "3号泵已上线"],
        ["设备掉线", "设备重新上线"],
        ["网关断线", "网关恢复在线"],
        ["Gateway disconnected", "Gateway reconnected"],
    ] {
        assert_eq!(MarkedText::read(again).status, Some(Status::Resolved), "{again}");
        assert_ne!(MarkedText::read(gone).status, Some(Status::Resolved), "{gone}");
        let [gone, again] = [gone, again].map(|it| presence_form(&MarkedText::read(it).name));
        // Where a verb stands before it, the mark is none of the name.
        assert!(gone == again || gone.is_none() != again.is_none(), "{gone:?} {again:?}");
    }
    assert_ne!(presence_form("Sensor 3 offline"), presence_form("Sensor 4 online"));
    assert_eq!(presence_form("Temperature high"), None);
    for text in [
        "Sensor 3 not online",
        "设备未上线",
        "online shop down",
        "[CRITICAL] 300 users online",
        "Was online, went offline",
    ] {
        assert_ne!(MarkedText::read(text).status, Some(Status::Resolved), "{text}");
    }
}

#[test]
fn nothing_but_marks_is_a_name() {
    check("Alarm", "Alarm", None, None);
    check("[OK]", "[OK]", Status::Resolved, None);
    check("", "", None, None);
}

proptest! {
    #[test]
    fn any_subject_has_a_name(subject in "[\\[\\]【】() :：\\-a-zOKok已恢复*]{0,40}") {
        let read = MarkedText::read(&subject);
        prop_assert_eq!(read.name.is_empty(), subject.trim().is_empty());
    }
}
