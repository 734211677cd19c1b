use std::io::Write as _;

use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use actix_web::web::Bytes;
use encoding_rs::GBK;
use fanfare_sources::BodyType;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

use super::{Compression, ContentType};
use crate::request::BodyLimit;

const LIMIT: BodyLimit = BodyLimit { bytes: 1_000, advice: "send less" };

fn headers(name: HeaderName, value: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(name, HeaderValue::from_str(value).unwrap());
    headers
}

#[track_caller]
fn check(content_type: &str, body: impl Into<Vec<u8>>, expected: &str) {
    let content = ContentType::from_headers(&headers(CONTENT_TYPE, content_type));
    let read = content.decode(Bytes::from(body.into()), &HeaderMap::new(), BodyType::Json);
    assert_eq!(String::from_utf8_lossy(&read), expected, "{content_type}");
}

#[test]
fn a_text_stays_as_it_is_although_curl_says_that_it_is_a_form() {
    let content = ContentType::from_headers(&headers(CONTENT_TYPE, "application/x-www-form-urlencoded"));
    let read = content.decode(Bytes::from("50 % full: a=b&c"), &HeaderMap::new(), BodyType::Text);
    assert_eq!(String::from_utf8_lossy(&read), "50 % full: a=b&c");
}

#[test]
fn json_is_json_whatever_its_type_says() {
    const JSON: &str = r#"{"desc": "a=b&c=d"}"#;
    for content_type in [
        "",
        "application/json",
        "text/plain;charset=UTF-8",
        "application/octet-stream",
        "application/x-www-form-urlencoded",
        "x",
    ] {
        check(content_type, JSON, JSON);
    }
}

