//! A hash that every build and every machine computes alike.

/// The first half of SHA-256 over `parts`, each with its length before it, so that `ab` + `c` is not `a` + `bc`:
/// 32 lowercase hex digits.
#[must_use]
pub fn stable_hash(parts: &[&str]) -> String {
    use sha2::{Digest, Sha256};

    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    let digest = hash.finalize();
    digest[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}
