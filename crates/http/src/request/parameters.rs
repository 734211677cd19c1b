//! The parameters in a request's address.

use std::fmt::Display;
use std::str::FromStr;

use actix_web::{HttpRequest, web};
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;

use crate::access::Admitted;
use crate::refusal::HttpRefusal;

/// The parameters behind `?`.
pub(crate) fn query<T: DeserializeOwned>(request: &HttpRequest, _: &Admitted) -> Result<T, HttpRefusal> {
    web::Query::from_query(request.query_string()).map(web::Query::into_inner).map_err(|err| {
        HttpRefusal::bad_request(format!("the part of the address behind `?` cannot be read: {err}"))
    })
}

/// The parameter called `name` in the path.
pub(crate) fn path_parameter<T>(request: &HttpRequest, _: &Admitted, name: &str) -> Result<T, HttpRefusal>
where
    T: FromStr<Err: Display>,
{
    let text = percent_decode_str(request.match_info().get(name).unwrap_or_default());
    let text = text.decode_utf8().map_err(|err| unreadable(&err))?;
    text.parse().map_err(|err| unreadable(&err))
}

fn unreadable(err: &dyn Display) -> HttpRefusal {
    HttpRefusal::bad_request(format!("the address cannot be read: {err}"))
}
