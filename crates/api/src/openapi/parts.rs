//! Parts of operations: parameters, bodies and answers.

use utoipa::openapi::header::Header;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{Content, Object, Ref, Required, Response, ResponseBuilder};
use utoipa::{PartialSchema as _, ToSchema};

use crate::shapes::ErrorResponse;

/// The media type of every body of the API.
pub(super) const JSON: &str = "application/json";

/// The media type of a text.
pub(super) const TEXT: &str = "text/plain";

/// An answer that holds an `Answer`.
pub(super) fn success<Answer: ToSchema>(description: &str) -> Response {
    json_answer::<Answer>(description).build()
}

/// An answer that holds a reason instead.
pub(super) fn failure(description: &str) -> Response {
    success::<ErrorResponse>(description)
}

/// An answer 401, which names the credentials that are asked for.
pub(super) fn unauthorized(description: &str) -> Response {
    let header = header("The credentials that open this door.", Type::String);
    json_answer::<ErrorResponse>(description).header("WWW-Authenticate", header).build()
}

/// An answer that says when to try again.
pub(super) fn later(description: &str) -> Response {
    json_answer::<ErrorResponse>(description).header("Retry-After", retry_after()).build()
}

/// An answer that is no JSON.
pub(super) fn plain(description: &str, media_types: &[&str]) -> ResponseBuilder {
    let builder = ResponseBuilder::new().description(description);
    media_types.iter().fold(builder, |it, media_type| it.content(*media_type, Content::new(Some(a_text()))))
}

pub(super) fn json_answer<Answer: ToSchema>(description: &str) -> ResponseBuilder {
    let content = Content::new(Some(reference::<Answer>()));
    ResponseBuilder::new().description(description).content(JSON, content)
}

/// The header that says when to try again, in seconds.
pub(super) fn retry_after() -> Header {
    header("The seconds after which to try again.", Type::Integer)
}

pub(super) fn header(description: &str, of_type: Type) -> Header {
    let mut header = Header::new(Object::with_type(of_type));
    header.description = Some(description.to_owned());
    header
}

/// The schema of whatever JSON can say.
pub(super) fn anything() -> Object {
    ObjectBuilder::new().schema_type(SchemaType::AnyValue).build()
}

pub(super) fn a_text() -> Object {
    Object::with_type(Type::String)
}

pub(super) fn reference<T: ToSchema>() -> Ref {
    Ref::from_schema_name(T::name())
}

/// A number in the path.
pub(super) fn number(name: &str, description: &str) -> Parameter {
    in_path(name, description).schema(Some(i64::schema())).build()
}

/// A text in the path.
pub(super) fn text(name: &str, description: &str) -> Parameter {
    in_path(name, description).schema(Some(a_text())).build()
}

/// A text behind `?` that may be left out.
pub(super) fn in_query(name: &str, description: &str) -> Parameter {
    optional(name, description, ParameterIn::Query).schema(Some(a_text())).build()
}

/// A header field that may be left out.
pub(super) fn in_header(name: &str, description: &str) -> ParameterBuilder {
    optional(name, description, ParameterIn::Header)
}

pub(super) fn optional(name: &str, description: &str, place: ParameterIn) -> ParameterBuilder {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(Required::False)
        .description(Some(description))
}

pub(super) fn in_path(name: &str, description: &str) -> ParameterBuilder {
    optional(name, description, ParameterIn::Path).required(Required::True)
}
