use proptest::prelude::*;

use super::*;

/// The expiry, 2026-03-15T08:40:38Z.
const EXPIRY: i64 = 1_773_564_038;

/// The token that `key` makes of notification 42 until [`EXPIRY`].
const SIGNED: &str = "AQAAAAAAAAAqAAAAAGm2cIbFiFroTLpNpxQ8jjsdGG_5";

fn key() -> AckKey {
    AckKey::new(&std::array::from_fn(|at| u8::try_from(at).unwrap()))
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn token(notification: i64, expires: i64) -> AckToken {
    AckToken { notification: NotificationId(notification), expires: at(expires) }
}

/// The expected texts were computed by another program, the first of them by:
///
/// ```text
/// python3 -c 'import base64, hmac, struct; claim = struct.pack(">Bqq", 1, 42, 1773564038); print(base64.urlsafe_b64encode(claim + hmac.digest(bytes(range(32)), b"fanfare acknowledgement link\n" + claim, "sha256")[:16]).decode())'
/// ```
#[track_caller]
fn check(key: &AckKey, token: AckToken, expected: &str) {
    assert_eq!(key.sign(&token), expected);
    let last_moment = Timestamp::from_nanosecond(token.expires.as_nanosecond() - 1).unwrap();
    assert_eq!(key.read(expected, last_moment), Ok(token));
    assert_eq!(key.read(expected, token.expires), Err(BadAckToken::Expired));
}

#[test]
fn a_link_is_the_one_another_program_makes() {
    check(&key(), token(42, EXPIRY), SIGNED);
    check(&key(), token(1, EXPIRY), "AQAAAAAAAAABAAAAAGm2cIa25JT6tDCbzZuwpDcH4BSB");
    let another = AckKey::new(&[255; 32]);
    check(&another, token(i64::MAX, 253_402_207_200), "AX__________AAAAOv_y0-A-HNvaCOmA_alzg91xSQRf");
}

#[test]
fn a_link_made_by_one_of_the_usual_mistakes_is_refused() {
    use BadAckToken::{Forged, Unreadable};

    let mistakes = [
        ("no prefix", "AQAAAAAAAAAqAAAAAGm2cIaDeaF-eF2VTCgkvD6OTeDf", Forged),
        ("the end of the digest", "AQAAAAAAAAAqAAAAAGm2cIZ1corzIcEzSTDDI6tYDn2K", Forged),
        ("SHA-256 of key and claim", "AQAAAAAAAAAqAAAAAGm2cIY4sAXdbtcw9iUvZbqwDpd8", Forged),
        ("SHA-1", "AQAAAAAAAAAqAAAAAGm2cIZRvbsfLZU67HffFMwd5bcw", Forged),
        // Signed with our key; of no version or time we could have meant.
        ("version 2", "AgAAAAAAAAAqAAAAAGm2cIarAV93hRttWBlJrnslZ0zu", Unreadable),
        ("the last second there is", "AQAAAAAAAAAqf__________wCO2vj67XjYZktpVYQsbf", Unreadable),
        ("little-endian", "ASoAAAAAAAAAhnC2aQAAAACCxQeAg57RZQwkiB9s7DPu", Unreadable),
    ];
    for (mistake, text, expected) in mistakes {
        assert_eq!(key().read(text, at(0)), Err(expected), "{mistake}");
    }
}

#[test]
fn a_link_of_another_gateway_is_forged() {
    assert_eq!(AckKey::new(&[0; 32]).read(SIGNED, at(0)), Err(BadAckToken::Forged));
}

#[test]
fn a_link_has_one_spelling() {
    let spellings = [
        String::new(),
        format!(" {SIGNED}"),
        format!("{SIGNED}\n"),
        format!("{SIGNED}="),
        format!("{SIGNED}===="),
        format!("{SIGNED}A"),
        format!("{SIGNED}AAAA"),
        format!("{SIGNED}{SIGNED}"),
        format!("{}\n{}", &SIGNED[..20], &SIGNED[20..]),
        SIGNED.replace('_', "/"),
        SIGNED.replace('_', "%5F"),
        SIGNED.to_lowercase(),
    ];
    for text in spellings {
        assert!(key().read(&text, at(0)).is_err(), "{text:?}");
    }
}

#[test]
fn a_link_with_one_character_changed_is_refused() {
    let key = key();
    for place in 0..SIGNED.len() {
        for other in ('\0'..='\u{ff}').filter(|it| !SIGNED[place..].starts_with(*it)) {
            let text = format!("{}{other}{}", &SIGNED[..place], &SIGNED[place + 1..]);
            assert!(key.read(&text, at(0)).is_err(), "{text:?}");
        }
    }
}

/// An attacker, with a token altered from a good link.
struct Attacker {
    chance: fastrand::Rng,
    key: AckKey,
}

impl Attacker {
    /// Tries `bytes`, which are not those of a link.
    #[track_caller]
    fn forges(&self, bytes: &[u8]) {
        let text = BASE64_URL_SAFE_NO_PAD.encode(bytes);
        assert_eq!(self.key.read(&text, at(0)), Err(BadAckToken::Forged), "{text}");
    }

    fn guesses_a_signature(&mut self, mut bytes: [u8; CLAIM + TAG]) {
        self.chance.fill(&mut bytes[CLAIM..]);
        self.forges(&bytes);
    }

    /// Puts another notification, or a later expiry, under a good signature.
    fn replays(&mut self, mut bytes: [u8; CLAIM + TAG]) {
        let number = if self.chance.bool() { 1..9 } else { 9..CLAIM };
        let others: [u8; 8] = bytes[number.clone()].try_into().unwrap();
        let others = u64::from_be_bytes(others).wrapping_add(self.chance.u64(1..1_000_000));
        bytes[number].copy_from_slice(&others.to_be_bytes());
        self.forges(&bytes);
    }

    fn flips_a_bit(&mut self, mut bytes: [u8; CLAIM + TAG]) {
        let bit = self.chance.usize(..8 * bytes.len());
        bytes[bit / 8] ^= 1 << (bit % 8);
        self.forges(&bytes);
    }

    fn cuts(&mut self, text: &str) {
        let from = self.chance.usize(..text.len());
        let to = self.chance.usize(from..text.len());
        assert_eq!(
            self.key.read(&text[from..to], at(0)),
            Err(BadAckToken::Unreadable),
            "{text} {from}..{to}"
        );
    }

    fn comes_late(&mut self, text: &str) {
        let now = at(EXPIRY + self.chance.i64(0..100_000_000));
        assert_eq!(self.key.read(text, now), Err(BadAckToken::Expired), "{text} {now}");
    }
}

#[test]
fn of_a_million_forged_expired_replayed_or_cut_links_none_gets_in() {
    let mut attacker = Attacker { chance: fastrand::Rng::with_seed(6), key: key() };
    for id in 0..1_000 {
        let good = token(id, EXPIRY);
        let text = attacker.key.sign(&good);
        assert_eq!(attacker.key.read(&text, at(0)), Ok(good));
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(&text).unwrap().try_into().unwrap();
        for _ in 0..200 {
            attacker.guesses_a_signature(bytes);
            attacker.replays(bytes);
            attacker.flips_a_bit(bytes);
            attacker.cuts(&text);
            attacker.comes_late(&text);
        }
    }
}

#[test]
fn a_link_is_good_for_seven_days() {
    let owed_at: Timestamp = "2026-03-08T08:40:38.9Z".parse().unwrap();
    assert_eq!(AckToken::new(NotificationId(42), owed_at), token(42, EXPIRY));
}

#[test]
fn a_link_never_fails_to_be_made_even_at_the_end_of_time() {
    let text = key().sign(&AckToken::new(NotificationId(1), Timestamp::MAX));
    assert!(key().read(&text, at(EXPIRY)).is_ok());
}

#[test]
fn the_key_does_not_show_itself() {
    assert_eq!(format!("{:?}", AckKey::new(&[77; 32])), "AckKey(..)");
}

proptest! {
    #[test]
    fn what_is_signed_reads_as_the_same_with_the_same_key_only(
        secret: [u8; 32],
        other: [u8; 32],
        notification: i64,
        expires in 1..253_402_207_200_i64,
    ) {
        let token = token(notification, expires);
        let text = AckKey::new(&secret).sign(&token);
        prop_assert_eq!(text.len(), 44);
        prop_assert!(text.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_')), "{}", text);
        prop_assert_eq!(AckKey::new(&secret).read(&text, at(0)), Ok(token));
        prop_assume!(secret != other);
        prop_assert_eq!(AckKey::new(&other).read(&text, at(0)), Err(BadAckToken::Forged));
    }

    #[test]
    fn no_text_breaks_the_reader(text: String) {
        prop_assert!(key().read(&text, at(0)).is_err());
    }
}
