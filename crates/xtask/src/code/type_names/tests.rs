use super::*;
use crate::code::CrateCode;

#[test]
fn a_name_that_two_crates_define_is_found_in_both() {
    let a = CrateCode::from_source("a", "struct Door;\nmod yard { enum Gate {} trait Key {} }");
    let b = CrateCode::from_source("b", "struct Window;\n#[cfg(test)] mod tests { type Door = u8; }");
    let code = CodeBase { crates: vec![a, b] };
    let names = TypeNames::new(&code);
    assert_eq!((names.len(), names.repeated().collect::<Vec<_>>()), (4, vec!["Door"]));
    let found: Vec<String> = names.findings().iter().map(ToString::to_string).collect();
    let expected = [
        "crates/a/src/lib.rs:1: `Door` is also defined at crates/b/src/lib.rs:2",
        "crates/b/src/lib.rs:2: `Door` is also defined at crates/a/src/lib.rs:1",
    ];
    assert_eq!(found, expected);
}
