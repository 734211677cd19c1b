//! The HTTP side of a running gateway.
//!
//! Alerts come in by `/ingest`, questions by `/api/v1`, acknowledgements by `/ack`;
//! beside them stand reload, probes, metrics and the sandbox's pages. Which sources and
//! tokens there are, this crate is told: it reads no config and decides nothing.
//!
//! The modules stand from the server down to what its handlers share: each uses only
//! those below it.

mod server;
mod routes;
mod slashes;
mod attend;
mod robot_doors;
mod heartbeats;
mod ingest;
mod api;
mod ack;
mod sandbox;
mod reload;
mod probes;
mod explain;
mod convert;
mod request;
mod state;
mod reload_requests;
mod idempotency;
mod access;
mod connections;
mod traffic;
mod refusal;

pub use crate::access::{Access, SignatureKey, SourceAccess, SourceCredential, TokenDigest, WebOrigins};
pub use crate::explain::trace;
pub use crate::ingest::PostedContent;
pub use crate::reload_requests::{ReloadFailure, ReloadRequest, ReloadRequests};
pub use crate::server::HttpServer;
pub use crate::state::{AccessSettings, AppState, SourceEndpoint};
