use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::{OPENAPI_JSON, openapi_json};
use crate::{Endpoint, RootEndpoint};

#[test]
fn the_document_that_is_checked_in_is_the_one_of_the_code() {
    let document = openapi_json().unwrap();
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json"), document).unwrap();
        return;
    }
    assert!(
        document == OPENAPI_JSON,
        "crates/api/openapi.json is not up to date; renew it: UPDATE_OPENAPI=1 cargo test -p fanfare-api"
    );
}

fn checked_in() -> Value {
    serde_json::from_str(OPENAPI_JSON).unwrap()
}

#[test]
fn every_endpoint_is_described_and_nothing_else() {
    let document = checked_in();
    let paths = document["paths"].as_object().unwrap();
    let described: BTreeSet<(&str, String)> = paths
        .iter()
        .flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(|method| (path.as_str(), method.clone()))
        })
        .collect();
    let of_root = RootEndpoint::ALL
        .into_iter()
        .flat_map(|it| it.methods().iter().map(move |method| (it.path(), method.name().to_lowercase())));
    let endpoints: BTreeSet<(&str, String)> = Endpoint::ALL
        .into_iter()
        .map(|it| (it.path(), it.method().name().to_lowercase()))
        .chain(of_root)
        .collect();
    assert_eq!(described, endpoints);
}

#[test]
fn every_parameter_of_a_path_is_described() {
    let document = checked_in();
    for (path, operations) in document["paths"].as_object().unwrap() {
        let in_braces: BTreeSet<_> =
            path.split('/').filter_map(|it| it.strip_prefix('{')?.strip_suffix('}')).collect();
        for operation in operations.as_object().unwrap().values() {
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let in_path: BTreeSet<_> = parameters
                .iter()
                .filter(|it| it["in"] == "path")
                .map(|it| it["name"].as_str().unwrap())
                .collect();
            assert_eq!(in_path, in_braces, "{path}");
        }
    }
}

#[test]
fn every_reference_leads_to_a_schema_and_every_schema_is_referred_to() {
    let document = checked_in();
    let mut referred = BTreeSet::new();
    collect_references(&document, &mut referred);
    let schemas: BTreeMap<String, Value> =
        serde_json::from_value(document["components"]["schemas"].clone()).unwrap();
    let defined: BTreeSet<String> = schemas.into_keys().collect();
    assert_eq!(referred, defined);
}

fn collect_references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(name) = fields.get("$ref").and_then(Value::as_str) {
                found.insert(name.strip_prefix("#/components/schemas/").unwrap().to_owned());
            }
            fields.values().for_each(|it| collect_references(it, found));
        }
        Value::Array(items) => items.iter().for_each(|it| collect_references(it, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_schema_and_field_is_explained() {
    let document = checked_in();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        assert!(schema["description"].is_string(), "{name}");
        for (field, schema) in schema["properties"].as_object().into_iter().flatten() {
            assert!(is_explained(schema), "{name}.{field}");
        }
    }
}

/// A field that may be null says it beside the reference to its type.
fn is_explained(schema: &Value) -> bool {
    let alternatives = schema["oneOf"].as_array();
    schema["description"].is_string()
        || alternatives.is_some_and(|them| them.iter().any(|it| it["description"].is_string()))
}

#[test]
fn of_the_api_only_the_document_itself_needs_no_token() {
    let document = checked_in();
    for endpoint in Endpoint::ALL {
        for operation in document["paths"][endpoint.path()].as_object().unwrap().values() {
            let is_public = operation["security"] == serde_json::json!([{}]);
            assert_eq!(is_public, endpoint == Endpoint::OpenApi, "{}", endpoint.path());
        }
    }
    assert_eq!(document["security"], serde_json::json!([{ "bearer": [] }]));
}

/// The operations of the document, each with its method and path.
fn operations(document: &Value) -> Vec<(String, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, item)| {
            let operations = item.as_object().unwrap().iter();
            operations.map(move |(method, operation)| (format!("{method} {path}"), operation))
        })
        .collect()
}

#[test]
fn every_operation_has_a_name_of_its_own() {
    let document = checked_in();
    let operations = operations(&document);
    let names: BTreeSet<&str> =
        operations.iter().map(|(_, it)| it["operationId"].as_str().unwrap()).collect();
    assert_eq!(names.len(), operations.len());
}

/// A client that is answered 503 or 429 shall know when to come again, and one that is answered 401, with what.
#[test]
fn refusals_that_are_not_for_good_say_when_to_try_again() {
    let document = checked_in();
    for (name, operation) in operations(&document) {
        for (status, field) in [("503", "Retry-After"), ("429", "Retry-After"), ("401", "WWW-Authenticate")] {
            let answer = &operation["responses"][status];
            assert!(answer.is_null() || answer["headers"][field].is_object(), "{name}: {status}");
        }
    }
}

#[test]
fn whatever_takes_a_body_says_what_becomes_of_one_that_is_late_or_too_long() {
    let document = checked_in();
    for (name, operation) in operations(&document) {
        // A robot's door answers 200 to that, as its provider would, with another code.
        if operation["requestBody"].is_object() && !name.ends_with("/send") {
            for status in ["400", "408", "413", "503"] {
                assert!(operation["responses"][status].is_object(), "{name}: {status}");
            }
        }
    }
}

/// An answer to a request for the head alone has no content.
#[test]
fn only_a_head_is_answered_to_who_asks_for_it() {
    let document = checked_in();
    let of_head: Vec<_> =
        operations(&document).into_iter().filter(|(it, _)| it.starts_with("head ")).collect();
    assert_eq!(of_head.len(), 5);
    for (name, operation) in of_head {
        let answers = operation["responses"].as_object().unwrap();
        assert!(answers.values().all(|it| it["content"].is_null()), "{name}");
    }
}
