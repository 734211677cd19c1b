use std::os::unix::fs::PermissionsExt as _;

use fanfare_core::Severity;

use super::*;
use crate::Store;
use crate::fixtures::{StoreFolder, accept, after_noon, alarm};

/// A store with this many alerts, still open.
async fn store_with(folder: &StoreFolder, alerts: u32) -> Store {
    let store = folder.open();
    for second in 0..alerts {
        accept(&store, alarm(&second.to_string(), Severity::High), after_noon(i64::from(second))).await;
    }
    store
}

#[tokio::test]
async fn a_backup_of_a_store_in_use_is_whole_and_only_its_owners() {
    let folder = StoreFolder::new();
    let store = store_with(&folder, 3).await;
    let to = folder.path().with_file_name("copy.db");
    let made = backup(&folder.path(), &to).unwrap();
    assert_eq!((made.alerts, made.version), (3, Store::SCHEMA_VERSION));
    assert_eq!(std::fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!files::beside(&to, ".partial").exists());
    let copy = Store::open(&to, "another").unwrap();
    assert_eq!(copy.instance(), store.instance());
}

#[tokio::test]
async fn a_backup_overwrites_nothing() {
    let folder = StoreFolder::new();
    let _store = store_with(&folder, 1).await;
    let to = folder.path().with_file_name("copy.db");
    std::fs::write(&to, "precious").unwrap();
    assert!(matches!(backup(&folder.path(), &to), Err(BackupError::Exists(_))));
    assert_eq!(std::fs::read(&to).unwrap(), b"precious");
}

#[test]
fn what_is_no_store_is_neither_backed_up_nor_restored() {
    let folder = tempfile::tempdir().unwrap();
    let (text, to) = (folder.path().join("text"), folder.path().join("to.db"));
    for content in ["", "no database at all, though long enough to be mistaken for one".repeat(20).as_str()] {
        std::fs::write(&text, content).unwrap();
        assert!(matches!(backup(&text, &to), Err(BackupError::Foreign(_))), "{content:?}");
        let restored = restore(&text, &to, ExistingStore::SetAside, "now");
        assert!(matches!(restored, Err(BackupError::Foreign(_))), "{content:?}");
        assert!(!to.exists());
    }
}

#[tokio::test]
async fn nothing_is_restored_while_a_gateway_runs_or_a_store_stands_there_unasked() {
    let folder = StoreFolder::new();
    let store = store_with(&folder, 2).await;
    let copy = folder.path().with_file_name("copy.db");
    backup(&folder.path(), &copy).unwrap();
    let running = restore(&copy, &folder.path(), ExistingStore::SetAside, "now");
    assert!(matches!(running, Err(BackupError::InUse(_))), "{running:?}");
    let beside = folder.path().with_file_name("other.db");
    std::fs::write(&beside, "precious").unwrap();
    let standing = restore(&copy, &beside, ExistingStore::Keep, "now");
    assert!(matches!(standing, Err(BackupError::StoreExists(_))), "{standing:?}");
    assert_eq!(std::fs::read(&beside).unwrap(), b"precious");
    drop(store);
}

#[tokio::test]
async fn a_restored_store_is_the_backup_and_the_old_one_stays_beside_it_with_its_log() {
    let folder = StoreFolder::new();
    let store = store_with(&folder, 2).await;
    let copy = folder.path().with_file_name("copy.db");
    backup(&folder.path(), &copy).unwrap();
    drop(store);
    let target = folder.path().with_file_name("target.db");
    std::fs::write(&target, "old").unwrap();
    std::fs::write(files::beside(&target, "-wal"), "old log").unwrap();
    let restored = restore(&copy, &target, ExistingStore::SetAside, "20260308").unwrap();
    let aside = restored.set_aside.unwrap();
    assert_eq!(restored.backup.alerts, 2);
    assert_eq!(std::fs::read(&aside).unwrap(), b"old");
    assert_eq!(std::fs::read(files::beside(&aside, "-wal")).unwrap(), b"old log");
    assert_eq!(inspect(&target).unwrap().alerts, 2);
    Store::open(&target, "another").unwrap();
}