#[test]
fn a_form_is_its_json_or_an_object_of_its_fields() {
    let form = "application/x-www-form-urlencoded; charset=utf-8";
    check(form, "payload=%7B%22a%22%3A1%7D", r#"{"a":1}"#);
    check(form, "%7B%22a%22%3A1%7D", r#"{"a":1}"#);
    check(form, "token=x&payload=%5B%7B%22a%22%3A1%7D%5D", r#"[{"a":1}]"#);
    check(form, "eui=aa01&desc=Tank+2+leaks", r#"{"desc":"Tank 2 leaks","eui":"aa01"}"#);
    check(form, "eui=aa01&desc=%E6%BC%8F%E6%B0%B4", r#"{"desc":"漏水","eui":"aa01"}"#);
    // Python: urllib.parse.quote('三号泵房漏水', encoding='gbk'); the last two alone would be UTF-8 as well.
    check(
        "application/x-www-form-urlencoded",
        "eui=aa01&desc=%C8%FD%BA%C5%B1%C3%B7%BF%C2%A9%CB%AE",
        r#"{"desc":"三号泵房漏水","eui":"aa01"}"#,
    );
    check("application/x-www-form-urlencoded; charset=gbk", "desc=%C2%A9%CB%AE", r#"{"desc":"漏水"}"#);
    check(form, "  [1]", "  [1]");
    check("text/plain", "eui=aa01", "eui=aa01");
}

#[test]
fn a_text_is_read_in_the_character_set_that_it_has() {
    let chinese = "{\"desc\":\"三号泵房漏水，请检查\"}";
    let (gbk, _, _) = GBK.encode(chinese);
    check("application/json", chinese, chinese);
    check("application/json", gbk.as_ref(), chinese);
    check("application/json; charset=GB2312", gbk.as_ref(), chinese);
    check("application/json; charset=\"gbk\"", gbk.as_ref(), chinese);
    check("application/json; charset=iso-8859-1", chinese, chinese);
    check("application/json; charset=iso-8859-1", &b"{\"desc\":\"K\xe4lte\"}"[..], "{\"desc\":\"Kälte\"}");
    check("application/json; charset=no-such", chinese, chinese);
    let utf16: Vec<u8> = "\u{feff}{\"a\":1}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    check("application/json", utf16, "{\"a\":1}");
}

#[test]
fn a_character_cut_in_two_does_not_spoil_the_others() {
    let mut cut = "{\"desc\":\"三号泵房漏水".as_bytes().to_vec();
    cut.pop();
    cut.extend_from_slice(b"\"}");
    check("application/json", cut, "{\"desc\":\"三号泵房漏\u{fffd}\"}");
}

#[test]
fn nothing_that_has_no_meaning_is_made_up() {
    check("application/json", vec![0xff, 0xfe, 0x00], "\u{fffd}\u{fffd}\0");
}

fn compressed(kind: &str, text: &[u8]) -> Vec<u8> {
    let level = flate2::Compression::default();
    match kind {
        "gzip" => {
            let mut encoder = GzEncoder::new(Vec::new(), level);
            encoder.write_all(text).unwrap();
            encoder.finish().unwrap()
        }
        "zlib" => {
            let mut encoder = ZlibEncoder::new(Vec::new(), level);
            encoder.write_all(text).unwrap();
            encoder.finish().unwrap()
        }
        _ => {
            let mut encoder = DeflateEncoder::new(Vec::new(), level);
            encoder.write_all(text).unwrap();
            encoder.finish().unwrap()
        }
    }
}

#[track_caller]
fn expand(stated: &str, body: &[u8]) -> Result<String, String> {
    let compression =
        Compression::from_headers(&headers(CONTENT_ENCODING, stated)).map_err(|it| it.to_string())?;
    if !compression.applies_to(body) {
        return Ok(String::from_utf8_lossy(body).into_owned());
    }
    let expanded = compression.expand(body, LIMIT).map_err(|it| it.to_string())?;
    Ok(String::from_utf8_lossy(&expanded).into_owned())
}

#[test]
fn a_compressed_body_is_expanded_also_where_its_header_is_wrong() {
    const TEXT: &str = r#"{"eui":"aa01","desc":"Tank 2 leaks"}"#;
    let gzip = compressed("gzip", TEXT.as_bytes());
    for stated in ["gzip", "x-gzip", "GZIP", "identity", ""] {
        assert_eq!(expand(stated, &gzip).as_deref(), Ok(TEXT), "{stated}");
        assert_eq!(expand(stated, TEXT.as_bytes()).as_deref(), Ok(TEXT), "{stated}");
    }
    for kind in ["zlib", "raw"] {
        assert_eq!(expand("deflate", &compressed(kind, TEXT.as_bytes())).as_deref(), Ok(TEXT), "{kind}");
    }
    let twice =
        [compressed("gzip", &TEXT.as_bytes()[..9]), compressed("gzip", &TEXT.as_bytes()[9..])].concat();
    assert_eq!(expand("gzip", &twice).as_deref(), Ok(TEXT));
}

#[test]
fn a_compressed_body_is_bounded_by_what_it_expands_to() {
    let huge = compressed("gzip", &[b' '; 1_000_000]);
    assert!(huge.len() < 2_000);
    assert!(expand("gzip", &huge).unwrap_err().contains("larger than 1000 bytes"));
    assert!(
        expand("deflate", &compressed("zlib", &[b' '; 1_001]))
            .unwrap_err()
            .contains("larger than 1000 bytes")
    );
    assert_eq!(expand("gzip", &compressed("gzip", &[b' '; 1_000])).map(|it| it.len()), Ok(1_000));
}

#[test]
fn what_cannot_be_expanded_is_refused_with_the_reason() {
    let gzip = compressed("gzip", b"{\"a\":1}");
    assert!(expand("gzip", &gzip[..gzip.len() - 9]).unwrap_err().contains("cut off or damaged"));
    for stated in ["br", "zstd", "gzip, br", "deflate, deflate"] {
        assert!(expand(stated, b"x").unwrap_err().contains("Content-Encoding: gzip"), "{stated}");
    }
}
