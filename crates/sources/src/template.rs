//! Templates over a body: small texts in Jinja's notation.

mod names;

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;

use minijinja::{Environment, ErrorKind, UndefinedBehavior, Value};

use crate::json::{Json, Object};
use crate::unexpanded::is_unexpanded;
use crate::work::WorkBudget;

/// The work that one rendering may do, in minijinja's instructions: a text of a hundred
/// fields takes a few hundred.
const FUEL: u64 = 20_000;

/// The bytes of a text that are one step of work.
const BYTES_A_STEP: usize = 64;

/// The digits of a number up to which a double holds it exactly.
const EXACT_DIGITS: usize = 15;

/// The name of the only template of an environment. Without a file's ending, so that nothing is escaped as for HTML.
const NAME: &str = "template";

/// A text with fields of the body in it, e.g. `{{ host }} {{ item }}`.
#[derive(Debug, Clone)]
pub(crate) struct Template(Arc<Environment<'static>>);

impl Template {
    /// The text over the fields of `context`; `None` if one that it needs is not there, or it does too much.
    pub(crate) fn render(&self, context: &Value, work: &WorkBudget) -> Option<String> {
        let template = self.0.get_template(NAME).ok()?;
        let text = match template.render_captured(context.clone()) {
            Ok(done) => {
                let steps = done.state().fuel_levels().map_or(FUEL, |(taken, _)| taken);
                let written = u64::try_from(done.output().len() / BYTES_A_STEP).unwrap_or(u64::MAX);
                work.spend(steps.saturating_add(written))?;
                done.into_output()
            }
            Err(err) => {
                let is_dear = matches!(err.kind(), ErrorKind::OutOfFuel);
                return work.spend(if is_dear { FUEL } else { 1 }).and(None);
            }
        };
        Some(text.trim().to_owned()).filter(|it| !it.is_empty())
    }
}

impl FromStr for Template {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        let added = environment.add_template_owned(NAME, text.to_owned());
        added.map_err(|err| {
            format!("not a template: {}; expected e.g. `{{{{ host }}}} {{{{ item }}}}`", why(&err))
        })?;
        if let Some(name) = names::unknown_name(text, &environment) {
            return Err(format!("not a template: there is no {name}"));
        }
        Ok(Self(Arc::new(environment)))
    }
}

fn why(err: &minijinja::Error) -> String {
    let what = err.detail().map_or_else(|| err.kind().to_string(), str::to_owned);
    match err.line() {
        Some(line) if line > 1 => format!("{what} (in its line {line})"),
        Some(_) | None => what,
    }
}

/// `json` as templates see it.
pub(crate) fn template_value(json: &Json) -> Value {
    match json {
        Json::Null => Value::from(()),
        Json::Bool(it) => Value::from(*it),
        Json::Number(digits) => number(digits),
        Json::Text(text) => Value::from(text.as_str()),
        Json::List(items) => items.iter().map(template_value).collect(),
        Json::Object(fields) => template_object(template_fields(fields)),
    }
}

/// The fields of an object as templates see them. A macro that the sender did not expand is no value.
pub(crate) fn template_fields(fields: &Object) -> impl Iterator<Item = (&str, Value)> {
    let is_value = |it: &Json| !matches!(it, Json::Text(text) if is_unexpanded(text));
    fields.iter().filter(move |(_, it)| is_value(it)).map(|(name, it)| (name.as_str(), template_value(it)))
}

/// An object as templates see it.
pub(crate) fn template_object<'a>(fields: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    Value::from(fields.into_iter().map(|(name, it)| (name.to_owned(), it)).collect::<BTreeMap<_, _>>())
}

/// A number that can be reckoned with, or, where that would round it, its digits.
fn number(digits: &str) -> Value {
    if let Ok(whole) = digits.parse::<i128>() {
        return Value::from(whole);
    }
    let is_exact = digits.bytes().filter(u8::is_ascii_digit).count() <= EXACT_DIGITS;
    match digits.parse::<f64>() {
        Ok(fraction) if is_exact => Value::from(fraction),
        Ok(_) | Err(_) => Value::from(digits),
    }
}

#[cfg(test)]
mod tests;
