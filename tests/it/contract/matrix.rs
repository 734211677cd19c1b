//! Three channels, any of them dead in any way: the contract is met, or somebody
//! else is being told before its time is over.

use std::num::NonZeroUsize;

use fanfare_core::{Contract, DeliveryTerms, HumanDuration, Rung, Sending, Severity, Succeed, Unless};
use fanfare_sandbox::{Canned, Fault, MailAction, MailStage, SeenMessage, TlsFault};

use crate::samples::Protocol;

use super::world::{ContractChannel, ContractWorld, SECOND, alarm, device_name};

/// The receiver's own channels behind the first, which is one of each kind in turn.
const SECOND_AND_THIRD: [ContractChannel; 2] = [ContractChannel::WECOM, ContractChannel::MAIL];

/// By when the contract is to be met.
const WITHIN: u32 = 60;

/// A way to be dead: what goes wrong at an HTTP provider, and its like at a mail server.
struct DeadSince {
    name: &'static str,
    http: Fault,
    mail: Fault,
}

impl DeadSince {
    /// The fault of a channel like this.
    fn of(&self, way: ContractChannel) -> &Fault {
        match way.sample().protocol {
            Protocol::Http => &self.http,
            Protocol::Smtp => &self.mail,
        }
    }
}

fn death(name: &'static str, fault: Fault) -> DeadSince {
    DeadSince { name, http: fault.clone(), mail: fault }
}

fn unlike(name: &'static str, http: Fault, mail: Fault) -> DeadSince {
    DeadSince { name, http, mail }
}

fn refuses(stage: MailStage, code: u16) -> Fault {
    Fault::mail(stage, MailAction::Reply { code, text: "no".to_owned() })
}

/// Every fault of the sandbox.
fn deaths() -> Vec<DeadSince> {
    let errcode = |code: i64| Fault::Errcode { code, words: "no".to_owned() };
    let gone = Fault::Answer(Canned {
        status: 404,
        retry_after: None,
        content_type: "text/plain".to_owned(),
        body: "gone".to_owned(),
    });
    vec![
        death("refuses connections", Fault::Refuse),
        death("hangs up at once", Fault::Close),
        death("never answers", Fault::Hang),
        death("answers late, having delivered", Fault::Late { millis: 20_000 }),
        death("drips", Fault::Slow { millis: 400 }),
        death("hangs up in its answer, having delivered", Fault::Reset),
        unlike(
            "hangs up before it has stored",
            Fault::ResetBeforeStoring,
            Fault::mail(MailStage::Body, MailAction::Drop),
        ),
        unlike("4xx", gone, refuses(MailStage::Rcpt, 550)),
        unlike("429 with Retry-After", Fault::too_many_requests(120), refuses(MailStage::Rcpt, 450)),
        unlike("5xx", Fault::status(503), refuses(MailStage::Connect, 421)),
        unlike("a web page", Fault::html_in_200(), refuses(MailStage::Ehlo, 500)),
        unlike("403", Fault::status(403), refuses(MailStage::StartTls, 454)),
        unlike("garbage", Fault::garbage_json(), refuses(MailStage::Auth, 535)),
        unlike("nothing in a 200", Fault::empty_body(), refuses(MailStage::Mail, 451)),
        unlike("busy in a 200", errcode(-1), refuses(MailStage::Mail, 550)),
        unlike("an unknown code in a 200", errcode(987_654), refuses(MailStage::Data, 451)),
        unlike("throttled in a 200", errcode(45_009), refuses(MailStage::Data, 554)),
        unlike("status 1111", Fault::Punish, refuses(MailStage::Body, 554)),
        unlike("another 5xx", Fault::status(500), refuses(MailStage::Body, 451)),
        death("TLS: refuses", Fault::Tls(TlsFault::Refused)),
        death("TLS: unknown authority", Fault::Tls(TlsFault::UnknownAuthority)),
        death("TLS: expired", Fault::Tls(TlsFault::Expired)),
        death("TLS: another host's", Fault::Tls(TlsFault::OtherHost)),
        death("TLS: plain text", Fault::Tls(TlsFault::Plaintext)),
        death("TLS: cut", Fault::Tls(TlsFault::Cut)),
    ]
}

