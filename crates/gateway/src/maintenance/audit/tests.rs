use super::*;

#[tokio::test]
async fn those_who_ask_while_an_audit_runs_get_its_result() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("fanfare.db"), "a store of a test").unwrap();
    let audits = Audits::default();
    let results = futures_util::future::join_all((0..20).map(|_| audits.run(&store))).await;
    assert!(results.iter().all(|it| it.as_ref().unwrap() == &Audit::default()));
    assert_eq!(audits.ended.load(Ordering::SeqCst), 1);
    audits.run(&store).await.unwrap();
    assert_eq!(audits.ended.load(Ordering::SeqCst), 2, "a later one sees what has come since");
}

#[tokio::test]
async fn an_audit_goes_on_for_the_others_when_the_first_who_asked_has_gone() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("fanfare.db"), "a store of a test").unwrap();
    let audits = Arc::new(Audits::default());
    let ask = || {
        let (audits, store) = (Arc::clone(&audits), store.clone());
        tokio::spawn(async move { audits.run(&store).await })
    };
    let (first, second) = (ask(), ask());
    tokio::task::yield_now().await;
    first.abort();
    assert_eq!(second.await.unwrap().unwrap(), Audit::default());
}
