use crate::AlertFilter;
use crate::fixtures::{Decider, NOON, StoreFolder, accept_by, after_noon, alarm, plain};
use fanfare_core::PolicyId;

#[tokio::test]
async fn a_policy_that_is_entered_again_keeps_its_number() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let enter = |policy: &str, seconds| store.enter_policy(policy.to_owned(), after_noon(seconds));
    assert_eq!(enter("{}", 0).await.unwrap(), PolicyId(1));
    assert_eq!(enter("[]", 1).await.unwrap(), PolicyId(2));
    assert_eq!(enter("{}", 2).await.unwrap(), PolicyId(1));
    assert_eq!(folder.number("SELECT id FROM policies WHERE until IS NULL"), 1);
    assert_eq!(folder.number("SELECT count(*) FROM policies"), 2);
}

#[tokio::test]
async fn an_alert_knows_the_policy_it_was_decided_by() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let id = store.enter_policy(r#"{"route":"…"}"#.to_owned(), NOON).await.unwrap();
    let decider = Decider { policy_id: Some(id), ..Decider::on(plain()) };
    let accepted = accept_by(&store, &decider, alarm("a", fanfare_core::Severity::High), NOON).await;
    store.enter_policy("another".to_owned(), after_noon(1)).await.unwrap();
    let story = store.history(accepted.id).await.unwrap().unwrap();
    assert_eq!((story.policy, story.policy_text.as_deref()), (Some(id), Some(r#"{"route":"…"}"#)));
    assert_eq!(
        store.alerts(AlertFilter { before: None, fingerprint: None, limit: 1 }).await.unwrap().len(),
        1
    );
}
