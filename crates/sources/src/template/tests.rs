use super::*;

#[track_caller]
fn check(template: &str, expected: Option<&str>) {
    let body = br#"{"host": "web-1", "id": 12345678901234567890, "t": 8.5, "on": true, "list": [1, 2],
                    "deep": {"a": "<b>"}, "empty": ""}"#;
    let context = template_value(&Json::parse(body).unwrap());
    let template: Template = template.parse().unwrap();
    assert_eq!(template.render(&context, &WorkBudget::default()).as_deref(), expected);
}

#[test]
fn fields_stand_where_the_template_names_them() {
    check("{{ host }} is at {{ t }} °C", Some("web-1 is at 8.5 °C"));
    check("{{ id }}", Some("12345678901234567890"));
    check("{{ deep.a }}", Some("<b>"));
    check("{% for n in list %}{{ n }};{% endfor %}", Some("1;2;"));
    check("{{ 'hot' if t > 8 else 'cold' }}", Some("hot"));
    check("{{ rack | default('no rack') }}", Some("no rack"));
}

#[test]
fn a_missing_field_or_too_much_work_gives_no_text() {
    check("{{ rack }}", None);
    check("{{ empty }}", None);
    check("{% for a in range(10000) %}{% for b in range(10000) %}x{% endfor %}{% endfor %}", None);
}

#[test]
fn a_template_that_cannot_be_read_is_refused_in_one_line() {
    for text in ["{{ host", "{% if %}", "{{ host | nofilter( }}"] {
        let complaint = text.parse::<Template>().unwrap_err();
        assert!(complaint.starts_with("not a template: "), "{complaint}");
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
    }
}

#[test]
fn a_name_that_no_template_knows_is_a_mistake_in_any_branch() {
    for (text, name) in [
        ("{{ host | uper }}", "filter `uper`"),
        ("{% if rare is defined %}{{ now() }}{% endif %}", "function `now`"),
        ("{% if host is defind %}x{% endif %}", "test `defind`"),
        ("{{ a }} {{ b | default('x') | shout(1) }}", "filter `shout`"),
    ] {
        let err = text.parse::<Template>().unwrap_err();
        assert!(err.contains(name), "{err}");
    }
    for text in [
        "{{ host | upper }} | {{ 'a | none() of' }} (x)",
        "{% for i in range(3) if not (i is odd) %}{{ host.split('.') | first }}{% endfor %}",
        "{{ host }}{# | nothing() #}",
        "{% if a and (b or c) %}{{ x is not none }}{% endif %}",
    ] {
        assert!(text.parse::<Template>().is_ok(), "{text}: {:?}", text.parse::<Template>().err());
    }
}
