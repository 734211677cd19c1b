use super::*;

#[test]
fn a_strange_body_is_quoted_on_one_line_and_cut() {
    assert_eq!(quote("<html>\r\n  <h1>403</h1>\n", 200), "<html> <h1>403</h1>");
    assert_eq!(quote("温度过高", 9), "温度…");
}

#[test]
fn the_address_a_provider_saw_is_found_in_its_words() {
    let wecom = "not allow to access from your ip, hint: [1700000000_1_2], from ip: 203.0.113.7, more info at https://open.work.weixin.qq.com/devtool/query?e=60020";
    assert_eq!(ip_in(wecom), "203.0.113.7".parse().ok());
    assert_eq!(ip_in("ip 2001:db8::17 not in whitelist"), "2001:db8::17".parse().ok());
    assert_eq!(ip_in("1.2 at 12:30, errcode 310000"), None);
}

#[test]
fn a_secret_is_blanked_as_it_is_and_as_it_stands_in_an_address() {
    let secrets = ["r4CWp/Dz+Ng0sbTj==".to_owned()];
    assert_eq!(blank("?sign=r4CWp%2FDz%2BNg0sbTj%3D%3D&x", &secrets), "?sign=***&x");
    assert_eq!(blank("sign r4CWp/Dz+Ng0sbTj==", &secrets), "sign ***");
}

#[test]
fn a_short_text_is_no_secret() {
    assert_eq!(blank(r#"{"errcode":0}"#, &["0".to_owned(), "code".to_owned()]), r#"{"errcode":0}"#);
}

#[test]
fn of_a_secret_that_is_part_of_another_nothing_is_left() {
    let secrets = ["hunter2".to_owned(), "hunter2-and-more".to_owned()];
    assert_eq!(blank("key hunter2-and-more", &secrets), "key ***");
}
