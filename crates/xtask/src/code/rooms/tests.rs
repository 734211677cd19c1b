use super::*;

#[track_caller]
fn check(krate: &str, source: &str, expected: &[&str]) {
    let krate = CrateCode::from_source(krate, source);
    let found: Vec<String> =
        findings(&krate).into_iter().map(|it| format!("{}: {}", it.line, it.text)).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_decision_in_the_store_is_found_imported_or_called() {
    check(
        "store",
        "use fanfare_core::{Changes, accept};
         fn f() {
             fanfare_core::settle(state);
         }",
        &["1: the store decides: `accept`", "3: the store decides: `settle`"],
    );
}

#[test]
fn types_of_core_and_decisions_of_tests_are_no_decision_of_the_store() {
    check(
        "store",
        "use fanfare_core::{Changes, DecisionState};
         fn f() { fanfare_core::AlertId::new(1); }
         #[cfg(test)] mod tests { use fanfare_core::accept; }",
        &[],
    );
    check("gateway", "use fanfare_core::accept;", &[]);
}

#[test]
fn a_shape_outside_api_is_found_however_it_is_derived() {
    let source = "#[derive(Debug, Serialize)] struct AlertRow;
         #[derive(serde::Deserialize)] enum Answer { A }
         #[derive(Debug)] struct Plain;";
    let expected = |name: &str, line: usize| format!("{line}: `{name}` is JSON, and its place is `api`");
    check("http", source, &[&expected("AlertRow", 1), &expected("Answer", 2)]);
    check("api", source, &[]);
}

#[test]
fn the_json_of_a_command_of_its_own_is_no_shape_of_the_api() {
    let shape =
        |module: &str| format!("mod commands {{ mod {module} {{ #[derive(Serialize)] struct Report; }} }}");
    check("server", &shape("check"), &[]);
    check("server", "mod commands { mod routes { mod tree { #[derive(Serialize)] struct Tree; } } }", &[]);
    check("server", &shape("audit"), &["1: `Report` is JSON, and its place is `api`"]);
    check("server", "#[cfg(test)] mod tests { #[derive(Serialize)] struct Row; }", &[]);
}
