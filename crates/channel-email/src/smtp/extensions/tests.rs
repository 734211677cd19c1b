use super::*;

fn offer(lines: &[&str]) -> SmtpExtensions {
    let mut extensions = SmtpExtensions::default();
    for line in lines {
        extensions.add(line);
    }
    extensions
}

#[test]
fn keywords_are_understood_in_any_spelling() {
    assert!(offer(&["starttls"]).starttls && offer(&["STARTTLS "]).starttls);
    assert!(!offer(&["XSTARTTLS"]).starttls);
    assert!(offer(&["SmtpUtf8"]).smtputf8);
    assert_eq!(offer(&["AUTH=login", "auth PLAIN,cram-md5"]).mechanisms, ["LOGIN", "PLAIN", "CRAM-MD5"]);
    assert!(!offer(&["AUTH XPLAIN"]).has_mechanism("PLAIN"));
}

#[test]
fn a_size_counts_where_it_names_a_number() {
    assert_eq!(offer(&["SIZE 35882577"]).size, Some(35_882_577));
    assert_eq!(offer(&["SIZE=1000"]).size, Some(1000));
    for line in ["SIZE", "SIZE 0", "SIZE many", "SIZE 99999999999999999999999"] {
        assert_eq!(offer(&[line]).size, None, "{line}");
    }
}
