use std::fs;
use std::path::{Path, PathBuf};

/// Every source file below `folder`.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    entries.flat_map(|it| if it.is_dir() { sources(&it) } else { vec![it] }).collect()
}

/// Lines of code, not of comments, that hold `text`.
fn lines_with<'a>(source: &'a str, text: &'a str) -> impl Iterator<Item = &'a str> {
    source.lines().filter(move |it| it.contains(text) && !it.trim_start().starts_with("//"))
}

#[test]
fn nothing_is_served_under_api_v1_but_the_endpoints_of_the_document() {
    let paths = ["\"/api", "scope("];
    let files = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(files.len() > 20, "{files:?}");
    for file in files.iter().filter(|it| !it.ends_with("api/tests.rs")) {
        let source = fs::read_to_string(file).unwrap();
        for path in paths {
            let found: Vec<_> = lines_with(&source, path).collect();
            assert!(found.is_empty(), "{}: {found:?}: add it to `fanfare_api::Endpoint`", file.display());
        }
    }
}
