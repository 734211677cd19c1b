use super::*;

/// The places of the odd signs of `text`, each with its line and column.
#[track_caller]
fn check(text: &str, expected: &[(u64, u64)]) {
    let problems = odd_signs(text);
    let places: Vec<_> =
        problems.iter().filter_map(|it| it.position).map(|it| (it.line, it.column)).collect();
    assert_eq!(places, expected, "{problems:?}");
}

#[test]
fn a_wide_colon_behind_a_name_is_found() {
    check("server：\n  listen：127.0.0.1:8780", &[(1, 7), (2, 9)]);
    check("- name：x", &[(1, 7)]);
    check("a: { kind：dingtalk，key：x }", &[(1, 10), (1, 19), (1, 23)]);
}

#[test]
fn wide_commas_brackets_and_quotes_are_found() {
    check("channels: [a， b、c]", &[(1, 13), (1, 16)]);
    check("channels: ［a］", &[(1, 11), (1, 13)]);
    check("host: “smtp.example.com”", &[(1, 7), (1, 24)]);
    check("＃ a comment", &[(1, 1)]);
}

#[test]
fn wide_blanks_and_tabs_in_front_of_a_value_are_found() {
    check("\tlisten: x\n\u{3000}a: b\nc:\u{3000}d\ne:\u{a0}f", &[(1, 1), (2, 1), (3, 3), (4, 3)]);
}

#[test]
fn blanks_of_every_width_and_what_nobody_sees_are_found() {
    check("\u{2003}a: b\nc:\u{202f}d\n\u{feff}e: f\ng: h\u{200b}", &[(1, 1), (2, 3), (3, 1), (4, 5)]);
    check("name: 值班\u{3000}一组\nfamily: \u{1f468}\u{200d}\u{1f469}", &[]);
    check("a: \"b\u{200b}\" # \u{200b}", &[]);
}

#[test]
fn wide_letters_digits_and_signs_of_a_plain_word_are_found() {
    check("timeout: １０s\n  ｋｉｎｄ: dingtalk", &[(1, 10), (2, 3)]);
    check("listen: 127。0。0。1:8780\nport: [465, ５８７]", &[(1, 12), (2, 13)]);
    check("－ name: x\nbudget: ～\nto: （a）", &[(1, 1), (2, 9), (3, 5)]);
    let problem = odd_signs("timeout: 1０s").remove(0);
    assert_eq!(problem.to_string(), "1:11: error: `０` (U+FF10) is another sign than `0`: write `10s`");
}

#[test]
fn wide_letters_and_signs_of_chinese_words_are_none() {
    check("keyword: １号机房\nname: 值班（夜）\ndescription: ＵＰＳ故障！", &[]);
}

#[test]
fn the_same_signs_within_a_value_or_a_comment_are_none() {
    check("keyword: 告警：严重，请处理 # 注释：，“”", &[]);
    check("keyword: \"告警：，\"\nname: 值班“一”组\na: ['x，y', \"“z”\"]", &[]);
}

#[test]
fn a_problem_says_what_yaml_has_instead() {
    let problem = odd_signs("server：").remove(0);
    assert_eq!(problem.to_string(), "1:7: error: `：` (U+FF1A) is no sign of YAML: write `: `");
}
