//! Checks that several parts of the config share.

use std::collections::BTreeSet;

use fanfare_settings::{Section, SettingPath};

/// The complaint about a feature that is to come.
pub(crate) const NOT_YET: &str = "not supported yet; leave it out";

/// Notes a name that is empty or taken. `path` is that of the named part.
pub(crate) fn check_name<'a>(
    name: &'a str,
    taken: &mut BTreeSet<&'a str>,
    path: &SettingPath,
    section: &mut Section,
) {
    let path = path.key("name");
    if section.is_reported(&path) {
        return;
    }
    if name.is_empty() {
        section.error(&path, "must not be empty");
    } else if !taken.insert(name) {
        section.error(&path, format!("`{name}` is the name of another one; names must differ"));
    }
}
