//! Calls of the provider that a request is for.

use crate::exchange::{ProviderAnswer, ProviderRequest};
use crate::state::SandboxState;

/// The provider's own answer, which it records.
pub(super) fn answer(sandbox: &SandboxState, provider: usize, request: &ProviderRequest) -> ProviderAnswer {
    let now = sandbox.now();
    let shared = &mut *sandbox.shared();
    match shared.providers.get_mut(provider) {
        Some(provider) => provider.answer(request, &mut shared.journal, now),
        None => ProviderAnswer::not_found(),
    }
}

/// An answer in the provider's form with any code, which is not recorded.
pub(super) fn answer_with(
    sandbox: &SandboxState,
    provider: usize,
    request: &ProviderRequest,
    (code, words): (i64, &str),
) -> ProviderAnswer {
    let now = sandbox.now();
    let shared = sandbox.shared();
    let provider = shared.providers.get(provider);
    provider.map_or_else(ProviderAnswer::not_found, |it| it.answer_with(code, words, request, now))
}
