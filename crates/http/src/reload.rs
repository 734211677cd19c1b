//! `/-/reload`: the config is read again.

use actix_web::http::header::{self, ContentType};
use actix_web::{HttpRequest, HttpResponse, web};
use fanfare_api::{ConfigProblem, ErrorDetails, RefusedReload, ReloadResult, ReloadStatus};

use crate::refusal::HttpRefusal;
use crate::reload_requests::ReloadFailure;
use crate::state::AppState;

/// `POST /-/reload`: answers once the config is in force, or with the reason that nothing
/// has changed; in JSON, or as text for a client that asks for text.
pub(crate) async fn reload(
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, HttpRefusal> {
    state.admit(&request)?;
    match state.reloads.reload().await {
        Ok(problems) if wants_text(&request) => {
            let text = lines("", &problems, "OK");
            Ok(HttpResponse::Ok().content_type(ContentType::plaintext()).body(text))
        }
        Ok(problems) => {
            Ok(HttpResponse::Ok().json(ReloadResult { status: ReloadStatus::Reloaded, problems }))
        }
        Err(ReloadFailure::Unsound { file, problems }) => Ok(unsound(&request, &file, problems)),
        Err(err @ (ReloadFailure::Failed(_) | ReloadFailure::Closed)) => {
            Err(HttpRefusal::unavailable(format!("{err}; {NOTHING_CHANGED}")))
        }
    }
}

const NOTHING_CHANGED: &str = "nothing has changed";

fn unsound(request: &HttpRequest, file: &str, problems: Vec<ConfigProblem>) -> HttpResponse {
    let mut answer = HttpResponse::BadRequest();
    if wants_text(request) {
        let text = lines(&format!("{file}:"), &problems, NOTHING_CHANGED);
        return answer.content_type(ContentType::plaintext()).body(text);
    }
    let message = format!("the config cannot be used; {NOTHING_CHANGED}");
    let error = ErrorDetails { code: "unsound_config".to_owned(), message, path: None };
    answer.json(RefusedReload { error, problems })
}

/// One line a problem, as `fanfare check` prints it, and `last`.
fn lines(start: &str, problems: &[ConfigProblem], last: &str) -> String {
    let mut lines: Vec<String> = problems.iter().map(|it| format!("{start}{}", line(it))).collect();
    lines.push(last.to_owned());
    lines.join("\n") + "\n"
}

/// `12:5: error: …`; without a position a space stands in its place.
fn line(problem: &ConfigProblem) -> String {
    if problem.line.is_some() { problem.to_string() } else { format!(" {problem}") }
}

fn wants_text(request: &HttpRequest) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|it| it.to_str().ok());
    accept.is_some_and(|it| it.starts_with("text/"))
}
