use super::{guessable, unusable};

#[test]
fn a_token_that_no_header_can_carry_is_refused() {
    for token in
        ["Bearer abcdefgh", "bearer x", "Authorization: Bearer x", "two words", "a\tb", "schlüssel", "令牌"]
    {
        assert!(unusable(token).is_some(), "{token}");
    }
    for token in ["bearer-of-news", "Zq7+k3/Vw9==", "a.b_c~d", "!#$%&*"] {
        assert_eq!(unusable(token), None, "{token}");
    }
}

#[test]
fn a_token_that_anybody_tries_first_is_doubted() {
    for token in
        ["secret", "Token", "123456", "API_TOKEN", "api-token", "pass-word", "aaaaaaaaaaaaaaaa", "k3Vw9"]
    {
        assert!(guessable(token).is_some(), "{token}");
    }
    for token in ["the-token-of-the-api", "k3Vw9x", "SEC-token", "0f8c4a2b"] {
        assert_eq!(guessable(token), None, "{token}");
    }
}
