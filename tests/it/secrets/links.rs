//! Acknowledgement links in messages, and the key that signs them.

use std::collections::BTreeSet;

use fanfare_sandbox::ShownMessage;
use rusqlite::Connection;

use super::{SecretsSetup, channels, check_hidden};
use crate::harness::{PATIENCE, TestAnswer, TestRequest, await_some, until};

/// The tokens of all links that people have seen.
fn tokens(scene: &SecretsSetup) -> BTreeSet<String> {
    let is_of_token = |c: &char| c.is_ascii_alphanumeric() || *c == '-' || *c == '_';
    let seen = scene.providers.messages();
    let links = seen.iter().flat_map(|it| it.shown.text.split("/ack/").skip(1));
    links.map(|it| it.chars().take_while(is_of_token).collect()).collect()
}

/// The one whose link acknowledges an alarm that people have just heard of.
fn link(scene: &SecretsSetup) -> String {
    until("there is a link", || !tokens(scene).is_empty(), PATIENCE);
    format!("/ack/{}", tokens(scene).pop_first().unwrap())
}

fn acknowledge(scene: &SecretsSetup, link: &str, form: &str) -> TestAnswer {
    let form =
        TestRequest::new("POST", link).header("Content-Type", "application/x-www-form-urlencoded").body(form);
    form.send(scene.gateway.address())
}

#[test]
fn a_link_stands_in_messages_and_nowhere_else() {
    let scene = SecretsSetup::new(vec![]);
    let refused = scene.live();
    let link = link(&scene);
    for method in ["GET", "HEAD", "PUT"] {
        TestRequest::new(method, &link).send(scene.gateway.address());
        TestRequest::new(method, &format!("{link}x")).send(scene.gateway.address());
    }
    assert_eq!(acknowledge(&scene, &link, "name=Wang").status, 200);
    let tokens = tokens(&scene);
    assert!(tokens.iter().all(|it| it.len() == 44), "33 bytes in base64: {tokens:?}");
    let places: Vec<_> = scene.places(refused).into_iter().filter(|it| it.0 != "what people see").collect();
    for token in &tokens {
        check_hidden(token, &places);
    }
}

#[test]
fn the_key_that_signs_links_stands_in_one_place_of_the_database_and_nowhere_else() {
    let scene = SecretsSetup::new(vec![]);
    let refused = scene.live();
    acknowledge(&scene, &link(&scene), "name=Wang");
    let site = std::sync::Arc::clone(scene.gateway.site());
    let db = Connection::open(site.path("data/fanfare.db")).unwrap();
    let key: Vec<u8> = db.query_row("SELECT ack_key FROM instance", [], |row| row.get(0)).unwrap();
    assert_eq!(key.len(), 32);
    assert_eq!(columns_with(&db, &key), ["instance.ack_key"]);
    let is_database = |place: &str| place.starts_with("the database");
    let places: Vec<_> = scene.places(refused).into_iter().filter(|it| !is_database(&it.0)).collect();
    check_hidden(&key, &places);
}

/// The columns of the database in which these bytes stand.
fn columns_with(db: &Connection, bytes: &[u8]) -> Vec<String> {
    let sql =
        "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table'";
    let mut columns = db.prepare(sql).unwrap();
    let columns = columns.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    let columns: Vec<(String, String)> = columns.map(Result::unwrap).collect();
    let holds = |(table, column): &(String, String)| {
        let sql =
            format!("SELECT EXISTS (SELECT 1 FROM \"{table}\" WHERE instr(CAST(\"{column}\" AS BLOB), ?1))");
        db.query_row(&sql, [bytes], |row| row.get::<_, bool>(0)).unwrap()
    };
    columns.into_iter().filter(holds).map(|(table, column)| format!("{table}.{column}")).collect()
}

#[test]
fn whoever_only_looks_acknowledges_nothing_whatever_he_adds() {
    let scene = SecretsSetup::new(vec![]);
    scene.live();
    let link = link(&scene);
    let tricks = [
        TestRequest::get(&link).header("X-HTTP-Method-Override", "POST"),
        TestRequest::get(&link).header("X-HTTP-Method", "POST").header("X-Method-Override", "POST"),
        TestRequest::get(&format!("{link}?_method=POST&name=Mallory")),
        TestRequest::get(&link)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body("name=Mallory"),
        TestRequest::new("HEAD", &link).header("X-HTTP-Method-Override", "POST"),
        TestRequest::new("post", &link).body("name=Mallory"),
        TestRequest::new("OPTIONS", &link).header("Access-Control-Request-Method", "POST"),
        TestRequest::new("TRACE", &link),
        TestRequest::new("POST", &link.replace("/ack/", "/ack//")).body("name=Mallory"),
        TestRequest::new("POST", &format!("/ack/../{}", &link[1..])).body("name=Mallory"),
        TestRequest::new("POST", &link.to_uppercase()).body("name=Mallory"),
        TestRequest::new("POST", &link).body(vec![b'x'; 10_000_000]),
    ];
    for trick in tricks {
        // Who sends very much may be hung up on.
        if let Ok(answer) = trick.try_send(scene.gateway.address()) {
            assert!(!answer.body.contains("Mallory"), "{trick:?}: {answer:?}");
            assert_eq!(answer.header("Access-Control-Allow-Origin"), None, "{answer:?}");
        }
    }
    let page = TestRequest::get(&link).send(scene.gateway.address());
    assert!(page.body.contains("<button>"), "{page:?}");
}

#[test]
fn a_name_is_only_a_name() {
    let scene = SecretsSetup::new(vec![]);
    scene.live();
    let link = link(&scene);
    // <script>x</script>\r\nSet-Cookie: a=b [x](http://e.test) @all
    let name = "%3Cscript%3Ex%3C/script%3E%0D%0ASet-Cookie:%20a=b%20%5Bx%5D(http://e.test)%20@all";
    let before = scene.providers.messages().len();
    let page = acknowledge(&scene, &link, &format!("name={name}"));
    assert_eq!((page.status, page.header("Set-Cookie")), (200, None), "{page:?}");
    assert!(page.body.contains("&lt;script&gt;x&lt;/script&gt; Set-Cookie: a=b"), "{}", page.body);
    let told = || {
        let told = scene.providers.messages().split_off(before);
        let is_told = |channel: &str| told.iter().any(|it| it.target == channel);
        channels().all(is_told).then_some(told)
    };
    let told = await_some(told, PATIENCE).expect("everybody hears who takes care");
    for message in told {
        let ShownMessage { text, mentioned, .. } = &message.shown;
        assert!(text.contains("script") && mentioned.is_empty(), "{message:?}");
        // Where it would be more than text.
        let is_link = message.shown.form.contains("markdown") && text.contains("[x](http://e.test)");
        assert!(!is_link, "{message:?}");
    }
}
