//! The sender of a request, as far as a browser tells it.

/// A sender of requests. Browsers say which page sent it, and no page can make them leave it out:
/// <https://fetch.spec.whatwg.org/#origin-header>, <https://www.w3.org/TR/fetch-metadata/>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequestSender {
    /// A program, or a person with the address bar.
    Program,
    /// A page whose origin the config lists.
    ListedPage,
    /// Any other page.
    OtherPage,
}
