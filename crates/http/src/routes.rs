//! The routes of the server, and the handler behind each.

use std::future::ready;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, Route, web};
use fanfare_api::{Endpoint, EndpointMethod, RootEndpoint};

use crate::refusal::HttpRefusal;
use crate::{ack, api, heartbeats, ingest, probes, reload, robot_doors, sandbox};

/// Adds every route to an actix app: those of the document, and the sandbox's pages.
pub(crate) fn routes(app: &mut web::ServiceConfig) {
    for endpoint in RootEndpoint::ALL {
        let routes = endpoint.methods().iter().map(|method| root_route(endpoint, *method));
        add(app, pattern(endpoint), endpoint.methods(), routes);
    }
    for endpoint in Endpoint::ALL {
        let method = endpoint.method();
        add(app, endpoint.path(), &[method], [api::handled(endpoint, on(method))].into_iter());
    }
    app.route("/sandbox/{tail:.*}", web::to(sandbox::control)).default_service(web::to(unknown_path));
}

fn add(
    app: &mut web::ServiceConfig,
    path: &str,
    methods: &[EndpointMethod],
    routes: impl Iterator<Item = Route>,
) {
    let methods = methods.to_vec();
    let refused = move || ready(Err::<HttpResponse, _>(HttpRefusal::unknown_method(&methods)));
    let resource = web::resource(path).default_service(web::to(refused));
    app.service(routes.fold(resource, |it, route| it.route(route)));
}

/// The path as actix reads it.
fn pattern(endpoint: RootEndpoint) -> &'static str {
    match endpoint {
        // A link that was put together wrongly is answered by a page as well.
        RootEndpoint::AckPage => "/ack/{token:.*}",
        RootEndpoint::Ingest
        | RootEndpoint::IngestWithToken
        | RootEndpoint::IngestOfPrometheus
        | RootEndpoint::IngestOfPrometheusWithToken
        | RootEndpoint::Heartbeat
        | RootEndpoint::HeartbeatWithToken
        | RootEndpoint::DingTalkRobot
        | RootEndpoint::WeComBot
        | RootEndpoint::Healthy
        | RootEndpoint::Ready
        | RootEndpoint::Reload
        | RootEndpoint::Metrics => endpoint.path(),
    }
}

fn root_route(endpoint: RootEndpoint, method: EndpointMethod) -> Route {
    let route = on(method);
    match endpoint {
        RootEndpoint::Ingest
        | RootEndpoint::IngestWithToken
        // Prometheus adds this to the `path_prefix` of an Alertmanager, which may so be a source.
        | RootEndpoint::IngestOfPrometheus
        | RootEndpoint::IngestOfPrometheusWithToken => route.to(ingest::ingest),
        RootEndpoint::Heartbeat | RootEndpoint::HeartbeatWithToken => route.to(heartbeats::heartbeat),
        RootEndpoint::DingTalkRobot => route.to(robot_doors::dingtalk),
        RootEndpoint::WeComBot => route.to(robot_doors::wecom),
        RootEndpoint::AckPage => match method {
            EndpointMethod::Get | EndpointMethod::Head => route.to(ack::show),
            EndpointMethod::Post => route.to(ack::accept),
        },
        RootEndpoint::Healthy => route.to(probes::healthy),
        RootEndpoint::Ready => route.to(probes::ready),
        RootEndpoint::Reload => route.to(reload::reload),
        RootEndpoint::Metrics => route.to(probes::metrics),
    }
}

fn on(method: EndpointMethod) -> Route {
    match method {
        EndpointMethod::Get => web::get(),
        EndpointMethod::Head => web::head(),
        EndpointMethod::Post => web::post(),
    }
}

async fn unknown_path() -> Result<HttpResponse, HttpRefusal> {
    Err(HttpRefusal::new(
        StatusCode::NOT_FOUND,
        "no_such_door",
        "alerts go to POST /ingest/SOURCE, heartbeats to /heartbeat/SOURCE/NAME; questions to GET /api/v1/alerts and /api/v1/deliveries; also /-/ready and /metrics",
    ))
}
