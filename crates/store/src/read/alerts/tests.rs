use fanfare_core::Severity;

use super::*;
use crate::AlertSearch;
use crate::fixtures::{NOON, StoreFolder, accept, after_noon, alarm, end_of};

/// A store with the alert 1, and copies of it with these numbers and times in seconds after noon.
async fn filled(folder: &StoreFolder, copies: &[(i64, i64)]) -> Store {
    let store = folder.open();
    accept(&store, alarm("a", Severity::High), NOON).await;
    let sql = "INSERT INTO alerts (id, received_at, fingerprint, incident, since, alert, source, severity, status, kind)
               SELECT ?1, ?2, fingerprint, incident, since, alert, source, severity, status, kind FROM alerts WHERE id = 1";
    for (id, seconds) in copies {
        folder.raw().execute(sql, [*id, after_noon(*seconds).as_millisecond()]).unwrap();
    }
    store
}

async fn of_a(store: &Store, before: Option<i64>, limit: u32) -> Vec<i64> {
    let fingerprint = Some(alarm("a", Severity::High).fingerprint);
    let filter = AlertFilter { before: before.map(AlertId), fingerprint, limit };
    store.alerts(filter).await.unwrap().iter().map(|it| it.id.0).collect()
}

#[tokio::test]
async fn the_alerts_of_a_fingerprint_are_found_in_every_block_page_by_page() {
    let folder = StoreFolder::new();
    let edges = [2, 1023, 1024, 1025, 2047, 2048, 40_000_000, 40_000_001];
    let store = filled(&folder, &edges.map(|it| (it, 0))).await;
    let all = [40_000_001, 40_000_000, 2048, 2047, 1025, 1024, 1023, 2, 1];
    assert_eq!(of_a(&store, None, 99).await, all);
    let (mut pages, mut before) = (Vec::new(), None);
    while pages.len() < all.len() {
        let page = of_a(&store, before, 2).await;
        assert!(page.len() == 2 || pages.len() + page.len() == all.len(), "{pages:?} {page:?}");
        before = page.last().copied();
        pages.extend(page);
    }
    assert_eq!(pages, all);
    assert!(of_a(&store, Some(1), 9).await.is_empty());
    assert!(of_a(&store, None, 0).await.is_empty());
}

#[tokio::test]
async fn an_alert_of_another_fingerprint_is_not_among_them() {
    let folder = StoreFolder::new();
    let store = filled(&folder, &[]).await;
    accept(&store, alarm("b", Severity::High), NOON).await;
    let end = accept(&store, end_of("a"), NOON).await;
    assert_eq!(of_a(&store, None, 9).await, [end.id.0, 1]);
}

#[tokio::test]
async fn alerts_with_fingerprints_on_both_sides_and_impossible_numbers_hide_none_and_end_the_search() {
    let folder = StoreFolder::new();
    let store = filled(&folder, &[(3000, 0), (3001, 0), (9000, 0), (-5, 0), (-5000, 0)]).await;
    let sql = "UPDATE alerts SET fingerprint = ?2 WHERE id = ?1";
    for (id, other) in [(3000, i64::MIN), (3001, i64::MAX)] {
        folder.raw().execute(sql, [id, other]).unwrap();
    }
    let bits = |it: i64| Fingerprint::from_bits(u64::from_ne_bytes(it.to_ne_bytes()));
    let of = async |fingerprint| {
        let filter = AlertFilter { before: None, fingerprint: Some(fingerprint), limit: 9 };
        store.alerts(filter).await.unwrap().iter().map(|it| it.id.0).collect::<Vec<_>>()
    };
    let a = alarm("a", Severity::High).fingerprint;
    assert_eq!(of(a).await[..2], [9000, 1]);
    assert_eq!(of(bits(i64::MIN)).await, [3000]);
    assert_eq!(of(bits(i64::MAX)).await, [3001]);
    assert_eq!(of(bits(0)).await, Vec::<i64>::new());
}

/// The alerts since `seconds` after noon, over all steps of the search.
async fn since(store: &Store, seconds: i64) -> Vec<i64> {
    let (mut found, mut before) = (Vec::new(), None);
    loop {
        let search =
            AlertSearch { since: Some(after_noon(seconds)), before, limit: 9, ..AlertSearch::default() };
        let page = store.search_alerts(search).await.unwrap();
        found.extend(page.alerts.iter().map(|it| it.id.0));
        match page.next_before {
            Some(next) => before = Some(next),
            None => return found,
        }
    }
}

#[tokio::test]
async fn alerts_since_a_time_are_found_also_where_the_clock_was_set_back() {
    let folder = StoreFolder::new();
    let copies = [(5000, 100), (9000, 200), (9001, 50), (13_500, 120), (17_700, 300)]; // set back between 9000 and 9001
    let store = filled(&folder, &copies).await;
    assert_eq!(since(&store, 0).await, [17_700, 13_500, 9001, 9000, 5000, 1]);
    assert_eq!(since(&store, 110).await, [17_700, 13_500, 9000]);
    assert_eq!(since(&store, 201).await, [17_700]);
    assert!(since(&store, 301).await.is_empty());
}

#[test]
fn no_list_of_alerts_reads_the_whole_table() {
    let folder = StoreFolder::new();
    drop(folder.open());
    for sql in [NEWEST, OF_FINGERPRINT, IS_IN_BLOCK, NEWEST_BEFORE] {
        folder.check_walks(sql);
    }
    let [index] = &folder.plan(IS_IN_BLOCK)[..] else { panic!() };
    assert!(index.contains("COVERING INDEX alerts_by_fingerprint (<expr>=? AND fingerprint<?)"), "{index}");
    let [index] = &folder.plan(OF_FINGERPRINT)[..] else { panic!() };
    assert!(index.contains("alerts_by_fingerprint (<expr>=? AND fingerprint=? AND rowid<?)"), "{index}");
    for sql in [OF_FINGERPRINT, IS_IN_BLOCK] {
        assert!(sql.contains(&format!("id / {BLOCK} =")));
    }
}

#[test]
fn the_notifications_of_a_listed_alert_are_found_by_indexes() {
    let folder = StoreFolder::new();
    drop(folder.open());
    folder.check_searches(&notifications_sql());
}
