use super::*;

#[track_caller]
fn check(krate: &str, source: &str, expected: &[&str]) {
    let krate = CrateCode::from_source(krate, source);
    let found: Vec<String> =
        findings(&krate).into_iter().map(|it| format!("{}: {}", it.line, it.text)).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_statement_counts_once_however_it_is_run() {
    check(
        "store",
        "fn f() {
            connection.prepare_cached(SQL)?.execute(params)?;
            connection.execute(SQL, params)?;
            connection.query_row(SQL, params, read)?;
            statement.query_row(params, read)?;
        }",
        &["2: SQL: `.prepare_cached(…)`", "3: SQL: `.execute(…)`", "4: SQL: `.query_row(…)`"],
    );
}

#[test]
fn tables_reads_and_the_engine_speak_sql_and_so_do_tests() {
    check(
        "store",
        "mod tables { fn f() { c.prepare(SQL) } }
         mod read { mod alerts { fn f() { c.prepare(SQL) } } }
         mod engine { fn f() { c.prepare(SQL) } }
         #[cfg(test)] mod tests { fn f() { c.prepare(SQL) } }
         mod accept { fn f() { c.prepare(SQL) } }",
        &["5: SQL: `.prepare(…)`"],
    );
}

#[test]
fn another_crate_has_methods_of_the_same_name() {
    check("gateway", "fn f() { lane.prepare(batch) }", &[]);
}
