//! The targets, by name.

use crate::{configs, contents, formats, mails, mappings, names};

/// A reader with the properties that hold of it.
#[derive(Debug, Clone, Copy)]
pub struct FuzzTarget {
    /// The name, which is that of the folder with its seeds.
    pub name: &'static str,
    /// The check of what the reader makes of some bytes. Panics where a property does not hold.
    pub check: fn(&[u8]),
}

impl FuzzTarget {
    /// Every target. A format of the register needs none of its own: the first byte of `formats` chooses it.
    pub const ALL: [Self; 6] = [
        Self { name: "formats", check: formats::check },
        Self { name: "mappings", check: mappings::check },
        Self { name: "configs", check: configs::check },
        Self { name: "names", check: names::check },
        Self { name: "contents", check: contents::check },
        Self { name: "mails", check: mails::check },
    ];

    /// Checks the target called `name`; the fuzzer's binaries have no more to say.
    ///
    /// # Panics
    ///
    /// If there is no such target, or a property does not hold.
    pub fn check_by_name(name: &str, bytes: &[u8]) {
        let target = Self::ALL.into_iter().find(|it| it.name == name);
        (target.expect("a target of this name").check)(bytes);
    }
}
