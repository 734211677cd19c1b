use fanfare_gateway::NotStored;

use super::*;

fn refusal(status: u16) -> HttpRefusal {
    HttpRefusal::new(StatusCode::from_u16(status).unwrap(), "code", "why")
}

/// The codes are those of the providers' tables of errors.
#[test]
fn a_refusal_has_the_providers_code_and_a_loss_a_status_that_shows_it() {
    let told = |(status, answer): (StatusCode, RobotAnswer)| (status.as_u16(), answer.errcode);
    for (status, dingtalk_says, wecom_says) in [
        (400, (200, 40_035), (200, 40_008)),
        (422, (200, 40_035), (200, 40_035)),
        (413, (200, 460_101), (200, 40_058)),
        (429, (200, 130_101), (200, 45_009)),
        (503, (503, -1), (503, -1)),
    ] {
        assert_eq!(told(dingtalk::failed(&refusal(status))), dingtalk_says, "{status}");
        assert_eq!(told(wecom::failed(&refusal(status))), wecom_says, "{status}");
    }
    let full = ingest::not_stored(NotStored::TooMany);
    assert!(dingtalk::failed(&full).1.errmsg.contains("send again"));
}
