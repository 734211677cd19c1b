//! Mail, stage by stage.

use fanfare_sandbox::MailAction::{Drop, Hang, Late, Reply, StoreAndDrop};
use fanfare_sandbox::{Fault, MailAction, MailStage};

use super::cell::{check, is_delivered, is_given_up, recovers, recovers_with_repeats};
use crate::kind::{SECOND, TestedKind};

fn reply(code: u16) -> MailAction {
    Reply { code, text: "the server's own words".to_owned() }
}

fn at(stage: MailStage, action: MailAction) -> Fault {
    Fault::mail(stage, action)
}

#[test]
fn a_mail_server_that_fails_before_the_mail_silences_nobody_and_is_told_once_it_is_back() {
    use MailStage::{Auth, Connect, Ehlo, Mail, Rcpt};

    check(
        TestedKind::Mail,
        vec![
            recovers("greets-421", at(Connect, reply(421)), "not delivered: greeting: 421"),
            recovers("greets-554", at(Connect, reply(554)), "not delivered: greeting: 554"),
            recovers("greets-with-a-cut", at(Connect, Drop), "not delivered: greeting: "),
            recovers("greets-with-silence", at(Connect, Hang), "not delivered: greeting: "),
            recovers("ehlo-451", at(Ehlo, reply(451)), "not delivered: greeting: "),
            recovers("ehlo-hangs", at(Ehlo, Hang), "not delivered: greeting: "),
            recovers("login-454", at(Auth, reply(454)), "not delivered: AUTH: 454 the server's own words"),
            recovers("login-535", at(Auth, reply(535)), "misconfigured: AUTH: 535 the server's own words"),
            recovers("login-drops", at(Auth, Drop), "not delivered: AUTH: "),
            recovers("login-hangs", at(Auth, Hang), "not delivered: AUTH: "),
            recovers("sender-451", at(Mail, reply(451)), "not delivered: MAIL: 451 the server's own words"),
            recovers("sender-553", at(Mail, reply(553)), "misconfigured: MAIL: 553 the server's own words"),
            recovers("sender-drops", at(Mail, Drop), "not delivered: MAIL: "),
            recovers("sender-hangs", at(Mail, Hang), "not delivered: MAIL: "),
            recovers(
                "recipients-450",
                at(Rcpt, reply(450)),
                "no recipient accepted: to[0]: 450 the server's own words",
            ),
            recovers("recipients-550", at(Rcpt, reply(550)), "misconfigured: every recipient refused"),
            recovers("recipients-421", at(Rcpt, reply(421)), "not delivered: RCPT: 421"),
            recovers("recipients-drop", at(Rcpt, Drop), "not delivered: RCPT: "),
            recovers("recipients-hang", at(Rcpt, Hang), "not delivered: RCPT: "),
        ],
    );
}

#[test]
fn a_mail_server_that_fails_with_the_mail_silences_nobody_and_is_told_once_it_is_back() {
    use MailStage::{Body, Data};

    check(
        TestedKind::Mail,
        vec![
            recovers("data-451", at(Data, reply(451)), "not delivered: DATA: 451 the server's own words"),
            is_given_up(
                "data-554",
                at(Data, reply(554)),
                "unsendable as it is: DATA: 554 the server's own words",
            ),
            recovers("data-drops", at(Data, Drop), "not delivered: DATA: "),
            recovers("data-hangs", at(Data, Hang), "not delivered: DATA: "),
            recovers(
                "mail-451",
                at(Body, reply(451)),
                "not delivered: end of mail: 451 the server's own words",
            ),
            is_given_up(
                "mail-554",
                at(Body, reply(554)),
                "unsendable as it is: end of mail: 554 the server's own words",
            ),
            recovers("mail-421", at(Body, reply(421)), "not delivered: end of mail: 421"),
            recovers("mail-hangs", at(Body, Hang), "unanswered: end of mail: "),
            recovers("drops-before-it-stores", at(Body, Drop), "unanswered: end of mail: "),
            recovers_with_repeats(
                "drops-when-it-has-stored",
                at(Body, StoreAndDrop),
                "unanswered: end of mail: ",
            ),
            recovers_with_repeats(
                "answers-late",
                at(Body, Late { millis: 1_500 }),
                "unanswered: end of mail: ",
            ),
        ],
    );
}

#[test]
fn a_recipient_who_is_refused_costs_the_others_nothing() {
    check(
        TestedKind::Mail,
        vec![
            is_delivered(
                "one-is-gone",
                Fault::recipient(SECOND, 550, "no such user"),
                "refused second@example.com: 550 no such user",
            ),
            // The first has it at once, the second later, and neither twice.
            recovers(
                "one-is-greylisted",
                Fault::recipient(SECOND, 450, "try again later"),
                "to[1]: 450 try again later",
            ),
        ],
    );
}
