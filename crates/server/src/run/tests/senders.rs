//! The configs in `examples/senders`.

use std::path::Path;

use super::{Outcome, fanfare};

#[test]
fn the_sources_of_other_senders_are_sound() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/senders/fanfare.yaml");
    let said = fanfare(&path, &["check", "--sandbox"]);
    assert_eq!(said.outcome.unwrap(), Outcome::Good, "{}", said.out);
    assert!(said.out.ends_with("fanfare.yaml: OK\n"), "{}", said.out);
    let text = std::fs::read_to_string(&path).unwrap();
    for format in fanfare_sources::FormatKind::all().filter(|it| it.word() != "tkl") {
        assert!(text.contains(&format!("    format: {format}\n")), "{format} has no example");
    }
}
