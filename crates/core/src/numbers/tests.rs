use proptest::prelude::*;

use super::*;

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(without_readings(text), expected);
}

/// The two texts are about the same thing.
#[track_caller]
fn check_same(one: &str, other: &str) {
    assert_eq!(without_readings(one), without_readings(other));
}

#[track_caller]
fn check_kept(text: &str) {
    check(text, text);
}

#[test]
fn a_reading_goes_with_its_sign_and_point_and_leaves_its_unit() {
    check("Current -9.4 °C, limit −18 °C", "Current  °C, limit  °C");
    check("flow 1,234.5m3/h.", "flow m3/h.");
    check("41,5 °C", " °C");
    check("温度 41.2°C，湿度-3", "温度 °C，湿度");
}

#[test]
fn a_number_with_a_decimal_point_a_sign_a_unit_or_a_percent_is_a_reading() {
    for (one, other) in [
        ("too hot: 41.25", "too hot: -3"),
        ("Temp 41.2", "Temp 40.9"),
        ("Temp 41°C", "Temp 9°C"),
        ("Temperature is 41C", "Temperature is 42C"),
        ("humidity 80%", "humidity 81%"),
        ("湿度80％", "湿度9％"),
        ("Voltage 230V", "Voltage 229V"),
        ("U=230V", "U=5V"),
        ("current: 12A", "current: 13A"),
        ("(+5)", "(-6)"),
        ("水压 3 bar", "水压 4 bar"),
        ("电压12伏", "电压11伏"),
        ("温度41度", "温度42度"),
        ("Cold room -9.4 °C", "Cold room -9.5 °C"),
        ("T=41.2,H=30.1", "T=41.9,H=3.5"),
        ("Battery 12 V", "Battery 11 V"),
    ] {
        check_same(one, other);
    }
}

#[test]
fn durations_times_and_counters_are_left_out() {
    for (one, other) in [
        ("offline for 5 min", "offline for 12 min"),
        ("offline since 3h", "offline since 4h"),
        ("离线5分钟", "离线12分钟"),
        ("持续3天", "持续4天"),
        ("at 08:30", "at 23:59"),
        ("at 08:30:15.123", "at 9:01:02"),
        ("[2026-11-27 08:30:00] door open", "[2026-11-28 09:00:01] door open"),
        ("2026-11-27T08:30:00.000Z: leak", "2026-11-27T08:45:00+08:00: leak"),
        ("2026/11/27 08:30 leak", "2026/1/2 08:31 leak"),
        ("2026年11月27日 08:30 漏水", "2026年1月2日 9:30 漏水"),
        ("11月27日漏水", "1月2日漏水"),
        ("27.11.2026 leak", "1.12.2026 leak"),
        ("20261127083000 leak", "20261127083001 leak"),
        ("wrong password: 5 times in a row", "wrong password: 6 times in a row"),
        ("密码连续输错5次", "密码连续输错6次"),
        ("第5次报警", "第6次报警"),
        ("attempt 3 failed", "attempt 4 failed"),
        ("seq=17 leak", "seq=18 leak"),
        ("27 Nov leak", "3 Dec leak"),
    ] {
        check_same(one, other);
    }
}

#[test]
fn the_number_of_a_thing_is_kept() {
    for text in [
        "Room 3: fire",
        "Room-3: fire",
        "Room 3.12: fire",
        "room-3.12",
        "3号泵故障",
        "3号楼2单元",
        "5楼烟感",
        "-1层漏水",
        "Floor -1: water",
        "-1F配电室",
        "B2 flooded",
        "#3 down",
        "2F",
        "Zone 12A",
        "Zone: 12B",
        "Zone 12 A",
        "A-12 open",
        "A区-3",
        "192.168.1.7 is down",
        "firmware 1.2.3",
        "v1.2",
        "pumps 3-5",
        "denied for card 123",
        "卡号 8842",
        "Door 3 open",
        "Line 3:10",
        "error -12",
        "error code: 5.1",
        "Call +8613800000000",
        "over limit 35",
        "超过35",
        "3rd door",
        "Channel 4 and 5",
        "通道4",
        "6353012af1093062:5",
        "房间3.12",
        "Gate 12MA",
        "Rack 7 unit 3",
    ] {
        check_kept(text);
    }
}

