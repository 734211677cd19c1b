use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use fanfare_api::OPENAPI_JSON;
use serde_json::Value;

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
fn nothing_is_served_but_the_endpoints_of_the_document_and_the_sandbox() {
    let paths =
        ["\"/api", "web::to(", "web::get(", "web::post(", "web::resource(", "web::scope(", "#[get", "#[post"];
    let files = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(files.len() > 20, "{files:?}");
    // It takes them from the lists of the document, but for the sandbox's.
    let routes = files.iter().find(|it| it.ends_with("src/routes.rs")).unwrap();
    let of_routes = fs::read_to_string(routes).unwrap();
    let written: Vec<_> = of_routes.match_indices("\"/").map(|(at, _)| &of_routes[at..at + 10]).collect();
    assert_eq!(written, ["\"/sandbox/", "\"/ack/{tok"]);
    for file in files.iter().filter(|it| !it.ends_with("api/tests.rs") && !it.ends_with("src/routes.rs")) {
        let source = fs::read_to_string(file).unwrap();
        for path in paths {
            let found: Vec<_> = lines_with(&source, path).collect();
            assert!(
                found.is_empty(),
                "{}: {found:?}: add it to `fanfare_api::Endpoint` or `RootEndpoint`",
                file.display()
            );
        }
    }
}

/// Every word that the document lists for a state, an outcome or a reason.
fn words_of(schema: &Value, words: &mut BTreeSet<String>) {
    match schema {
        Value::Object(fields) => {
            let listed = fields.get("enum").and_then(Value::as_array);
            words.extend(listed.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned));
            fields.values().for_each(|it| words_of(it, words));
        }
        Value::Array(items) => items.iter().for_each(|it| words_of(it, words)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A state that is compared or written as a text would not be found when it is renamed.
#[test]
fn no_word_of_the_api_stands_as_a_text_in_the_code_that_serves_it() {
    let mut words = BTreeSet::new();
    let document: Value = serde_json::from_str(OPENAPI_JSON).unwrap();
    words_of(&document["components"]["schemas"], &mut words);
    assert!(["delivered", "still firing"].iter().all(|it| words.contains(*it)), "{words:?}");
    let is_product = |file: &&PathBuf| {
        !file.components().any(|it| ["tests", "tests.rs"].map(AsRef::as_ref).contains(&it.as_os_str()))
    };
    for file in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).iter().filter(is_product) {
        let source = fs::read_to_string(file).unwrap();
        for word in &words {
            let text = format!("\"{word}\"");
            let found: Vec<_> = lines_with(&source, &text).collect();
            assert!(found.is_empty(), "{}: {found:?}: take the enum of `fanfare_api`", file.display());
        }
    }
}
