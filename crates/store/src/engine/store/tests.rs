use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Barrier, Mutex};

use fanfare_core::{AccountHold, DeliveryOutcome, Moment, Severity};

use super::*;
use crate::engine::readers::REPORTS;
use crate::engine::{files, migrations};
use crate::fixtures::{NOON, StoreFolder, accept, after_noon, alarm, deliveries, settle, settlement};
use crate::{NewSend, OldSends, SendDigest};

/// Opening the file at `folder` fails with these words, and leaves it as it was.
#[track_caller]
fn check_refused(folder: &StoreFolder, expected: &str) {
    let before = fs::read(folder.path()).unwrap();
    let err = Store::open(&folder.path(), "another").unwrap_err();
    let message = err.to_string().replace(&folder.path().display().to_string(), "FILE");
    assert_eq!(message, expected);
    assert_eq!(fs::read(folder.path()).unwrap(), before);
}

#[tokio::test]
async fn a_new_store_is_made_with_its_folder_and_keeps_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data/deeper/fanfare.db");
    let store = Store::open(&path, "the first name").unwrap();
    assert_eq!(store.instance(), "the first name");
    drop(store);
    let again = loop {
        match Store::open(&path, "a second name") {
            Err(OpenError::InUse(_)) => std::thread::yield_now(),
            opened => break opened.unwrap(),
        }
    };
    assert_eq!(again.instance(), "the first name");
}

#[tokio::test]
async fn a_store_in_use_is_not_opened_a_second_time() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let clone = store.clone();
    drop(store);
    let err = Store::open(&folder.path(), "another").unwrap_err();
    assert!(matches!(err, OpenError::InUse(_)), "{err}");
    assert!(err.to_string().contains("is in use by another fanfare process"), "{err}");
    drop(clone);
    folder.open();
}

/// A runtime with so few threads for blocking work that whoever waits in one is noticed.
fn narrow_runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(REPORTS + 2)
        .enable_all()
        .build()
        .unwrap()
}

#[test]
fn four_reports_are_read_at_the_same_time_and_those_who_wait_keep_no_thread_from_deliveries() {
    let folder = StoreFolder::new();
    let store = folder.open();
    narrow_runtime().block_on(async {
        let (meet, (go_on, wait)) = (Arc::new(Barrier::new(REPORTS + 1)), std::sync::mpsc::channel::<()>());
        let wait = Arc::new(Mutex::new(wait));
        let long = (0..REPORTS).map(|_| {
            let (store, meet, wait) = (store.clone(), Arc::clone(&meet), Arc::clone(&wait));
            tokio::spawn(async move {
                let work = move |_: &Connection| {
                    meet.wait(); // all of them have begun
                    let _ended = wait.lock().unwrap().recv();
                    Ok(())
                };
                store.read_report(work).await
            })
        });
        let long: Vec<_> = long.collect();
        tokio::task::spawn_blocking(move || meet.wait()).await.unwrap();
        let waiting: Vec<_> = (0..50)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move { store.read_report(|_| Ok(())).await })
            })
            .collect();
        tokio::task::yield_now().await;
        store.read(|_| Ok(())).await.unwrap();
        store.read_exclusive(|_| Ok(())).await.unwrap();
        assert!(waiting.iter().all(|it| !it.is_finished()));
        drop(go_on);
        for report in long.into_iter().chain(waiting) {
            report.await.unwrap().unwrap();
        }
    });
}

#[test]
fn a_report_that_panics_costs_itself_only() {
    let folder = StoreFolder::new();
    let store = folder.open();
    narrow_runtime().block_on(async {
        for _ in 0..2 * REPORTS {
            let panicking = store.read_report::<(), _>(|_| panic!("a bug"));
            assert!(matches!(panicking.await, Err(StoreError::Closed)));
        }
        store.read_report(|_| Ok(())).await.unwrap();
    });
}