#[test]
fn an_address_a_storey_and_a_chainage_are_no_readings() {
    for text in [
        "1:12 fire",
        "3:04 smoke alarm",
        "烟感 1.12",
        "温感1.07报警",
        "Smoke 3.12",
        "Heat 2.15 fault",
        "1.12 smoke detector",
        "Basement -2",
        "Garage -1 CO alarm",
        "地下-2",
        "km 12.3",
        "里程 12.3",
        "3分区烟感",
        "11分厂停电",
        "2分站离线",
    ] {
        check_kept(text);
    }
    check_same("Fire panel: 02:15 battery", "Fire panel: 02:16 battery");
    check_same("since 2:15 offline", "since 2:16 offline");
    check_same("下午3:15 离线", "下午3:16 离线");
}

#[test]
fn a_unit_in_the_name_of_a_thing_is_no_reading() {
    for text in [
        "10kV线路",
        "35kV 母线",
        "24V供电",
        "-12V rail",
        "10 kV line tripped",
        "110V battery charger",
        "400A断路器",
        "10t crane",
        "6 bar line",
    ] {
        check_kept(text);
    }
    for (one, other) in [
        ("Supply voltage 12V", "Supply voltage 11V"),
        ("母线电压10.2kV", "母线电压9.8kV"),
        ("pressure 3.1 bar pump 2", "pressure 3.4 bar pump 2"),
        ("3.1 bar at pump 2", "3.4 bar at pump 2"),
        ("离线5分", "离线6分"),
        ("Smoke 3.1 %", "Smoke 3.2 %"),
        ("offline for 5 min, sensor 3", "offline for 6 min, sensor 3"),
    ] {
        check_same(one, other);
    }
}

#[track_caller]
fn check_things(text: &str, expected: &[&str]) {
    assert_eq!(numbered_things(text), expected, "{text}");
}

#[test]
fn a_thing_is_called_by_its_number() {
    check_things("Pump 1 fail", &["pump 1"]);
    check_things("Pump #1: ok", &["pump 1"]);
    check_things("Fire R2, zone 12A", &["r 2", "zone 12a"]);
    check_things("3号泵故障", &["号泵 3"]);
    check_things("水泵1恢复", &["水泵 1"]);
    check_things("value: 41, T=22, 30.5 °C at 08:30", &[]);
    check_things("zone: 4", &["zone 4"]);
    check_things("1:12 fire", &["1", "1 12"]);
}

#[test]
fn text_without_numbers_stays_as_it_is() {
    check_kept("door-open, e.g. north");
    check_kept("");
}

proptest! {
    #[test]
    fn two_readings_of_one_text_are_the_same(a in -1.0e4..1.0e4_f64, b in -1.0e4..1.0e4_f64) {
        prop_assert_eq!(
            without_readings(&format!("T {a} °C, ok")), without_readings(&format!("T {b:.1} °C, ok"))
        );
    }

    #[test]
    fn two_numbers_of_things_are_not_the_same(
        thing in "Room|Floor|Zone|Pump|Door|Line|Channel|Card|Building|Section",
        between in " |-| #", a in 0..10_000_u32, b in 0..10_000_u32,
    ) {
        let text = |number: u32| without_readings(&format!("{thing}{between}{number}: fire"));
        prop_assert_eq!(text(a) == text(b), a == b);
    }

    #[test]
    fn any_text_can_be_compared(text in ".{0,40}") {
        prop_assert!(without_readings(&text).len() <= text.len());
    }
}

#[test]
fn what_stands_far_behind_is_kept_as_it_is() {
    let filler = "Pump out of order. ".repeat(1000);
    assert_eq!(
        without_readings(&format!("at 41.2 °C: {filler}")),
        without_readings(&format!("at 41.9 °C: {filler}"))
    );
    let (one, other) = (format!("{filler}at 41.2 °C"), format!("{filler}at 41.9 °C"));
    assert_ne!(without_readings(&one), without_readings(&other));
    assert_eq!(without_readings(&one), one);
}

#[test]
fn limits_in_the_name_of_an_alarm_are_kept_and_readings_are_not() {
    for [one, other] in [
        ["Over 30 °C", "Over 40 °C"],
        ["Level > 80%", "Level > 90%"],
        ["Level >= 80 %", "Level >= 90 %"],
        ["温度超过30度", "温度超过40度"],
        ["压力上限：10 bar", "压力上限：12 bar"],
    ] {
        assert_ne!(name_without_readings(one), name_without_readings(other), "{one}");
    }
    for [one, other] in [
        ["Too hot: 41 °C", "Too hot: 42 °C"],
        ["Over 41.2 °C", "Over 41.7 °C"],
        ["温度过高 41℃", "温度过高 42℃"],
        ["T=41 °C", "T=42 °C"],
    ] {
        assert_eq!(name_without_readings(one), name_without_readings(other), "{one}");
    }
}
