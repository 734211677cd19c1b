//! The OpenAPI document, made of the endpoints and the types that are sent.

mod operations;

use std::fmt;

use utoipa::openapi::path::{HttpMethod, PathItem, Paths};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Components, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder};

use self::operations::{operation, schemas};
use crate::{Endpoint, EndpointMethod};

/// The document as it is checked in, and as `/api/v1/openapi.json` serves it.
pub const OPENAPI_JSON: &str = include_str!("../openapi.json");

/// The name of the bearer token in the document.
const BEARER: &str = "bearer";

/// The document of the types and endpoints as they are compiled, as JSON.
///
/// # Errors
///
/// If a schema cannot be written as JSON.
pub fn openapi_json() -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(&document()).map(|it| it + "\n")
}

fn document() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Fanfare")
        .description(Some("The API of a running gateway: alerts, deliveries, dead letters, channels, audit."))
        .license(Some(LicenseBuilder::new().name(env!("CARGO_PKG_LICENSE")).build()))
        .version("1")
        .build();
    let mut components = Components::new();
    components.schemas.extend(schemas());
    components.add_security_scheme(BEARER, SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    OpenApiBuilder::new()
        .info(info)
        .paths(paths())
        .components(Some(components))
        .security(Some([SecurityRequirement::new(BEARER, Vec::<String>::new())]))
        .build()
}

fn paths() -> Paths {
    let mut paths = Paths::new();
    for endpoint in Endpoint::ALL {
        let method = match endpoint.method() {
            EndpointMethod::Get => HttpMethod::Get,
            EndpointMethod::Post => HttpMethod::Post,
        };
        let item = PathItem::new(method, operation(endpoint));
        paths.paths.insert(endpoint.path().to_owned(), item);
    }
    paths
}

/// The name of an operation in generated clients, e.g. `ListAlerts`.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

#[cfg(test)]
mod tests;