#[test]
fn one_read_of_the_whole_ledger_runs_at_a_time() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let running = Arc::new(AtomicUsize::new(0));
    narrow_runtime().block_on(async {
        let reads = (0..20).map(|_| {
            let (store, running) = (store.clone(), Arc::clone(&running));
            tokio::spawn(async move {
                let work = move |_: &Connection| {
                    let others = running.fetch_add(1, Ordering::SeqCst);
                    std::thread::yield_now();
                    running.fetch_sub(1, Ordering::SeqCst);
                    Ok(others)
                };
                store.read_exclusive(work).await
            })
        });
        for read in reads.collect::<Vec<_>>() {
            assert_eq!(read.await.unwrap().unwrap(), 0);
        }
    });
}

#[tokio::test]
async fn it_stays_in_use_until_the_last_job_is_on_the_disk() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let (go_on, wait) = std::sync::mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let job = store.writer.write(
        Durability::AsPossible,
        move |_| {
            wait.lock().unwrap().recv().unwrap();
            Ok(())
        },
        |()| (),
    );
    let mut job = Box::pin(job);
    std::future::poll_fn(|context| {
        assert!(job.as_mut().poll(context).is_pending());
        std::task::Poll::Ready(())
    })
    .await;
    drop(job);
    drop(store);
    assert!(matches!(Store::open(&folder.path(), "another"), Err(OpenError::InUse(_))));
    go_on.send(()).unwrap();
    folder.open();
}

#[tokio::test]
async fn a_store_of_a_newer_version_is_refused_and_left_alone() {
    let folder = StoreFolder::new();
    drop(folder.open());
    drop(folder.open()); // once more: now the first one's last job is surely over
    let raw = folder.raw();
    while raw.pragma_update(None, "user_version", migrations::NEWEST + 1).is_err() {}
    while raw.pragma_update(None, "journal_mode", "DELETE").is_err() {}
    drop(raw);
    check_refused(
        &folder,
        &format!(
            "FILE was written by a newer fanfare (store version {}; this one knows {}). \
             Run that version, or point `store:` at another file",
            migrations::NEWEST + 1,
            migrations::NEWEST
        ),
    );
}

#[test]
fn what_is_no_database_is_refused_and_left_alone() {
    let folder = StoreFolder::new();
    fs::write(folder.path(), "receivers: []\n".repeat(1_000)).unwrap();
    check_refused(&folder, "FILE is not a usable store");
}

#[test]
fn the_database_of_another_program_is_refused_and_left_alone() {
    let folder = StoreFolder::new();
    folder.raw().execute_batch("CREATE TABLE dashboards (id INTEGER PRIMARY KEY)").unwrap();
    check_refused(&folder, "FILE belongs to another program. Point `store:` at another file");
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("data"), "a file").unwrap();
    let err = Store::open(&folder.path().join("data/fanfare.db"), "another").unwrap_err();
    assert!(matches!(&err, OpenError::Io { path, .. } if path.ends_with("data")), "{err}");
}

#[tokio::test]
async fn every_commit_waits_for_the_disk() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let settings = store
        .writer
        .write(
            Durability::OnDisk,
            |db| {
                let synchronous: i64 = db.pragma_query_value(None, "synchronous", |row| row.get(0))?;
                let journal: String = db.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
                Ok((synchronous, journal))
            },
            |_| (),
        )
        .await
        .unwrap();
    assert_eq!(settings, (2, "wal".to_owned())); // 2 is FULL: https://www.sqlite.org/pragma.html#pragma_synchronous
}

#[tokio::test]
async fn what_was_answered_is_there_after_a_kill() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let first = accept(&store, alarm("a", Severity::Urgent), NOON).await;
    let killed = folder.copy();
    let second = accept(&store, alarm("b", Severity::Low), after_noon(1)).await;
    let killed_later = folder.copy();

    assert_eq!(killed.number("SELECT count(*) FROM alerts"), 1);
    assert_eq!(killed.number("SELECT count(*) FROM deliveries"), 2);
    assert_eq!(killed_later.number("SELECT count(*) FROM alerts"), 2);

    let owed: Vec<_> = [&first, &second].into_iter().flat_map(|it| &it.owed[0].deliveries).cloned().collect();
    assert_eq!(killed.open().pending_deliveries().await.unwrap(), first.owed[0].deliveries);
    assert_eq!(killed_later.open().pending_deliveries().await.unwrap(), owed);
}

