//! How much room there is.

use std::path::Path;

use crate::ourselves::DiskSpace;

/// The room on the disk that `path` is on; `None` if the system does not say.
pub(crate) fn space(path: &Path) -> Option<DiskSpace> {
    let stat = rustix::fs::statvfs(path).ok()?;
    let bytes = |blocks: u64| blocks.saturating_mul(stat.f_frsize);
    // What is kept for the superuser is not free to us.
    Some(DiskSpace { free: bytes(stat.f_bavail), total: bytes(stat.f_blocks) })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    #[test]
    fn a_disk_has_no_more_room_than_it_is_large() {
        let folder = tempfile::tempdir().unwrap();
        let space = super::space(folder.path()).unwrap();
        assert!(space.free <= space.total && space.total > 0, "{space:?}");
    }

    #[test]
    fn of_what_is_not_there_nothing_is_known() {
        assert_eq!(super::space(Path::new("/no/such/place/fanfare.db")), None);
    }
}
