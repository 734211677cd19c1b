//! Room on the disk of the store.

use std::path::Path;

use crate::self_alert::DiskSpace;

/// The room on the disk of `path`; `None` if the system does not know it.
pub(crate) fn space(path: &Path) -> Option<DiskSpace> {
    let stat = rustix::fs::statvfs(path).ok()?;
    let bytes = |blocks: u64| blocks.saturating_mul(stat.f_frsize);
    // Blocks reserved for the superuser are not available to this process.
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
    fn a_missing_path_has_no_known_room() {
        assert_eq!(super::space(Path::new("/no/such/place/fanfare.db")), None);
    }
}
