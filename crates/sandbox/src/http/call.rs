//! Calls of the provider that a request is for.

use crate::exchange::{ProviderAnswer, ProviderRequest};
use crate::host::FakeHost;

/// The provider's own answer, which it records.
pub(super) fn answer(sandbox: &FakeHost, provider: usize, request: &ProviderRequest) -> ProviderAnswer {
    let now = sandbox.state.now();
    match sandbox.providers().all.get_mut(provider) {
        Some(provider) => sandbox.state.record(|journal| provider.answer(request, journal, now)),
        None => ProviderAnswer::not_found(),
    }
}

/// An answer in the provider's form with any code, which is not recorded.
pub(super) fn answer_with(
    sandbox: &FakeHost,
    provider: usize,
    request: &ProviderRequest,
    (code, words): (i64, &str),
) -> ProviderAnswer {
    let now = sandbox.state.now();
    let providers = sandbox.providers();
    let provider = providers.all.get(provider);
    provider.map_or_else(ProviderAnswer::not_found, |it| it.answer_with(code, words, request, now))
}
