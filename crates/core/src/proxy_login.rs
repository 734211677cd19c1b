//! The login of a proxy.

use serde::Deserialize;

use crate::Secret;

/// The login that a proxy on the way to a provider asks for.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProxyLogin {
    /// The user name.
    pub username: String,
    /// The password that belongs to the name.
    pub password: Secret,
}