fn terms(own: &[ContractChannel], send: Sending, succeed: Succeed) -> DeliveryTerms {
    DeliveryTerms {
        channels: own.iter().map(|way| way.name().into()).collect(),
        send,
        contract: Contract { succeed, within: Some(HumanDuration(WITHIN * SECOND)) },
        escalate: vec![Rung {
            after: HumanDuration((WITHIN - 15) * SECOND),
            unless: Unless::Delivered,
            to: vec![ContractChannel::LAST.name().into()],
        }],
    }
}

/// A way to tell a receiver's channels, and when that is enough.
type Telling = (Sending, Succeed);

const TOGETHER: Telling = (Sending::Together, Succeed::All);
const IN_TURN: Telling = (Sending::InTurn, Succeed::AtLeast(NonZeroUsize::MIN));

/// With the first channel and `others` dead in every way, one after the other; the first is of each kind.
async fn check_with_the_first(others: &[ContractChannel], promise: Telling) {
    for leader in ContractChannel::leaders() {
        check(leader, &[&[leader], others].concat(), promise).await;
    }
}

/// With `dead` channels dead in every way, one after the other.
async fn check(first: ContractChannel, dead: &[ContractChannel], (send, succeed): Telling) {
    let [second, third] = SECOND_AND_THIRD;
    let own = [first, second, third];
    let terms = terms(&own, send, succeed);
    for death in deaths() {
        let world = ContractWorld::new(&[first, second, third, ContractChannel::LAST], terms.clone()).await;
        for way in dead {
            world.break_down(*way, death.of(*way));
        }
        let cell = format!("{dead:?} dead, {}, {send:?}", death.name);
        world.accept(vec![alarm(1, Severity::Urgent)]).await;
        for _ in 0..WITHIN / 10 {
            world.pass_in_steps(10 * SECOND, SECOND).await;
            world.ledger.balance();
        }
        judge(&world, &own, dead, &cell);
    }
}

/// Checks the file and the fakes once the contract's time is over.
#[track_caller]
fn judge(world: &ContractWorld, own: &[ContractChannel], dead: &[ContractChannel], cell: &str) {
    // Alert no. 1 is ours; what is said about the dead channels comes after it.
    let kept =
        world.ledger.number("SELECT count(*) FROM notifications WHERE alert = 1 AND fulfilment = 'kept'");
    let climbed = world.ledger.number(&format!(
        "SELECT count(*) FROM steps s JOIN notifications n ON n.id = s.notification
         WHERE n.alert = 1 AND s.step ->> 'step' = 'climb' AND s.at < n.owed_at + {}",
        WITHIN * 1000
    ));
    assert!(kept == 1 || climbed == 1, "{cell}: neither met nor escalated");
    assert_eq!(times_told(world, ContractChannel::LAST), climbed, "{cell}");
    for way in own.iter().filter(|way| !dead.contains(way)) {
        // Channels told in turn need not be told.
        let seen = times_told(world, *way);
        assert!(seen <= 1, "{cell}: {way:?} was told {seen} times");
    }
    assert_eq!(world.sandbox.violations(), [], "{cell}");
}

/// The number of messages about the alert that people saw there.
fn times_told(world: &ContractWorld, way: ContractChannel) -> i64 {
    let of_it = |it: &SeenMessage| {
        it.shown.text.contains(&device_name(1)) && !it.shown.text.contains("ContractBroken")
    };
    world.seen_on(way).iter().filter(|it| of_it(it)).count() as i64
}

/// Every combination of dead channels: with the first, which is of each kind in turn, and without it.
macro_rules! subsets {
    ($($name:ident: $check:ident($($arg:expr),*);)*) => {$(
        mod $name {
            use super::*;

            #[tokio::test(start_paused = true)]
            async fn told_together_the_contract_is_met_or_the_ladder_is_climbed_in_time() {
                $check($($arg,)* TOGETHER).await;
            }

            #[tokio::test(start_paused = true)]
            async fn told_in_turn_the_contract_is_met_or_the_ladder_is_climbed_in_time() {
                $check($($arg,)* IN_TURN).await;
            }
        }
    )*};
}

subsets! {
    without_the_first: check_with_the_first(&[]);
    without_the_first_and_wecom: check_with_the_first(&[ContractChannel::WECOM]);
    without_the_first_and_mail: check_with_the_first(&[ContractChannel::MAIL]);
    without_any: check_with_the_first(&SECOND_AND_THIRD);
    without_wecom: check(ContractChannel::DING, &[ContractChannel::WECOM]);
    without_mail: check(ContractChannel::DING, &[ContractChannel::MAIL]);
    without_wecom_and_mail: check(ContractChannel::DING, &SECOND_AND_THIRD);
}
