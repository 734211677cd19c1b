//! The secrets that are searched for, in every form in which they may hide.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};

/// The forms in which `secret` may stand somewhere: as it is, as in an address, in base64
/// beside other bytes (`AUTH PLAIN`, `Basic`), in hexadecimal, and as Rust shows bytes.
fn forms(secret: &[u8]) -> Vec<String> {
    // RFC 3986 §2.3: what needs no encoding.
    let is_unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let in_address =
        |byte: &u8| if is_unreserved(*byte) { char::from(*byte).to_string() } else { format!("%{byte:02X}") };
    let percent_encoded: String = secret.iter().map(in_address).collect();
    let bytes: Vec<String> = secret.iter().map(u8::to_string).collect();
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let in_base64 = (0..3).flat_map(|shift| {
        let before = [&b"\0\0"[..shift], secret].concat();
        // Only the characters that no neighbouring byte has a part in.
        let whole = (shift * 8).div_ceil(6)..before.len() * 8 / 6;
        [BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD]
            .map(|it| it.encode(&before)[whole.clone()].to_owned())
    });
    let as_it_is = str::from_utf8(secret).ok().map(str::to_owned);
    let encoded = [percent_encoded, bytes.join(", "), hex.to_uppercase(), hex];
    as_it_is.into_iter().chain(encoded).chain(in_base64).collect()
}

/// The form of `secret` that stands in `text`.
pub(super) fn find(secret: impl AsRef<[u8]>, text: &str) -> Option<String> {
    forms(secret.as_ref()).into_iter().find(|form| text.contains(form))
}

#[test]
fn a_secret_is_found_in_every_form() {
    let check = |text: &str| assert!(find("Zq7+marker", text).is_some(), "{text}");
    check("sent to Zq7+marker.");
    assert!(
        find("Zq7+a-marker", "https://oapi.dingtalk.com/robot/send?access_token=Zq7%2Ba-marker&sign=1")
            .is_some()
    );
    check("[0, 90, 113, 55, 43, 109, 97, 114, 107, 101, 114, 10]");
    // By `printf 'Zq7+marker' | xxd -p`.
    check("5a71372b6d61726b6572");
    // By `printf 'TEXT' | base64`, for `Zq7+marker`, ` Zq7+marker`, and `\0me\0Zq7+marker`.
    check("WnE3K21hcmtlcg==");
    check("IFpxNyttYXJrZXI=");
    check("AG1lAFpxNyttYXJrZXI=");
}

#[test]
fn what_only_resembles_a_secret_is_not_found() {
    for text in ["Zq7+marke", "zq7+MARKER", "Zq7%2Bmarke", "", "***"] {
        assert_eq!(find("Zq7+marker", text), None);
    }
}
