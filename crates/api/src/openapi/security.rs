//! Credentials: what opens the doors, by the names that operations refer to.

use utoipa::openapi::Components;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, Http, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};

/// The token of the API, `server.auth.bearer` in the config.
const BEARER: &str = "bearer";

/// The token of a source.
const SOURCE_BEARER: &str = "source_bearer";

/// The credentials of a source, beside a token in its address.
const OF_SOURCES: [&str; 5] =
    [SOURCE_BEARER, "source_basic", "source_signature", "source_hub_signature", "source_certificate"];

/// The requirement of whoever asks the API.
pub(super) fn of_operators() -> SecurityRequirement {
    requirement(BEARER)
}

/// The requirements of a source, of which one must be met. None, too: a source may be open to anybody, and the token
/// may stand in the path.
pub(super) fn of_senders() -> Vec<SecurityRequirement> {
    let none = [SecurityRequirement::default()];
    OF_SOURCES.map(requirement).into_iter().chain(none).collect()
}

fn requirement(name: &str) -> SecurityRequirement {
    SecurityRequirement::new(name, Vec::<String>::new())
}

/// Adds every credential to the document.
pub(super) fn add_schemes(components: &mut Components) {
    components.add_security_scheme(BEARER, SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    let schemes = OF_SOURCES.into_iter().zip([
        http(HttpAuthScheme::Bearer, "`auth.bearer` of the source."),
        http(HttpAuthScheme::Basic, "`auth.basic` of the source."),
        signature(
            "webhook-signature",
            "The body signed by Standard Webhooks, with `webhook-id` and `webhook-timestamp` beside it: <https://www.standardwebhooks.com/>.",
        ),
        signature("X-Hub-Signature-256", "The body signed as GitHub signs: `sha256=` and the HMAC in hex."),
        SecurityScheme::MutualTls {
            description: Some("`auth.client_certificate` of the source, where the listener has TLS.".to_owned()),
            extensions: None,
        },
    ]);
    for (name, scheme) in schemes {
        components.add_security_scheme(name, scheme);
    }
}

fn http(scheme: HttpAuthScheme, description: &str) -> SecurityScheme {
    SecurityScheme::Http(HttpBuilder::new().scheme(scheme).description(Some(description)).build())
}

fn signature(header: &str, description: &str) -> SecurityScheme {
    SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description(header, description)))
}
