//! TLS towards the servers that channels speak to, and on a listener of our own: whom to trust, and what a refusal means.
//!
//! Trusted are the system's authorities and the certificates of a channel's `ca_file`:
//! as authorities, and as the very certificate that a server shows (see [`client_config`]).
//! A handshake that fails for a reason that does not pass by itself is a person's to
//! mend, and [`misconfiguration`] says how. Everything else is a passing fault.
//!
//! The crate opens no connection.

mod listener;
mod trust;
mod fault;
mod exact_match;
mod probe;

pub use crate::fault::{SettingNames, is_answer_of_tls, misconfiguration};
pub use crate::listener::{ClientCertificate, ListenerFiles, ListenerTls, client_config_for_listener};
pub use crate::probe::{PROBE, is_answer_in_tls};
pub use crate::trust::{
    ClientIdentity, TrustError, client_config, client_config_with_identity, config_without_trust,
};
