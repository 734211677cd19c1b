//! Faults of DingTalk's robot.

use fanfare_sandbox::Fault;

use super::cell::{check, is_delivered, is_given_up, recovers, waits};
use crate::kind::TestedKind;

fn errcode(code: i64, words: &str) -> Fault {
    Fault::Errcode { code, words: words.to_owned() }
}

#[test]
fn a_dingtalk_whose_connections_fail_silences_nobody_and_is_told_once_it_is_back() {
    check(
        TestedKind::DingTalk,
        vec![
            recovers("closes", Fault::Close, "unanswered: "),
            recovers("hangs", Fault::Hang, "unanswered: "),
            // In these three the group has it already: `msgUuid` keeps it from seeing it again.
            recovers("answers-late", Fault::Late { millis: 1_500 }, "unanswered: "),
            recovers("answers-slowly", Fault::Slow { millis: 60 }, "unanswered: "),
            recovers("hangs-up-while-it-answers", Fault::Reset, "unanswered: "),
        ],
    );
}

#[test]
fn a_dingtalk_that_answers_something_else_than_dingtalk_is_not_believed() {
    check(
        TestedKind::DingTalk,
        vec![
            is_given_up("says-400", Fault::status(400), "unsendable as it is: HTTP 400"),
            recovers("says-401", Fault::status(401), "misconfigured: HTTP 401"),
            recovers("says-403", Fault::status(403), "misconfigured: HTTP 403"),
            recovers("says-404", Fault::status(404), "misconfigured: HTTP 404"),
            recovers("says-429", Fault::too_many_requests(1), "throttled: HTTP 429"),
            recovers("says-500", Fault::status(500), "not delivered: HTTP 500"),
            recovers("says-502", Fault::status(502), "not delivered: HTTP 502"),
            recovers("says-503", Fault::status(503), "not delivered: HTTP 503"),
            recovers("says-504", Fault::status(504), "unanswered: HTTP 504"),
            waits("shows-a-page", Fault::html_in_200(), "blocked: DingTalk's edge protection"),
            waits("punishes", Fault::Punish, "blocked: DingTalk's edge protection"),
            recovers("says-half-a-sentence", Fault::garbage_json(), "unanswered: HTTP 200"),
            recovers("says-nothing", Fault::empty_body(), "(empty)"),
            // Its own words, and only the label is wrong.
            is_delivered(
                "says-it-as-a-page",
                Fault::ContentType { content_type: "text/html".to_owned() },
                "errcode 0: ok",
            ),
        ],
    );
}

#[test]
fn a_dingtalk_that_refuses_in_a_200_is_not_called_delivered() {
    check(
        TestedKind::DingTalk,
        vec![
            recovers(
                "finds-the-signature-wrong",
                errcode(310_000, "sign not match"),
                "errcode 310000: sign not match",
            ),
            recovers(
                "finds-the-time-wrong",
                errcode(310_000, "invalid timestamp"),
                "errcode 310000: invalid timestamp",
            ),
            recovers(
                "finds-the-address-wrong",
                errcode(310_000, "ip 203.0.113.7 not in whitelist"),
                "errcode 310000: ip 203.0.113.7 not in whitelist; 203.0.113.7: add this address",
            ),
            is_given_up(
                "misses-a-keyword",
                errcode(310_000, "keywords not in content"),
                "errcode 310000: keywords not in content",
            ),
            recovers(
                "does-not-know-the-token",
                errcode(400_101, "access_token不存在"),
                "errcode 400101: access_token不存在",
            ),
            recovers("is-busy", errcode(-1, "系统繁忙"), "errcode -1: 系统繁忙"),
            recovers("says-what-nobody-knows", errcode(987_654, "who knows"), "errcode 987654: who knows"),
            is_given_up(
                "finds-it-too-long",
                errcode(460_101, "message too long"),
                "errcode 460101: message too long",
            ),
            waits(
                "was-sent-too-much",
                errcode(130_101, "send too fast"),
                "throttled: errcode 130101: send too fast",
            ),
            waits("bans", errcode(410_100, "send too fast"), "throttled: errcode 410100: send too fast"),
        ],
    );
}
