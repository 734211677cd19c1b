use proptest::prelude::*;

use super::*;

/// FileChanges at a file that holds `texts` one after the other; the first was acted on.
fn looks(texts: &[&str]) -> Vec<FileChange> {
    let mut watch = FileWatch::new(texts[0]);
    texts[1..].iter().map(|text| watch.look(text)).collect()
}

#[test]
fn a_file_that_stays_the_same_has_not_changed() {
    assert_eq!(looks(&["a", "a", "a"]), [FileChange::None, FileChange::None]);
}

#[test]
fn a_change_is_acted_on_once_and_only_when_it_has_stood_for_one_look() {
    assert_eq!(looks(&["a", "b", "b", "b"]), [FileChange::UnderWay, FileChange::Finished, FileChange::None]);
    assert_eq!(
        looks(&["a", "b", "bc", "bcd", "bcd"]),
        [FileChange::UnderWay, FileChange::UnderWay, FileChange::UnderWay, FileChange::Finished]
    );
}

#[test]
fn a_change_that_is_taken_back_in_time_is_none() {
    assert_eq!(looks(&["a", "b", "a", "a"]), [FileChange::UnderWay, FileChange::None, FileChange::None]);
}

#[test]
fn a_text_that_differs_is_not_acted_on_by_being_compared() {
    let watch = FileWatch::new("a");
    assert!(watch.is_acted_on("a") && !watch.is_acted_on("b") && !watch.is_acted_on("b"));
}

#[test]
fn what_stands_in_the_file_is_not_kept() {
    let mut watch = FileWatch::new("access_token: SEC-inline");
    watch.look("access_token: SEC-newer");
    assert!(!format!("{watch:?}").contains("SEC"), "{watch:?}");
}

proptest! {
    #[test]
    fn whatever_is_written_in_the_end_what_stands_is_acted_on(texts in prop::collection::vec("[ab]{0,2}", 1..9)) {
        let mut watch = FileWatch::new(&texts[0]);
        let mut acted_on = texts[0].clone();
        let last = texts.last().unwrap();
        for text in texts.iter().chain([last, last]) {
            if watch.look(text) == FileChange::Finished {
                prop_assert_ne!(&acted_on, text);
                acted_on.clone_from(text);
            }
        }
        prop_assert_eq!(&acted_on, last);
    }
}
