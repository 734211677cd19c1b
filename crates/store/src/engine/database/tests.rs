//! The store, when somebody deletes, replaces or changes its files.

use std::fs;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fanfare_core::{DeliveryOutcome, Severity};
use rusqlite::{Connection, OpenFlags};

use crate::engine::files::beside;
use crate::fixtures::{NOON, StoreFolder, after_noon, alarm, settle, settlement, try_accept};
use crate::{Store, StoreError, StoreFault, StoreFile};

/// The patience with the watch, which looks twice a second: for a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Waits until `is_so` of the store's condition.
async fn until(store: &Store, is_so: impl Fn(&crate::StoreCondition) -> bool + Send) {
    let mut condition = store.watch_condition();
    let changed = condition.wait_for(|it| is_so(it));
    tokio::time::timeout(PATIENCE, changed).await.expect("in time").unwrap();
}

/// Accepts an alert as the doors do.
async fn post(store: &Store, eui: &str) -> Result<(), StoreError> {
    try_accept(store, vec![alarm(eui, Severity::Urgent)], NOON).await.map(drop)
}

fn log_of(folder: &StoreFolder) -> PathBuf {
    beside(&folder.path(), "-wal")
}

/// The devices of the alerts that the files here hold, as `kill -9` at this moment would leave them.
fn devices(folder: &StoreFolder) -> Vec<String> {
    devices_in(&folder.copy().raw())
}

/// The devices of the alerts in the file that was saved beside the store.
fn saved_devices(folder: &StoreFolder) -> Vec<String> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    devices_in(&Connection::open_with_flags(beside(&folder.path(), ".saved"), flags).unwrap())
}

