//! What stands behind the HTTP doors, and which doors there are.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use fanfare_core::{Clock, Locale};
use fanfare_gateway::Gateway;
use fanfare_sandbox::Sandbox;
use fanfare_sources::{Format, SourceSettings};
use prometheus_client::registry::Registry;

use crate::serve::access::Access;
use crate::serve::answer::Refusal;
use crate::serve::reload::{self, Reloads};
use crate::serve::{ack, api, ingest, sandbox};

/// What stands behind the HTTP doors.
#[derive(Debug)]
pub(crate) struct Doors {
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) sources: Current<HashMap<String, Arc<SourceDoor>>>,
    pub(crate) api: Current<Access>,
    pub(crate) style: Current<Locale>,
    pub(crate) metrics: Registry,
    pub(crate) sandbox: Option<Arc<Sandbox>>,
    pub(crate) reloads: Reloads,
    pub(crate) open: AtomicBool,
}

/// Something the config says. A reload exchanges it as a whole, and no request
/// looks at more than one of these.
#[derive(Debug)]
pub(crate) struct Current<T>(RwLock<Arc<T>>);

/// Who may come in by which door: what a config says of the doors.
#[derive(Debug)]
pub(crate) struct Entrances {
    pub(crate) sources: HashMap<String, Arc<SourceDoor>>,
    pub(crate) api: Access,
    pub(crate) style: Locale,
}

/// One source's door.
#[derive(Debug)]
pub(crate) struct SourceDoor {
    pub(crate) settings: SourceSettings,
    pub(crate) format: Format,
    pub(crate) access: Access,
    /// Bytes of a body at most.
    pub(crate) max_body: usize,
}

impl<T> Current<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(RwLock::new(Arc::new(value)))
    }

    pub(crate) fn get(&self) -> Arc<T> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn set(&self, value: T) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(value);
    }
}

impl Current<Access> {
    /// Lets `request` in, or says why not.
    pub(crate) fn admit(&self, request: &HttpRequest) -> Result<(), Refusal> {
        let access = self.get();
        match &*access {
            // A browser on this machine does what any page tells it, and is let in for where it is.
            Access::ThisMachine if is_of_a_web_page(request) => Err(Refusal::forbidden(
                "web pages may not ask this: set `server.auth.bearer` in the config to open it to others with a token",
            )),
            Access::ThisMachine | Access::Anyone | Access::Bearer(_) => access.admit(request),
        }
    }
}

impl Doors {
    /// The door of the source called `name`.
    pub(crate) fn source(&self, name: &str) -> Result<Arc<SourceDoor>, Refusal> {
        self.sources.get().get(name).map(Arc::clone).ok_or_else(|| {
            Refusal::new(
                StatusCode::NOT_FOUND,
                "unknown_source",
                "no source of this name: the path is /ingest/ and the `name` of an entry under `sources` in the config",
            )
        })
    }

    /// From now on these come in, and nobody else.
    pub(crate) fn admit_from_now_on(&self, entrances: Entrances) {
        let Entrances { sources, api, style } = entrances;
        self.sources.set(sources);
        self.api.set(api);
        self.style.set(style);
    }

    /// From now on `/-/ready` says that no more alerts are wanted here.
    pub(crate) fn close(&self) {
        self.open.store(false, Ordering::Relaxed);
    }
}

/// Whether a page in a browser asks, and not a program, or a person with the address
/// bar. Browsers say so, and no page can make them leave it out:
/// <https://fetch.spec.whatwg.org/#origin-header>, <https://www.w3.org/TR/fetch-metadata/>
fn is_of_a_web_page(request: &HttpRequest) -> bool {
    let by_itself = |site: &HeaderValue| site == "none";
    let headers = request.headers();
    headers.contains_key(header::ORIGIN) || headers.get("sec-fetch-site").is_some_and(|site| !by_itself(site))
}

/// Adds every door to an actix app.
pub(crate) fn routes(app: &mut web::ServiceConfig) {
    app.route("/ingest/{source}", web::post().to(ingest::ingest))
        .route("/-/healthy", web::get().to(healthy))
        .route("/-/healthy", web::head().to(healthy))
        .route("/-/ready", web::get().to(ready))
        .route("/-/ready", web::head().to(ready))
        .route("/-/reload", web::post().to(reload::on_request))
        .route("/metrics", web::get().to(metrics))
        .route("/sandbox/{tail:.*}", web::to(sandbox::control))
        .configure(api::routes)
        .configure(ack::routes)
        .default_service(web::to(no_such_door));
}

/// `/-/healthy`: the process answers.
async fn healthy() -> HttpResponse {
    HttpResponse::Ok().body("OK")
}

/// `/-/ready`: alerts are taken in.
async fn ready(doors: web::Data<Doors>) -> HttpResponse {
    if doors.open.load(Ordering::Relaxed) {
        HttpResponse::Ok().body("OK")
    } else {
        HttpResponse::ServiceUnavailable().body("stopping")
    }
}

/// The type of OpenMetrics' text form: <https://prometheus.io/docs/specs/om/open_metrics_spec/>
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// `/metrics`: what is counted.
async fn metrics(doors: web::Data<Doors>) -> Result<HttpResponse, Refusal> {
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &doors.metrics)
        .map_err(|err| Refusal::unavailable(err.to_string()))?;
    Ok(HttpResponse::Ok().content_type(OPEN_METRICS).body(text))
}

async fn no_such_door() -> Result<HttpResponse, Refusal> {
    Err(Refusal::new(
        StatusCode::NOT_FOUND,
        "no_such_door",
        "alerts go to POST /ingest/SOURCE; questions to GET /api/v1/alerts and /api/v1/deliveries; also /-/ready and /metrics",
    ))
}