#[tokio::test]
async fn what_was_settled_sent_and_silenced_is_there_after_a_kill() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let accepted = accept(&store, alarm("a", Severity::Urgent), NOON).await;
    let [on_ding, on_mail] = &deliveries(&accepted)[..] else { panic!("{accepted:?}") };
    let account = crate::fixtures::account("robot");
    let start = NewSend {
        account: account.clone(),
        deliveries: vec![on_ding.id],
        digest: SendDigest::None,
        usage: None,
        now: Moment::at(NOON),
    };
    let ended = store.begin_send(start.clone()).await.unwrap().send;
    store.begin_send(start).await.unwrap(); // nobody will see its end
    let hold = AccountHold {
        account: account.clone(),
        since: after_noon(1),
        until: after_noon(600),
        reason: "130101".to_owned(),
    };
    let mut of_ding = settlement(on_ding, DeliveryOutcome::Delivered);
    of_ding.send = Some(ended);
    of_ding.hold = Some(hold.clone());
    settle(&store, of_ding).await;

    let copy = folder.copy();
    let restarted = copy.open();
    assert_eq!(restarted.pending_deliveries().await.unwrap(), std::slice::from_ref(on_mail));
    assert_eq!(restarted.holds(after_noon(1)).await.unwrap(), [hold]);
    let sends = restarted.counted_sends(OldSends::default(), after_noon(30)).await.unwrap();
    assert_eq!(sends, [(account.clone(), after_noon(1)), (account, after_noon(30))]);
}

#[tokio::test]
async fn after_it_is_tidied_up_the_file_alone_is_the_whole_store() {
    let folder = StoreFolder::new();
    let store = folder.open();
    accept(&store, alarm("63", Severity::High), NOON).await;
    store.checkpoint().await.unwrap();
    let copy = StoreFolder::new();
    fs::copy(folder.path(), copy.path()).unwrap();
    assert_eq!(copy.number("SELECT count(*) FROM alerts"), 1);
}

#[tokio::test]
async fn a_writer_with_little_to_do_keeps_its_log_short() {
    let folder = StoreFolder::new();
    let store = folder.open();
    for device in 0..400 {
        accept(&store, alarm(&device.to_string(), Severity::Low), NOON).await;
    }
    let log = fs::metadata(folder.path().with_extension("db-wal")).unwrap().len();
    assert!(log < 3 * 1024 * 1024, "{log} bytes");
    assert_eq!(folder.copy().number("SELECT count(*) FROM alerts"), 400);
}

#[cfg(unix)]
fn mode(file: &Path) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&fs::metadata(file).unwrap().permissions()) & 0o777
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_can_read_the_store() {
    let folder = StoreFolder::new();
    let store = folder.open();
    accept(&store, alarm("a", Severity::High), NOON).await;
    for suffix in ["", "-wal", "-shm"] {
        assert_eq!(mode(&files::beside(&folder.path(), suffix)), 0o600, "{suffix}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_store_that_others_could_read_is_kept_from_them() {
    let folder = StoreFolder::new();
    accept(&folder.open(), alarm("a", Severity::High), NOON).await;
    drop(folder.open()); // or the first may still be at it
    for (before, after) in [(0o644, 0o600), (0o400, 0o400)] {
        let permissions = std::os::unix::fs::PermissionsExt::from_mode(before);
        fs::set_permissions(folder.path(), permissions).unwrap();
        files::restrict_to_owner(&folder.path());
        assert_eq!(mode(&folder.path()), after);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_permissions_of_what_is_not_a_store_are_left_alone() {
    let folder = StoreFolder::new();
    folder.raw().execute_batch("CREATE TABLE t (x)").unwrap();
    fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    assert!(matches!(Store::open(&folder.path(), "x"), Err(OpenError::Foreign(_))));
    assert_eq!(mode(&folder.path()), 0o644);
}
