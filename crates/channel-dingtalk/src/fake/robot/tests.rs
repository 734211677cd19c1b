use fanfare_sandbox::{AccountSettings, InvalidAccount};

use super::{DingTalkRobot, RobotStatus};

fn robot(settings: &[(&str, &str)]) -> Result<DingTalkRobot, InvalidAccount> {
    DingTalkRobot::from_settings(&AccountSettings::new(settings.iter().copied()))
}

#[test]
fn a_robot_is_made_of_its_token_its_secret_and_its_keywords() {
    let settings = [("access_token", "t"), ("secret", "SECs"), ("keyword", "alert"), ("keyword", "告警")];
    let robot = robot(&settings).unwrap();
    assert_eq!((robot.access_token.as_str(), robot.secret.as_deref()), ("t", Some("SECs")));
    assert_eq!(robot.keywords, ["alert", "告警"]);
    assert_eq!((robot.per_minute, robot.per_month), (Some(20), Some(3_000)));
    assert!(robot.members.contains("anyone"));
}

#[test]
fn a_group_may_be_closed() {
    let robot = robot(&[("access_token", "t"), ("member", "ann"), ("member", "bob")]).unwrap();
    assert!(robot.members.contains("ann") && robot.members.contains("bob"));
    assert!(!robot.members.contains("cid"));
}

#[test]
fn a_robot_may_be_out_of_work_and_closed_to_other_addresses() {
    let settings = [("access_token", "t"), ("state", "disbanded"), ("allowed_address", "203.0.113.0/24")];
    let robot = robot(&settings).unwrap();
    assert_eq!(robot.status, RobotStatus::Disbanded);
    assert!(robot.allowed_addresses[0].contains([203, 0, 113, 9].into()));
    assert!(!robot.allowed_addresses[0].contains([203, 0, 114, 9].into()));
}

#[test]
fn limits_can_be_switched_off() {
    let robot = robot(&[("access_token", "t"), ("limits", "none")]).unwrap();
    assert_eq!((robot.per_minute, robot.per_month), (None, None));
}

#[test]
fn settings_that_make_no_robot_are_named_and_not_quoted() {
    let check = |settings: &[(&str, &str)], expected: InvalidAccount| {
        let err = robot(settings).err().unwrap();
        assert_eq!(err, expected);
        assert!(!err.to_string().contains("hunter2"));
    };
    check(&[("secret", "hunter2")], InvalidAccount::Missing("access_token"));
    check(&[("token", "hunter2")], InvalidAccount::UnknownSetting("token".to_owned()));
    let state = InvalidAccount::Invalid("state", "`active`, `stopped`, `removed` or `disbanded`");
    check(&[("access_token", "t"), ("state", "hunter2")], state);
    let limits = InvalidAccount::Invalid("limits", "`provider` or `none`");
    check(&[("access_token", "t"), ("limits", "hunter2")], limits);
}
