//! The OpenAPI document, made of the endpoints and the types that are sent.

mod operations;
mod root_operations;
mod schemas;
mod security;
mod parts;

use std::fmt;

use utoipa::openapi::path::{HttpMethod, Operation, PathItem, Paths};
use utoipa::openapi::{Components, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder};

use self::operations::operation;
use self::root_operations::root_operation;
use self::schemas::schemas;
use crate::{Endpoint, EndpointMethod, RootEndpoint};

/// The document as it is checked in, and as `/api/v1/openapi.json` serves it.
pub const OPENAPI_JSON: &str = include_str!("../openapi.json");

/// The description of the document: the answers that any path may give, whatever its operations say.
const DESCRIPTION: &str = "\
The HTTP doors of a running gateway: alerts and heartbeats of senders, the page behind the link in a message, probes, metrics, \
and the API of operators under `/api/v1`.

A path that is asked by a method that it does not know answers 405, with those it knows in `Allow`; a path that there is not \
answers 404. A head that is no HTTP/1 answers 400, one that is too long 431, and one that does not come in time 408, each \
without a body. A gateway with `--sandbox` has the sandbox's pages beside these, under `/sandbox`.";

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
        .description(Some(DESCRIPTION))
        .license(Some(LicenseBuilder::new().name(env!("CARGO_PKG_LICENSE")).build()))
        .version("1")
        .build();
    let mut components = Components::new();
    components.schemas.extend(schemas());
    security::add_schemes(&mut components);
    OpenApiBuilder::new()
        .info(info)
        .paths(paths())
        .components(Some(components))
        .security(Some([security::of_operators()]))
        .build()
}

fn paths() -> Paths {
    let mut paths = Paths::new();
    for endpoint in Endpoint::ALL {
        add(&mut paths, endpoint.path(), endpoint.method(), operation(endpoint));
    }
    for endpoint in RootEndpoint::ALL {
        for method in endpoint.methods() {
            add(&mut paths, endpoint.path(), *method, root_operation(endpoint, *method));
        }
    }
    paths
}

fn add(paths: &mut Paths, path: &str, method: EndpointMethod, operation: Operation) {
    let method = match method {
        EndpointMethod::Get => HttpMethod::Get,
        EndpointMethod::Head => HttpMethod::Head,
        EndpointMethod::Post => HttpMethod::Post,
    };
    let item = PathItem::new(method, operation);
    paths.paths.entry(path.to_owned()).or_default().merge_operations(item);
}

/// The name of an operation in generated clients, e.g. `ListAlerts`.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

#[cfg(test)]
mod tests;
