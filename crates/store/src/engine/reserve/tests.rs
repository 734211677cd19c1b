use std::os::unix::fs::MetadataExt as _;

use super::*;

#[test]
fn the_reserve_takes_room_and_gives_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fanfare.db");
    let mut reserve = Reserve::new(&path);
    reserve.keep();
    let file = folder.path().join("fanfare.db.reserve");
    let metadata = std::fs::metadata(&file).unwrap();
    assert_eq!(metadata.len(), SIZE);
    assert!(metadata.blocks() * 512 >= SIZE, "it takes room, and not only a length");
    assert!(reserve.release());
    assert!(!file.exists() && reserve.is_given_up());
    assert!(!reserve.release(), "there is none any more");
    reserve.restore().unwrap();
    assert_eq!(std::fs::metadata(&file).unwrap().len(), SIZE);
    assert!(!reserve.is_given_up());
}

#[test]
fn a_reserve_without_room_for_it_is_an_error_and_takes_none() {
    let folder = tempfile::tempdir().unwrap();
    let mut reserve = Reserve::new(&folder.path().join("no/such/folder/fanfare.db"));
    assert!(reserve.restore().is_err());
    reserve.keep();
    assert!(!reserve.release());
}
