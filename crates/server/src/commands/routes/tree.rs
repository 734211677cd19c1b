//! The routing tree, for people and for programs.

use fanfare_core::{ChannelName, DeliveryTerms, HumanDuration, Language, Policy, Route, RoutePath};
use fanfare_words::RouteWords;
use serde::Serialize;

use super::terms_output::TermsOutput;

/// A route and those below it, as `--json` prints them.
#[derive(Debug, Serialize)]
pub(crate) struct Tree<'a> {
    route: String,
    matchers: Vec<String>,
    receiver: String,
    channels: &'a [ChannelName],
    promise: Option<TermsOutput<'a>>,
    repeat_interval: String,
    r#continue: bool,
    routes: Vec<Self>,
}

impl<'a> Tree<'a> {
    /// The whole tree of `policy`.
    pub(crate) fn new(policy: &'a Policy) -> Self {
        Self::below(policy, policy.route(), &RoutePath::default())
    }

    fn below(policy: &'a Policy, route: &Route, path: &RoutePath) -> Self {
        let Route { matchers, receiver, r#continue, repeat_interval, routes } = route;
        let terms = terms(policy, route);
        Self {
            route: path.to_string(),
            matchers: matchers.iter().map(ToString::to_string).collect(),
            receiver: receiver.to_string(),
            channels: terms.map(|it| it.channels.as_slice()).unwrap_or_default(),
            promise: terms.map(TermsOutput),
            repeat_interval: HumanDuration(*repeat_interval).to_string(),
            r#continue: *r#continue,
            routes: (0..)
                .zip(routes)
                .map(|(index, it)| Self::below(policy, it, &path.child(index)))
                .collect(),
        }
    }
}

/// The routing tree of `policy` in `language`, one route a line.
pub(crate) fn tree(policy: &Policy, language: Language) -> String {
    let mut drawing = TreeDrawing { policy, words: RouteWords::in_language(language), text: String::new() };
    drawing.draw(policy.route(), ROOT, "");
    drawing.text
}

/// A routing tree that is being drawn.
struct TreeDrawing<'a> {
    policy: &'a Policy,
    words: &'static RouteWords,
    text: String,
}

/// The lead of a line of the tree, and of the lines below it.
#[derive(Clone, Copy)]
struct Branch {
    own: &'static str,
    below: &'static str,
}

const ROOT: Branch = Branch { own: "", below: "" };
const INNER: Branch = Branch { own: "├─ ", below: "│  " };
const LAST: Branch = Branch { own: "└─ ", below: "   " };

impl TreeDrawing<'_> {
    fn draw(&mut self, route: &Route, branch: Branch, indent: &str) {
        let line = self.words.line(route, terms(self.policy, route));
        self.text.push_str(&format!("{indent}{}{line}\n", branch.own));
        let below = format!("{indent}{}", branch.below);
        for (index, child) in route.routes.iter().enumerate() {
            let branch = if index + 1 == route.routes.len() { LAST } else { INNER };
            self.draw(child, branch, &below);
        }
    }
}

/// The delivery terms of the receiver of `route`.
pub(super) fn terms<'a>(policy: &'a Policy, route: &Route) -> Option<&'a DeliveryTerms> {
    policy.receiver(&route.receiver).map(|it| it.terms.as_ref())
}
