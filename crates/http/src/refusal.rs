//! Refusals: requests that are not carried out, with the reason.

use std::fmt;
use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use fanfare_api::{EndpointMethod, ErrorDetails, ErrorResponse, UnknownWord};
use fanfare_gateway::StoreError;

/// The time, in seconds, after which somebody who was answered 503 should try again: too many alerts are written within
/// a few seconds, and a store that cannot be used is tried twice a second.
const RETRY_AFTER: &str = "1";

/// A request that is not carried out, with the reason and what would be right.
#[derive(Debug)]
pub(crate) struct HttpRefusal {
    status: StatusCode,
    code: &'static str,
    message: String,
    path: Option<String>,
    challenge: Challenge,
    /// The time after which it may be carried out.
    retry_after: Option<Duration>,
    /// The methods that are carried out instead: <https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6>.
    allow: Option<String>,
}

/// The credentials that an answer 401 asks for: <https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Challenge {
    /// A bearer token.
    Bearer,
    /// A user and a password, or a bearer token. Many programs show neither before they are asked.
    BasicOrBearer,
}

impl Challenge {
    fn header(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer",
            Self::BasicOrBearer => "Basic realm=\"fanfare\", charset=\"UTF-8\", Bearer",
        }
    }
}

impl HttpRefusal {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            path: None,
            challenge: Challenge::Bearer,
            retry_after: None,
            allow: None,
        }
    }

    pub(crate) fn unauthorized(message: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", message)
    }

    pub(crate) fn forbidden(message: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", message)
    }

    pub(crate) fn not_found(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    /// A request that was not stored: the client should send it again.
    pub(crate) fn unavailable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message)
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_request", message)
    }

    /// A request by a method that its path does not know; it knows `methods`.
    pub(crate) fn unknown_method(methods: &[EndpointMethod]) -> Self {
        let names: Vec<&str> = methods.iter().map(|it| it.name()).collect();
        let message = format!("this door does not take this method, but {}", names.join(" or "));
        let refusal = Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message);
        Self { allow: Some(names.join(", ")), ..refusal }
    }

    /// The status of the answer.
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// The refusal that asks for these credentials.
    pub(crate) fn asking_for(self, challenge: Challenge) -> Self {
        Self { challenge, ..self }
    }

    /// The refusal of what may be carried out after this time.
    pub(crate) fn retry_after(self, wait: Duration) -> Self {
        Self { retry_after: Some(wait), ..self }
    }

    /// The refusal with the place in the request that caused it.
    pub(crate) fn at(self, path: String) -> Self {
        Self { path: Some(path), ..self }
    }
}

impl From<StoreError> for HttpRefusal {
    fn from(err: StoreError) -> Self {
        Self::unavailable(err.to_string())
    }
}

impl From<UnknownWord> for HttpRefusal {
    fn from(err: UnknownWord) -> Self {
        Self::unavailable(format!("the store holds a word that this version does not know: {err}"))
    }
}

impl fmt::Display for HttpRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => write!(f, "{path}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl ResponseError for HttpRefusal {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.status);
        if self.status == StatusCode::UNAUTHORIZED {
            answer.insert_header((header::WWW_AUTHENTICATE, self.challenge.header()));
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            answer.insert_header((header::RETRY_AFTER, RETRY_AFTER));
        }
        if let Some(wait) = self.retry_after {
            let seconds = wait.as_millis().div_ceil(1000).max(1);
            answer.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        if let Some(methods) = &self.allow {
            answer.insert_header((header::ALLOW, methods.as_str()));
        }
        let Self { status: _, code, message, path, challenge: _, retry_after: _, allow: _ } = self;
        let error = ErrorDetails { code: (*code).to_owned(), message: message.clone(), path: path.clone() };
        answer.json(ErrorResponse { error })
    }
}

#[cfg(test)]
mod tests;
