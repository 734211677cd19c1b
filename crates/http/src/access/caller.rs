//! The caller of a request, as far as its head and its connection tell.

use std::sync::Arc;

use actix_http::{Request, RequestHead};
use actix_web::HttpRequest;
use actix_web::http::header;

use crate::connections::OpenConnection;

/// A caller, as far as the head of its request and its connection tell. Nothing of a body is in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller<'a> {
    pub(crate) head: &'a RequestHead,
    pub(crate) connection: Option<&'a Arc<OpenConnection>>,
}

impl<'a> Caller<'a> {
    /// The token behind `Authorization: Bearer`.
    pub(super) fn bearer_token(self) -> Option<&'a str> {
        self.shown("bearer")
    }

    /// The text behind this scheme in the header `Authorization`.
    pub(super) fn shown(self, scheme: &str) -> Option<&'a str> {
        let value = self.head.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
        let (stated, shown) = value.split_once(' ')?;
        stated.eq_ignore_ascii_case(scheme).then(|| shown.trim())
    }

    /// Notes that the caller has shown a right credential.
    pub(super) fn authenticate(self) {
        if let Some(connection) = self.connection {
            connection.authenticate();
        }
    }
}

impl<'a> From<&'a HttpRequest> for Caller<'a> {
    fn from(request: &'a HttpRequest) -> Self {
        Self { head: request.head(), connection: request.conn_data() }
    }
}

impl<'a> From<&'a Request> for Caller<'a> {
    fn from(request: &'a Request) -> Self {
        Self { head: request.head(), connection: request.conn_data() }
    }
}
