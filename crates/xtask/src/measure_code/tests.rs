use super::*;
use crate::code::CrateCode;

#[test]
fn a_share_is_shown_with_its_parts() {
    assert_eq!(share(Proportion { found: 1, of: 40 }), "1 of 40 (2.5 %)");
    assert_eq!(share(Proportion { found: 0, of: 0 }), "0 of 0 (0.0 %)");
}

#[test]
fn a_revision_that_is_not_there_is_named() {
    let problem = measure_revision("no-such-revision").unwrap_err();
    assert_eq!(problem.to_string(), "git knows no revision `no-such-revision`");
}

#[test]
fn a_crate_of_either_side_has_the_figures_of_both() {
    let side = |names: &[&str]| {
        let crates = names.iter().map(|name| CrateCode::from_source(name, "fn f() {\n}")).collect();
        measure(&CodeBase { crates })
    };
    let report = CodeReport {
        here: side(&["core", "store", "xtask"]),
        against: Some(("v1".to_owned(), side(&["core", "server"]))),
    };
    let rows = report.table_of_crates().to_string();
    let row = |name: &str| {
        let row = rows.lines().find(|it| it.contains(&format!(" {name} "))).unwrap();
        row.replace(['│', '┆'], " ").split_whitespace().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(row("core"), ["1", "1", "2/2/2/2", "0", "1", "1", "2/2/2/2", "0"]);
    assert_eq!(row("store"), ["1", "1", "2/2/2/2", "0"]);
    assert_eq!(row("server"), ["1", "1", "2/2/2/2", "0"]);
    assert!(rows.contains("files, v1") && rows.contains("xtask (tool)"), "{rows}");
}
