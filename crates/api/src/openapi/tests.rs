use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::{OPENAPI_JSON, openapi_json};
use crate::{Endpoint, EndpointMethod};

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
    let described: BTreeSet<(&str, &str)> = paths
        .iter()
        .flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(|method| (path.as_str(), method.as_str()))
        })
        .collect();
    let endpoints: BTreeSet<(&str, &str)> = Endpoint::ALL
        .into_iter()
        .map(|it| match it.method() {
            EndpointMethod::Get => (it.path(), "get"),
            EndpointMethod::Post => (it.path(), "post"),
        })
        .collect();
    assert_eq!(described, endpoints);
}

#[test]
fn every_parameter_of_a_path_is_described() {
    let document = checked_in();
    for endpoint in Endpoint::ALL {
        let in_braces: Vec<_> =
            endpoint.path().split('/').filter_map(|it| it.strip_prefix('{')?.strip_suffix('}')).collect();
        let operations = document["paths"][endpoint.path()].as_object().unwrap();
        for operation in operations.values() {
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let in_path: Vec<_> = parameters
                .iter()
                .filter(|it| it["in"] == "path")
                .map(|it| it["name"].as_str().unwrap())
                .collect();
            assert_eq!(in_path, in_braces, "{}", endpoint.path());
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
fn only_the_document_itself_needs_no_token() {
    let document = checked_in();
    for endpoint in Endpoint::ALL {
        for operation in document["paths"][endpoint.path()].as_object().unwrap().values() {
            let is_public = operation["security"] == serde_json::json!([{}]);
            assert_eq!(is_public, endpoint == Endpoint::OpenApi, "{}", endpoint.path());
        }
    }
    assert_eq!(document["security"], serde_json::json!([{ "bearer": [] }]));
}
