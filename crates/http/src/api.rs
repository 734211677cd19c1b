//! `/api/v1`: questions to a running gateway, and requests to do something.

mod alerts;
mod explain;
mod acknowledge;
mod deliveries;
mod dead_letters;
mod channels;
mod heartbeats;
mod audit;
mod status;
mod openapi;
mod body;
mod limit;

use actix_web::Route;
use fanfare_api::Endpoint;

/// `route` with the handler of `endpoint`.
pub(crate) fn handled(endpoint: Endpoint, route: Route) -> Route {
    match endpoint {
        Endpoint::ListAlerts => route.to(alerts::list),
        Endpoint::ExplainAlert => route.to(explain::explain),
        Endpoint::AcknowledgeAlert => route.to(acknowledge::acknowledge),
        Endpoint::ListDeliveries => route.to(deliveries::list),
        Endpoint::ShowDelivery => route.to(deliveries::show),
        Endpoint::ListAttempts => route.to(deliveries::attempts),
        Endpoint::ListDeadLetters => route.to(dead_letters::list),
        Endpoint::RetryDeadLetters => route.to(dead_letters::retry),
        Endpoint::DiscardDeadLetters => route.to(dead_letters::discard),
        Endpoint::ShowDeadLetter => route.to(dead_letters::show),
        Endpoint::ListChannels => route.to(channels::list),
        Endpoint::ShowChannel => route.to(channels::show),
        Endpoint::TestChannel => route.to(channels::test),
        Endpoint::ListHeartbeats => route.to(heartbeats::list),
        Endpoint::ForgetHeartbeat => route.to(heartbeats::forget),
        Endpoint::Status => route.to(status::status),
        Endpoint::Audit => route.to(audit::audit),
        Endpoint::OpenApi => route.to(openapi::openapi),
    }
}

#[cfg(test)]
mod tests;
