//! WeCom: the group bot, which has no idempotency key, and the app.

use fanfare_sandbox::Fault;

use super::cell::{check, is_delivered, is_given_up, recovers, recovers_with_repeats, waits};
use crate::kind::TestedKind;

fn errcode(code: i64, words: &str) -> Fault {
    Fault::Errcode { code, words: words.to_owned() }
}

#[test]
fn a_wecom_bot_that_fails_in_any_way_silences_nobody_and_is_told_once_it_is_back() {
    check(
        TestedKind::WeComBot,
        vec![
            recovers("closes", Fault::Close, "unanswered: "),
            recovers("hangs", Fault::Hang, "unanswered: "),
            recovers_with_repeats("answers-late", Fault::Late { millis: 1_500 }, "unanswered: "),
            recovers_with_repeats("answers-slowly", Fault::Slow { millis: 60 }, "unanswered: "),
            recovers_with_repeats("hangs-up-while-it-answers", Fault::Reset, "unanswered: "),
            is_given_up("says-400", Fault::status(400), "unsendable as it is: HTTP 400"),
            recovers("says-404", Fault::status(404), "misconfigured: HTTP 404"),
            recovers("says-429", Fault::too_many_requests(1), "throttled: HTTP 429"),
            recovers("says-503", Fault::status(503), "not delivered: HTTP 503"),
            recovers("shows-a-page", Fault::html_in_200(), "unanswered: HTTP 200"),
            recovers("says-half-a-sentence", Fault::garbage_json(), "unanswered: HTTP 200"),
            recovers("says-nothing", Fault::empty_body(), "(empty)"),
            recovers("punishes", Fault::Punish, "unanswered: HTTP 200"),
            is_delivered(
                "says-it-as-a-page",
                Fault::ContentType { content_type: "text/html".to_owned() },
                "errcode 0: ok",
            ),
            recovers(
                "does-not-know-the-key",
                errcode(93_000, "invalid webhook url"),
                "misconfigured: errcode 93000",
            ),
            recovers("is-busy", errcode(-1, "system busy"), "not delivered: errcode -1"),
            is_given_up("finds-it-malformed", errcode(40_058, "invalid Request Parameter"), "errcode 40058"),
            waits("was-sent-too-much", errcode(45_009, "api freq out of limit"), "throttled: errcode 45009"),
        ],
    );
}

#[test]
fn a_wecom_app_that_fails_in_any_way_silences_nobody_and_is_told_once_it_is_back() {
    check(
        TestedKind::WeComApp,
        vec![
            recovers("closes", Fault::Close, "not delivered: "), // It was only asked for a token.
            recovers("hangs", Fault::Hang, "not delivered: "),
            recovers("says-503", Fault::status(503), "not delivered: HTTP 503"),
            recovers("shows-a-page", Fault::html_in_200(), "HTTP 200"),
            recovers("says-nothing", Fault::empty_body(), "(empty)"),
            // WeCom bans for an hour who asks for tokens with a wrong secret again and again.
            waits(
                "finds-the-secret-wrong",
                errcode(40_001, "invalid credential"),
                "misconfigured: errcode 40001",
            ),
            waits(
                "finds-the-address-wrong",
                errcode(60_020, "not allow to access from your ip"),
                "misconfigured: errcode 60020",
            ),
            recovers("is-busy", errcode(-1, "system busy"), "not delivered: errcode -1"),
            waits(
                "was-asked-too-much",
                errcode(45_009, "api freq out of limit"),
                "throttled: gettoken: errcode 45009",
            ),
        ],
    );
}
