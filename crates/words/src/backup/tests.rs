use super::*;

#[test]
fn a_store_that_was_set_aside_is_named() {
    let english = BackupWords::in_language(Language::En).restored("a.db", 3, Some("a.db.before-1"));
    assert!(
        english
            .starts_with("a.db is restored, with 3 alerts; the store that stood there is now a.db.before-1")
    );
    let chinese = BackupWords::in_language(Language::Zh).restored("a.db", 3, None);
    assert!(chinese.starts_with("a.db 已恢复，共 3 条告警"), "{chinese}");
}
