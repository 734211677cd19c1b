use fanfare_core::DeadLetterId;
use jiff::Timestamp;

use super::*;
use crate::fixtures::StoreFolder;

/// Every combination of criteria.
fn filters() -> Vec<DeadLetterFilter> {
    let at = |millis| Timestamp::from_millisecond(millis).unwrap();
    let mut filters = Vec::new();
    for channel in [None, Some("ding"), Some("nobody")] {
        for receiver in [None, Some("day"), Some("nobody")] {
            for since in [None, Some(at(20))] {
                for until in [None, Some(at(40))] {
                    let (channel, receiver) = (channel.map(Into::into), receiver.map(Into::into));
                    filters.push(DeadLetterFilter { channel, receiver, since, until });
                }
            }
        }
    }
    filters
}

/// A store with 60 deliveries of 30 notifications, of which some are dead, and some notifications are abandoned.
fn filled(folder: &StoreFolder) -> Connection {
    drop(folder.open());
    let db = folder.raw();
    db.execute_batch(
        "WITH RECURSIVE ids (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM ids WHERE id < 30)
           INSERT INTO notifications (id, alert, receiver, why, owed_at, fulfilment, dealt_with)
           SELECT id, id, iif(id % 3, 'day', 'night'), '\"started\"', 0, iif(id % 2, 'abandoned', 'kept'),
                  iif(id % 7, NULL, 'discarded') FROM ids;
         INSERT INTO steps (notification, at, step, fulfilment) SELECT id, id * 2, '{}', 'abandoned' FROM notifications;
         WITH RECURSIVE ids (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM ids WHERE id < 60)
           INSERT INTO deliveries (id, notification, channel, severity, state, next_at, settled_at)
           SELECT id, 1 + id * 7 % 30, iif(id % 4, 'ding', 'mail'), 'low', iif(id % 5, 'delivered', 'dead'), 0, id FROM ids",
    )
    .unwrap();
    db
}

/// The dead letters that `filter` means, by a look at each row.
fn by_looking(db: &Connection, filter: &DeadLetterFilter) -> Vec<DeadLetterKey> {
    let sql = "
        SELECT d.notification, d.id, d.channel, n.receiver, d.settled_at FROM deliveries d
          JOIN notifications n ON n.id = d.notification WHERE d.state = 'dead'
        UNION ALL
        SELECT n.id, 0, NULL, n.receiver, s.at FROM notifications n JOIN steps s ON s.notification = n.id
        WHERE n.fulfilment = 'abandoned' AND n.dealt_with IS NULL
          AND n.id NOT IN (SELECT notification FROM deliveries WHERE state = 'dead')
        ORDER BY 1 DESC, 2 DESC";
    let mut statement = db.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| {
        let key = DeadLetterKey { notification: NotificationId(row.get(0)?), delivery: row.get(1)? };
        Ok((key, row.get::<_, Option<String>>(2)?, row.get::<_, String>(3)?, row.get::<_, i64>(4)?))
    });
    let all: Vec<_> = rows.unwrap().map(Result::unwrap).collect();
    let is_meant = |(_, channel, receiver, at): &(DeadLetterKey, Option<String>, String, i64)| {
        filter.channel.as_ref().is_none_or(|it| Some(it.as_str()) == channel.as_deref())
            && filter.receiver.as_ref().is_none_or(|it| it.as_str() == receiver)
            && filter.since.is_none_or(|it| *at >= it.as_millisecond())
            && filter.until.is_none_or(|it| *at < it.as_millisecond())
    };
    all.into_iter().filter(is_meant).map(|(key, ..)| key).collect()
}

#[test]
fn every_choice_of_dead_letters_finds_what_a_look_at_each_row_finds_page_by_page() {
    let folder = StoreFolder::new();
    let db = filled(&folder);
    let mut kinds = std::collections::BTreeSet::new();
    for filter in filters() {
        let expected = by_looking(&db, &filter);
        assert_eq!(find(&db, &filter, None, 99).unwrap(), expected, "{filter:?}");
        let mut paged: Vec<DeadLetterKey> = Vec::new();
        loop {
            let page = find(&db, &filter, paged.last().copied(), 2).unwrap();
            if page.is_empty() {
                break;
            }
            paged.extend(page);
        }
        assert_eq!(paged, expected, "{filter:?}");
        assert_eq!(by_steps(&db, &filter, 2), expected, "{filter:?}");
        kinds.extend(expected.iter().map(|it| matches!(it.id(), DeadLetterId::Notification(_))));
    }
    assert_eq!(kinds.len(), 2);
}

/// The dead letters that `filter` means, in steps of `limit`.
fn by_steps(db: &Connection, filter: &DeadLetterFilter, limit: u32) -> Vec<DeadLetterKey> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let KeyPage { found, next_after } = find_page(db, filter, after, limit).unwrap();
        all.extend(found);
        if next_after.is_none() {
            return all;
        }
        assert!(after.is_none_or(|after| next_after < Some(after)), "each step goes on");
        after = next_after;
    }
}

#[test]
fn the_dead_letters_of_a_receiver_are_found_behind_thousands_of_others_in_bounded_steps() {
    let folder = StoreFolder::new();
    let db = filled(&folder);
    db.execute_batch(
        "WITH RECURSIVE ids (id) AS (SELECT 101 UNION ALL SELECT id + 1 FROM ids WHERE id < 5100)
           INSERT INTO notifications (id, alert, receiver, why, owed_at, fulfilment)
           SELECT id, id, 'others', '\"started\"', 0, 'abandoned' FROM ids;
         INSERT INTO deliveries (notification, channel, severity, state, next_at, settled_at)
           SELECT id, 'ding', 'low', 'dead', 0, id FROM notifications WHERE id > 100",
    )
    .unwrap();
    for receiver in ["day", "night", "nobody", "others"] {
        let filter = DeadLetterFilter { receiver: Some(receiver.into()), ..DeadLetterFilter::default() };
        let expected = by_looking(&db, &filter);
        assert_eq!(by_steps(&db, &filter, 3), expected, "{receiver}");
        assert_eq!(by_steps(&db, &filter, 9_999), expected, "{receiver}");
    }
    let nobody = DeadLetterFilter { receiver: Some("nobody".into()), ..DeadLetterFilter::default() };
    let KeyPage { found, next_after } = find_page(&db, &nobody, None, 10).unwrap();
    assert_eq!((found, next_after.map(|it| it.notification)), (Vec::new(), Some(NotificationId(4_101))));
}

#[test]
fn no_list_of_dead_letters_reads_what_lives_or_sorts() {
    let folder = StoreFolder::new();
    drop(folder.open());
    let after = DeadLetterKey { notification: NotificationId(9), delivery: 9 };
    for filter in filters() {
        let end = DeadLetterKey { notification: NotificationId(5), delivery: 5 };
        let abandoned = [None, Some(end)].map(|end| abandoned(&filter, after, end));
        for walk in [dead(&filter, after)].into_iter().chain(abandoned) {
            let (sql, _) = walk.finish(9);
            folder.check_walks(&sql);
            let plan = folder.plan(&sql);
            let index = ["deliveries_dead", "notifications_abandoned"];
            assert!(index.iter().any(|it| plan[0].contains(it)), "{sql}: {plan:#?}");
        }
    }
}
