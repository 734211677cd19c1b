use super::*;

/// The rules that `doc` breaks, and the word it stumbles over.
#[track_caller]
fn check(doc: &str, opening: Option<&str>, expected: &[Rule]) {
    let krate = CrateCode::from_source("made-up", &format!("/** {doc} */ struct Door;"));
    let found: Vec<Rule> = findings(&krate).into_iter().map(|it| it.rule).collect();
    assert_eq!((riddle(doc), found.as_slice()), (opening, expected), "{doc}");
}

#[test]
fn a_doc_comment_that_names_its_noun_or_verb_is_good() {
    check("A channel's pending deliveries, in the order of sending.", None, &[]);
    check("Reads the configuration.", None, &[]);
    check("`None` if there was no run.", None, &[]);
    check("Item of a list.", None, &[]);
}

#[test]
fn a_doc_comment_that_opens_with_a_pronoun_or_a_question_word_is_found() {
    check("What it tells people.", Some("What"), &[Rule::DocOpening]);
    check("It's what waits.", Some("It's"), &[Rule::DocOpening]);
    check("**Who** asked for it.", Some("Who"), &[Rule::DocOpening]);
    check(" If all goes well.", Some("If"), &[Rule::DocOpening]);
}

#[test]
fn a_doc_comment_of_two_words_is_found() {
    check("Its number.", Some("Its"), &[Rule::DocOpening, Rule::ShortDoc]);
    check("The door —", None, &[Rule::ShortDoc]);
    check("```yaml\nkind: dingtalk at home\n```", None, &[]);
}

#[test]
fn lines_that_belong_together_are_one_doc_comment_also_inside_a_macro() {
    let source =
        "/// A door\n/// to the yard.\nstruct Door;\nmacro! {\n    /// What it is.\n    fn it() {}\n}\n";
    let found: Vec<(usize, String)> =
        docs(source.parse().unwrap()).into_iter().map(|it| (it.line, it.text)).collect();
    assert_eq!(found, [(1, " A door\n to the yard.".to_owned()), (5, " What it is.".to_owned())]);
}
