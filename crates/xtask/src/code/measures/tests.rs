use super::*;

/// Functions of 1, 2, … lines.
fn of_lines(lines: impl IntoIterator<Item = usize>) -> String {
    lines.into_iter().map(|it| format!("fn f() {{{}}}\n", "\n".repeat(it - 1))).collect()
}

fn measured(name: &str, source: &str) -> CodeMeasures {
    measure(&CodeBase { crates: vec![CrateCode::from_source(name, source)] })
}

#[test]
fn a_function_is_as_long_as_its_lines_from_fn_to_brace() {
    let measures = measured("core", &of_lines(1..=100));
    assert_eq!(measures.functions, FunctionLines { count: 100, p50: 50, p90: 90, p99: 99, max: 100 });
    let too_long = measures.findings.iter().filter(|it| it.rule == Rule::LongFunction).count();
    assert_eq!(too_long, 41, "60 to 100 lines");
}

#[test]
fn methods_and_bodies_in_traits_count_and_what_is_for_tests_does_not() {
    let source = "impl A { fn a() {} #[cfg(test)] fn b() {} }
                  trait B { fn c(); fn d() {} }
                  #[cfg(test)] mod tests { fn e() {} }
                  #[test] fn f() {}";
    assert_eq!(measured("core", source).functions.count, 2);
}

#[test]
fn the_functions_of_a_tool_are_shown_and_not_added_up() {
    let measures = measured("xtask", &of_lines([70]));
    assert_eq!((measures.functions.count, measures.crates[0].functions.max), (0, 70));
    assert_eq!(measures.findings, []);
}

#[test]
fn a_proportion_is_given_in_percent() {
    assert_eq!(Proportion { found: 1, of: 8 }.percent(), 12.5);
    assert_eq!(Proportion { found: 0, of: 0 }.percent(), 0.0);
}
