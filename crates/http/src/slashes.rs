//! Slashes too many: an address put together of two parts has one now and then, and is the same address.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Uri;
use actix_web::middleware::Next;

/// Hands on the request with the path that is meant. A link from a message is left as it is: it is right, or it is not.
pub(crate) async fn trim<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    if let Some(uri) = meant(request.uri()) {
        request.match_info_mut().get_mut().update(&uri);
        request.head_mut().uri = uri;
    }
    next.call(request).await
}

/// The address that is meant by `uri`, if it is another.
fn meant(uri: &Uri) -> Option<Uri> {
    let path = uri.path();
    let is_odd = path.contains("//") || path.len() > 1 && path.ends_with('/');
    if !is_odd || path.trim_start_matches('/').starts_with("ack") {
        return None;
    }
    let steps: Vec<&str> = path.split('/').filter(|step| !step.is_empty()).collect();
    let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = format!("/{}{query}", steps.join("/")).parse().ok();
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(uri: &str, expected: Option<&str>) {
        assert_eq!(meant(&uri.parse().unwrap()).map(|it| it.to_string()).as_deref(), expected, "{uri}");
    }

    #[test]
    fn a_slash_too_many_is_taken_away_and_nothing_else_is_changed() {
        check("/ingest/open/", Some("/ingest/open"));
        check("//ingest//open//?eui=a//b", Some("/ingest/open?eui=a//b"));
        check("http://host:8780//ingest/open", Some("http://host:8780/ingest/open"));
        check("/ingest/open%2F/", Some("/ingest/open%2F"));
        for right in ["/", "/ingest/open", "/ingest/open?a=/", "/ack/", "/ack//x", "/ack/x/"] {
            check(right, None);
        }
    }
}
