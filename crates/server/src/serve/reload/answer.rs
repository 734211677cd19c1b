//! What whoever asks for a reload is answered.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;

use super::NotReloaded;
use crate::serve::answer::Refusal;
use crate::serve::doors::Doors;
use fanfare_config::{Problem, Problems, in_file};

/// `POST /-/reload`: answers once the config is in force, or with why nothing has changed:
/// in JSON, or as text for who asks for that.
pub(crate) async fn on_request(
    request: HttpRequest,
    doors: web::Data<Doors>,
) -> Result<HttpResponse, Refusal> {
    doors.api.admit(&request)?;
    match doors.reloads.ask().await {
        Ok(warnings) => Ok(if wants_text(&request) {
            HttpResponse::Ok().body(lines(&warnings, Problem::to_string, "OK"))
        } else {
            HttpResponse::Ok().json(Done { status: "reloaded", problems: &warnings })
        }),
        Err(NotReloaded::Unsound(problems)) => Ok(unsound(&request, &problems)),
        Err(
            err @ (NotReloaded::Unplayable(_)
            | NotReloaded::Store(_)
            | NotReloaded::BrokeDown
            | NotReloaded::Closed),
        ) => Err(Refusal::unavailable(format!("{err}; {NOTHING_CHANGED}"))),
    }
}

const NOTHING_CHANGED: &str = "nothing has changed";

#[derive(Serialize)]
struct Done<'a> {
    status: &'static str,
    /// Warnings only.
    problems: &'a [Problem],
}

#[derive(Serialize)]
struct Unsound<'a> {
    error: Error,
    problems: &'a [Problem],
}

#[derive(Serialize)]
struct Error {
    code: &'static str,
    message: String,
}

fn unsound(request: &HttpRequest, problems: &Problems) -> HttpResponse {
    let Problems { file, list } = problems;
    let mut answer = HttpResponse::BadRequest();
    if wants_text(request) {
        answer.body(lines(list, |it| in_file(file, it), NOTHING_CHANGED))
    } else {
        let message = format!("the config cannot be used; {NOTHING_CHANGED}");
        answer.json(Unsound { error: Error { code: "unsound_config", message }, problems: list })
    }
}

fn lines(problems: &[Problem], line: impl Fn(&Problem) -> String, last: &str) -> String {
    let mut lines: Vec<String> = problems.iter().map(line).collect();
    lines.push(last.to_owned());
    lines.join("\n") + "\n"
}

fn wants_text(request: &HttpRequest) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|it| it.to_str().ok());
    accept.is_some_and(|it| it.starts_with("text/"))
}
