//! Every kind of channel has a fake, and each fake keeps the same rules.

use fanfare_core::{Clock as _, SystemClock};
use fanfare_sandbox::{
    FakeAccount, Fault, FaultSwitch, InvalidAccount, Sandbox, SandboxClock, SandboxSettings,
};

async fn sandbox() -> Sandbox {
    let clock = SandboxClock::new(|| SystemClock.now());
    Sandbox::start(SandboxSettings::loopback(clock, fanfare::registry().fakes())).await.unwrap()
}

#[test]
fn every_kind_has_the_fake_of_its_own_provider() {
    let registry = fanfare::registry();
    let fakes: Vec<_> = registry.fakes().iter().map(|it| it.kind()).collect();
    assert_eq!(registry.kinds().collect::<Vec<_>>(), fakes);
}

#[tokio::test]
async fn every_fake_has_open_accounts_for_which_faults_can_be_switched() {
    let sandbox = sandbox().await;
    let mut names = Vec::new();
    for fake in fanfare::registry().fakes() {
        assert!(!fake.open_accounts().is_empty(), "{}", fake.kind());
        for account in fake.open_accounts() {
            let settings = account.settings.iter().copied();
            let added = sandbox.add(&FakeAccount::new(fake.kind(), settings).named(account.name));
            assert_eq!(added.as_deref(), Ok(account.name));
            sandbox.set_fault(account.name, FaultSwitch::always(Fault::Hang)).unwrap();
            names.push(account.name);
        }
    }
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count, "open accounts have names of their own");
}

#[tokio::test]
async fn no_fake_takes_a_setting_it_does_not_know_or_quotes_one() {
    let sandbox = sandbox().await;
    for fake in fanfare::registry().fakes() {
        for account in fake.open_accounts() {
            let settings = account.settings.iter().copied();
            let account = FakeAccount::new(fake.kind(), settings);
            for (name, value) in [("pager", "hunter2"), ("limits", "hunter2")] {
                let err = sandbox.check(&account.clone().with(name, value)).unwrap_err();
                let words = err.to_string();
                assert!(words.contains(name) && !words.contains("hunter2"), "{}: {words}", fake.kind());
            }
        }
    }
}

#[tokio::test]
async fn an_account_of_an_unknown_kind_is_told_the_kinds_there_are() {
    let err = sandbox().await.add(&FakeAccount::new("pager", [("token", "hunter2")])).unwrap_err();
    let InvalidAccount::UnknownKind { kind, known } = &err else { panic!("{err}") };
    assert_eq!(kind, "pager");
    for kind in fanfare::registry().kinds() {
        assert!(known.contains(&format!("`{kind}`")), "{err}");
    }
}