fn devices_in(raw: &Connection) -> Vec<String> {
    let mut statement = raw.prepare("SELECT alert ->> '$.labels.eui' FROM alerts ORDER BY id").unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

/// After `damage` to an idle store it is noticed, everything is written back, and the next alert is kept at the path.
async fn check_written_back(fault: StoreFault, damage: impl FnOnce(&Path)) {
    let folder = StoreFolder::new();
    let store = folder.open();
    post(&store, "before").await.unwrap();
    damage(&folder.path());
    until(&store, |it| it.faults == 1 && it.fault.is_none()).await;
    assert_eq!(store.condition().last_fault, Some(fault));
    assert_eq!(devices(&folder), ["before"]);
    post(&store, "after").await.unwrap();
    assert_eq!(devices(&folder), ["before", "after"]);
    assert_eq!(store.pending_deliveries().await.unwrap().len(), 4, "readers look at the same");
    assert_eq!(store.audit().await.unwrap().alerts, 2, "also those that open it anew");
    let second = Store::open(&folder.path(), "a second");
    assert!(matches!(second, Err(crate::OpenError::InUse(_))), "{second:?}");
}

/// The same where the damage is done and an alert comes before anybody has looked.
async fn check_kept_at_once(damage: impl FnOnce(&Path)) {
    let folder = StoreFolder::new();
    let store = folder.open();
    post(&store, "before").await.unwrap();
    damage(&folder.path());
    match post(&store, "after").await {
        Ok(()) => assert_eq!(devices(&folder), ["before", "after"], "202 means durable at the path"),
        Err(err) => assert!(matches!(err, StoreError::Refused(_)), "{err}"),
    }
}

/// After `damage` the store refuses what must be kept, and goes on with what is owed.
async fn check_refused(fault: StoreFault, damage: impl FnOnce(&Path)) {
    let folder = StoreFolder::new();
    let store = folder.open();
    post(&store, "before").await.unwrap();
    damage(&folder.path());
    let stands = fs::read(folder.path()).ok();
    until(&store, |it| it.fault.is_some()).await;
    assert_eq!(store.condition().fault, Some(fault.clone()));
    let err = post(&store, "after").await.unwrap_err();
    assert_eq!(err.to_string(), format!("the store cannot be used: {fault}"));
    let owed = store.pending_deliveries().await.unwrap();
    assert_eq!(owed.len(), 2);
    settle(&store, settlement(&owed[0], DeliveryOutcome::Delivered)).await;
    assert_eq!(store.pending_deliveries().await.unwrap(), owed[1..]);
    assert_eq!(fs::read(folder.path()).ok(), stands, "what stands there is left alone");
}

const MISSING: StoreFault = StoreFault::Missing(StoreFile::Database);

#[tokio::test]
async fn a_deleted_store_is_written_back_whole() {
    check_written_back(MISSING, |path| fs::remove_file(path).unwrap()).await;
    check_kept_at_once(|path| fs::remove_file(path).unwrap()).await;
}

#[tokio::test]
async fn a_store_that_was_moved_away_is_written_back_whole() {
    check_written_back(MISSING, |path| fs::rename(path, beside(path, ".old")).unwrap()).await;
    check_kept_at_once(|path| fs::rename(path, beside(path, ".old")).unwrap()).await;
}

#[tokio::test]
async fn a_folder_that_was_deleted_is_made_again_with_the_store() {
    let delete = |path: &Path| fs::remove_dir_all(path.parent().unwrap()).unwrap();
    check_written_back(MISSING, delete).await;
    check_kept_at_once(delete).await;
}

#[tokio::test]
async fn a_folder_that_was_moved_away_is_made_again_with_the_store() {
    let elsewhere = tempfile::tempdir().unwrap();
    let move_away = |path: &Path| fs::rename(path.parent().unwrap(), elsewhere.path().join("old")).unwrap();
    check_written_back(MISSING, move_away).await;
}

#[tokio::test]
async fn all_files_of_a_store_may_be_deleted_at_once() {
    let delete = |path: &Path| {
        for suffix in ["", "-wal", "-shm", ".lock", ".reserve"] {
            fs::remove_file(beside(path, suffix)).unwrap();
        }
    };
    check_written_back(MISSING, delete).await;
    check_kept_at_once(delete).await;
}

#[tokio::test]
async fn a_write_ahead_log_that_was_deleted_is_begun_anew() {
    let missing = StoreFault::Missing(StoreFile::Log);
    check_written_back(missing, |path| fs::remove_file(beside(path, "-wal")).unwrap()).await;
    check_kept_at_once(|path| fs::remove_file(beside(path, "-wal")).unwrap()).await;
}

#[tokio::test]
async fn a_write_ahead_log_in_whose_place_another_stands_is_begun_anew() {
    let replaced = StoreFault::Replaced(StoreFile::Log);
    let replace = |path: &Path| {
        let (log, copy) = (beside(path, "-wal"), beside(path, ".copy"));
        fs::copy(&log, &copy).unwrap();
        fs::rename(copy, log).unwrap();
    };
    check_written_back(replaced, replace).await;
    check_kept_at_once(replace).await;
}

#[tokio::test]
async fn a_store_in_whose_place_another_stands_is_left_alone_and_what_it_held_is_saved() {
    let replaced = StoreFault::Replaced(StoreFile::Database);
    let put_copy = |path: &Path| {
        fs::copy(path, beside(path, ".copy")).unwrap();
        fs::rename(beside(path, ".copy"), path).unwrap();
    };
    check_refused(replaced.clone(), put_copy).await;
    check_kept_at_once(put_copy).await;
    check_refused(replaced, |path| {
        fs::remove_file(path).unwrap();
        fs::write(path, "another file").unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_store_is_written_back_once_what_stood_in_its_place_is_gone() {
    let folder = StoreFolder::new();
    let store = folder.open();
    post(&store, "before").await.unwrap();
    fs::remove_file(folder.path()).unwrap();
    fs::write(folder.path(), "another file").unwrap();
    until(&store, |it| it.fault.is_some()).await;
    fs::remove_file(folder.path()).unwrap();
    until(&store, |it| it.fault.is_none()).await;
    assert_eq!(devices(&folder), ["before"]);
    post(&store, "after").await.unwrap();
    assert_eq!(devices(&folder), ["before", "after"]);
}

#[tokio::test]
async fn a_store_that_is_moved_away_and_back_goes_on() {
    let folder = StoreFolder::new();
    let store = folder.open();
    post(&store, "before").await.unwrap();
    fs::rename(folder.path(), beside(&folder.path(), ".old")).unwrap();
    fs::write(folder.path(), "another file").unwrap();
    until(&store, |it| it.fault.is_some()).await;
    fs::rename(beside(&folder.path(), ".old"), folder.path()).unwrap();
    until(&store, |it| it.fault.is_none()).await;
    post(&store, "after").await.unwrap();
    assert_eq!(devices(&folder), ["before", "after"]);
}

fn truncate(path: &Path, size: u64) {
    fs::OpenOptions::new().write(true).open(path).unwrap().set_len(size).unwrap();
}

#[tokio::test]
async fn a_store_that_is_cut_short_is_made_whole_from_its_log() {
    let truncated = StoreFault::Truncated(StoreFile::Database);
    for size in [0, 100, 1024] {
        check_written_back(truncated.clone(), |path| truncate(path, size)).await;
        check_kept_at_once(|path| truncate(path, size)).await;
    }
}

#[tokio::test]
async fn a_store_that_is_cut_short_and_not_in_its_log_keeps_nothing_and_what_can_be_read_goes_out() {
    for size in [0, 100, 4096] {
        let folder = StoreFolder::new();
        let store = folder.open();
        post(&store, "before").await.unwrap();
        store.checkpoint().await.unwrap();
        tokio::time::sleep(Duration::from_millis(700)).await; // a look
        truncate(&folder.path(), size);
        until(&store, |it| it.fault.is_some()).await;
        assert_eq!(store.condition().fault, Some(StoreFault::Truncated(StoreFile::Database)));
        assert!(post(&store, "after").await.is_err());
        store.pending_deliveries().await.unwrap();
        assert!(beside(&folder.path(), ".saved").exists());
    }
}

#[tokio::test]
async fn a_write_ahead_log_that_is_cut_short_keeps_nothing_and_what_can_be_read_goes_out() {
    let truncated = StoreFault::Truncated(StoreFile::Log);
    check_refused(truncated, |path| fs::write(beside(path, "-wal"), "").unwrap()).await;
}

#[tokio::test]
async fn what_is_saved_beside_a_store_whose_log_was_spoilt_is_all_that_it_held() {
    let spoil = |path: &Path| {
        let log = fs::OpenOptions::new().write(true).open(path).unwrap();
        log.write_all_at(&[0; 4096], 0).unwrap();
        std::mem::forget(log); // or SQLite's locks would go with it
    };
    let empty = |path: &Path| truncate(path, 0);
    for damage in [&empty as &dyn Fn(&Path), &spoil] {
        let folder = StoreFolder::new();
        let store = folder.open();
        post(&store, "before").await.unwrap();
        damage(&log_of(&folder));
        until(&store, |it| it.fault.is_some()).await;
        store.checkpoint().await.unwrap(); // behind the rescue
        assert_eq!(saved_devices(&folder), ["before"]);
        // As the words of the fault invite to.
        fs::rename(folder.path(), beside(&folder.path(), ".spoilt")).unwrap();
        until(&store, |it| it.fault.is_none()).await;
        assert_eq!(devices(&folder), ["before"]);
        post(&store, "after").await.unwrap();
        assert_eq!(devices(&folder), ["before", "after"]);
        assert_eq!(store.pending_deliveries().await.unwrap().len(), 4);
    }
}

#[tokio::test]
async fn a_link_to_the_same_file_elsewhere_is_another_file_since_its_log_is_not_beside_it() {
    let elsewhere = tempfile::tempdir().unwrap();
    let link = |path: &Path| {
        let file = elsewhere.path().join("moved.db");
        fs::rename(path, &file).unwrap();
        std::os::unix::fs::symlink(file, path).unwrap();
    };
    let folder = StoreFolder::new();
    let store = folder.open();
    post(&store, "before").await.unwrap();
    link(&folder.path());
    until(&store, |it| it.fault.is_some()).await;
    assert_eq!(store.condition().fault, Some(StoreFault::Replaced(StoreFile::Database)));
    assert!(post(&store, "after").await.is_err());
    store.checkpoint().await.unwrap(); // behind the rescue
    assert_eq!(saved_devices(&folder), ["before"]);
}

#[tokio::test]
async fn a_folder_that_moves_with_its_log_and_leaves_a_link_is_the_same_store() {
    let elsewhere = tempfile::tempdir().unwrap();
    let folder = StoreFolder::new();
    let store = folder.open();
    post(&store, "before").await.unwrap();
    let (old, new) = (folder.path().parent().unwrap().to_owned(), elsewhere.path().join("moved"));
    fs::rename(&old, &new).unwrap();
    std::os::unix::fs::symlink(&new, &old).unwrap();
    tokio::time::sleep(Duration::from_millis(1_200)).await; // two looks
    post(&store, "after").await.unwrap();
    assert_eq!(store.condition().faults, 0);
    assert_eq!(devices(&folder), ["before", "after"]);
    drop(store);
    fs::remove_file(&old).unwrap();
    fs::rename(&new, &old).unwrap();
}

#[tokio::test]
async fn nothing_but_the_store_is_left_of_what_was_written_back() {
    let folder = StoreFolder::new();
    let store = folder.open();
    post(&store, "before").await.unwrap();
    fs::remove_file(folder.path()).unwrap();
    until(&store, |it| it.faults == 1 && it.fault.is_none()).await;
    let names = fs::read_dir(folder.path().parent().unwrap()).unwrap();
    let mut names: Vec<_> = names.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let store = folder.path().file_name().unwrap().to_str().unwrap().to_owned();
    let expected = ["", "-shm", "-wal", ".lock", ".reserve"].map(|suffix| format!("{store}{suffix}"));
    assert_eq!(names, expected);
}

#[tokio::test]
async fn a_store_in_which_another_one_is_written_is_noticed_by_its_contents() {
    let other = StoreFolder::new();
    let store = other.open();
    for number in 0..50 {
        post(&store, &number.to_string()).await.unwrap();
    }
    store.checkpoint().await.unwrap();
    let larger = fs::read(other.path()).unwrap();
    check_written_back(StoreFault::Overwritten(StoreFile::Database), |path| {
        std::thread::sleep(Duration::from_millis(700)); // a look
        fs::write(path, larger).unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_earlier_copy_that_is_written_over_the_store_is_noticed() {
    let folder = StoreFolder::new();
    let store = folder.open();
    post(&store, "early").await.unwrap();
    store.checkpoint().await.unwrap();
    let early = fs::read(folder.path()).unwrap();
    for number in 0..20 {
        post(&store, &number.to_string()).await.unwrap();
    }
    post(&store, "late").await.unwrap();
    store.checkpoint().await.unwrap();
    fs::write(folder.path(), early).unwrap();
    until(&store, |it| it.fault.is_some()).await;
    assert!(post(&store, "after").await.is_err());
}

#[tokio::test]
async fn another_program_may_write_by_the_rules_of_sqlite() {
    let folder = StoreFolder::new();
    let store = folder.open();
    post(&store, "before").await.unwrap();
    let raw = folder.raw();
    raw.execute("UPDATE channels SET proven_at = 1", []).unwrap();
    raw.execute_batch("CREATE INDEX by_source ON alerts (source); DROP INDEX by_source").unwrap();
    raw.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    drop(raw);
    post(&store, "after").await.unwrap();
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    assert_eq!(store.condition().faults, 0);
}

#[tokio::test]
async fn the_times_and_names_of_a_file_may_change() {
    let folder = StoreFolder::new();
    let store = folder.open();
    post(&store, "before").await.unwrap();
    let now = fs::metadata(folder.path()).unwrap().modified().unwrap();
    let touched = fs::OpenOptions::new().append(true).open(folder.path()).unwrap();
    touched.set_modified(now + Duration::from_secs(60)).unwrap();
    std::mem::forget(touched); // or SQLite's locks would go with it
    fs::hard_link(folder.path(), beside(&folder.path(), ".link")).unwrap();
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    post(&store, "after").await.unwrap();
    assert_eq!(store.condition().faults, 0);
}

/// The file at another path that leads to it is in use, too.
fn check_in_use(folder: &StoreFolder, path: &Path) {
    let _store = folder.open();
    drop(fs::remove_file(beside(&folder.path(), ".lock"))); // by somebody who tidies up
    let second = Store::open(path, "a second");
    assert!(matches!(second, Err(crate::OpenError::InUse(_))), "{second:?}");
}

#[tokio::test]
async fn a_store_is_in_use_under_every_path_that_leads_to_it() {
    let folder = StoreFolder::new();
    drop(folder.open());
    let (link, hard_link) = (beside(&folder.path(), ".link"), beside(&folder.path(), ".hard"));
    std::os::unix::fs::symlink(folder.path(), &link).unwrap();
    fs::hard_link(folder.path(), &hard_link).unwrap();
    check_in_use(&folder, &folder.path());
    check_in_use(&folder, &link);
    check_in_use(&folder, &hard_link);
    let way_round =
        folder.path().parent().unwrap().join("..").join(folder.path().parent().unwrap().file_name().unwrap());
    check_in_use(&folder, &way_round.join("fanfare.db"));
}

#[tokio::test]
async fn a_store_behind_a_link_is_watched_where_it_is() {
    let folder = StoreFolder::new();
    let (link, log) = (beside(&folder.path(), ".link"), log_of(&folder));
    drop(folder.open());
    std::os::unix::fs::symlink(folder.path(), &link).unwrap();
    let store = loop {
        match Store::open(&link, "another") {
            Err(crate::OpenError::InUse(_)) => std::thread::yield_now(),
            opened => break opened.unwrap(),
        }
    };
    post(&store, "before").await.unwrap();
    assert_eq!(store.condition().faults, 0);
    fs::remove_file(log).unwrap();
    until(&store, |it| it.faults == 1 && it.fault.is_none()).await;
    post(&store, "after").await.unwrap();
    assert_eq!(devices(&folder), ["before", "after"]);
}

#[tokio::test]
async fn commits_that_are_under_way_while_the_store_is_deleted_are_at_the_path_or_refused() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let mut kept = Vec::new();
    for number in 0..200 {
        if number % 20 == 10 {
            fs::remove_file(folder.path()).unwrap();
        }
        let name = number.to_string();
        if try_accept(&store, vec![alarm(&name, Severity::High)], after_noon(number)).await.is_ok() {
            kept.push(name);
        }
    }
    assert_eq!(store.condition().faults, 10);
    let found = devices(&folder);
    assert!(kept.iter().all(|it| found.contains(it)), "{kept:?} {found:?}");
}
