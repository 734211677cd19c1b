//! The caller of a request, as far as its head and its connection tell.

use std::sync::Arc;

use actix_http::{Request, RequestHead};
use actix_web::HttpRequest;

use crate::connections::OpenConnection;

/// A caller, as far as the head of its request and its connection tell. Nothing of a body is in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller<'a> {
    pub(crate) head: &'a RequestHead,
    pub(crate) connection: Option<&'a Arc<OpenConnection>>,
}

impl Caller<'_> {
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
