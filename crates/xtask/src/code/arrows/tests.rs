use super::*;

#[track_caller]
fn check(source: &str, expected: &[&str]) {
    let krate = CrateCode::from_source("made-up", source);
    let found: Vec<String> =
        findings(&krate).into_iter().map(|it| format!("{}: {}", it.line, it.text)).collect();
    assert_eq!(found, expected);
}

#[test]
fn a_module_may_use_those_after_it_and_a_parent_its_children() {
    check(
        "mod a { use crate::b::B; mod inner { use super::super::b; } }
         mod b { mod c { pub(crate) struct B; } pub(crate) use c::B; }
         use crate::a::A;",
        &[],
    );
}

#[test]
fn a_module_that_uses_one_before_it_is_found() {
    check(
        "mod a { pub(crate) struct A; }
         mod b { fn f() { crate::a::A; } }",
        &["2: arrow upward: `b` uses `a`"],
    );
}

#[test]
fn a_use_inside_a_macro_is_found() {
    check(
        "mod a { pub(crate) const A: u8 = 1; }
         mod b { fn f() { println!(\"{}\", crate::a::A); } }",
        &["2: arrow upward: `b` uses `a`"],
    );
}

#[test]
fn a_child_that_uses_its_parent_is_found() {
    check(
        "mod a { pub(crate) struct A;
         mod b { use super::A; } }",
        &["2: arrow upward: `a::b` uses `a`"],
    );
}

#[test]
fn a_re_export_is_followed_to_where_the_item_stands() {
    check(
        "pub use crate::a::A;
         mod a { pub struct A; }
         mod b { use crate::A; }",
        &["3: arrow upward: `b` uses `a`"],
    );
}

#[test]
fn a_circle_is_found_once_with_all_its_modules() {
    check(
        "mod a { use crate::b::B; pub struct A; }
         mod b { use crate::c::C; pub struct B; }
         mod c { use crate::a::A; pub struct C; }
         mod d { pub struct D; }",
        &["3: arrow upward: `c` uses `a`", "1: circle below `crate`: a, b, c"],
    );
}

#[test]
fn what_tests_use_is_no_arrow() {
    check(
        "mod a { pub struct A; }
         mod b { #[cfg(test)] mod tests { use crate::a::A; } #[cfg(test)] use crate::a::A; }",
        &[],
    );
}

#[test]
fn what_another_crate_defines_is_no_arrow_but_through_the_root_it_is_one() {
    check(
        "use other::a; pub use other::Thing;
         mod a { use other::Thing; }
         mod b { use crate::Thing; }",
        &["3: arrow upward: `b` uses `crate`"],
    );
}
