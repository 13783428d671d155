//! The questions that are asked of the service, as callers ask.

use sqlx::PgPool;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::generator::Tenant;
use crate::load::Requests;
use crate::service::Service;

const SORTS: [&str; 4] = ["last_seen", "first_seen", "count", "users_affected"];
/// Asked of one project as well.
const OF_A_PROJECT: [(&str, &str); 4] = [
    ("list by last_seen", ""),
    ("list by count", "&sort=count"),
    ("status resolved", "&status=resolved"),
    ("environment staging (3 %)", "&environment=staging"),
];
const FILTERS: [(&str, &str); 14] = [
    ("status resolved", "status=resolved"),
    ("status fixing (1 %)", "status=fixing"),
    ("severity high", "severity=high"),
    ("severity critical (1 %)", "severity=critical"),
    ("source webhook (2 %)", "source=webhook"),
    ("category (0.5 %)", "category=database"),
    ("assignee (0.3 %)", "assigned_to=anna@example.com"),
    ("tag, own (1 %)", "tag=payments"),
    ("tag, seen (2.5 %)", "tag=region:7"),
    ("environment production", "environment=production"),
    ("environment staging (3 %)", "environment=staging"),
    ("release (0.3 %)", "release=shop@7"),
    ("two filters", "severity=critical&status=resolved"),
    (
        "three filters, by count",
        "severity=critical&environment=staging&sort=count",
    ),
];

/// Questions of one kind, asked in turn.
pub(crate) struct Question {
    pub(crate) name: String,
    requests: Vec<Vec<u8>>,
}

impl Requests for Question {
    fn write(&self, number: u64, to: &mut Vec<u8>) {
        let at = usize::try_from(number).unwrap_or(0) % self.requests.len();
        to.extend_from_slice(&self.requests[at]);
    }
}

pub(crate) async fn questions(
    service: &Service,
    own: Tenant,
) -> Result<Vec<Question>, Box<dyn std::error::Error>> {
    let question = |name: &str, paths: Vec<String>| Question {
        name: name.to_owned(),
        requests: paths.iter().map(|path| request(service, path)).collect(),
    };
    let list = |name: &str, query: &str| question(name, vec![format!("errors?{query}")]);
    let mut all = Vec::new();
    for sort in SORTS {
        for order in ["desc", "asc"] {
            all.push(list(
                &format!("list by {sort} {order}"),
                &format!("sort={sort}&order={order}"),
            ));
        }
        let cursor = deep(service, &format!("sort={sort}&limit=1000")).await?;
        all.push(list(
            &format!("list by {sort}, page 10 by cursor"),
            &format!("sort={sort}&cursor={cursor}"),
        ));
    }
    all.extend(FILTERS.map(|(name, query)| list(name, query)));
    all.extend(OF_A_PROJECT.map(|(name, query)| {
        list(
            &format!("of a project: {name}"),
            &format!("project_id={}{query}", own.project),
        )
    }));
    all.push(list(
        "a day",
        &format!(
            "date_from={0}T00:00:00Z&date_to={0}T23:59:59Z",
            day(&service.owner).await?
        ),
    ));
    all.push(list("search, one hit", "search=c4ca4238"));
    all.push(list("search, miss", "search=nothing-has-this"));
    all.push(list("search, common word", "search=timeout"));
    let some = "from error_state where project_id = $1 order by md5(error_id::text) limit 50";
    let errors = texts(
        &service.owner,
        &format!("select error_id::text {some}"),
        own,
    )
    .await?;
    let events = "select event_id::text from occurrence_ids where project_id = $1 limit 50";
    let events = texts(&service.owner, events, own).await?;
    let many = texts(
        &service.owner,
        "select min(error_id::text) from error_state where project_id = $1",
        own,
    )
    .await?;
    all.push(question(
        "detail",
        errors.iter().map(|id| format!("errors/{id}")).collect(),
    ));
    all.push(question(
        "activity",
        errors
            .iter()
            .map(|id| format!("errors/{id}/activity"))
            .collect(),
    ));
    all.push(question(
        "occurrences",
        errors
            .iter()
            .chain(&many)
            .map(|id| format!("errors/{id}/occurrences"))
            .collect(),
    ));
    all.push(question(
        "one occurrence",
        events
            .iter()
            .map(|id| format!("occurrences/{id}"))
            .collect(),
    ));
    for days in [1, 7, 30, 90] {
        let path = format!("errors/statistics/summary?days={days}");
        all.push(question(&format!("statistics of {days} days"), vec![path]));
    }
    Ok(all)
}

async fn texts(owner: &PgPool, sql: &str, own: Tenant) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar(sql)
        .bind(own.project)
        .fetch_all(owner)
        .await
}

async fn day(owner: &PgPool) -> sqlx::Result<String> {
    sqlx::query_scalar("select ((now() - interval '20 days')::date)::text")
        .fetch_one(owner)
        .await
}

fn request(service: &Service, path: &str) -> Vec<u8> {
    let (address, key) = (&service.address, &service.api_key);
    format!("GET /api/v1/{path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\n\r\n")
        .into_bytes()
}

/// Where the page after nine thousand rows begins.
async fn deep(service: &Service, query: &str) -> Result<String, Box<dyn std::error::Error>> {
    let mut cursor = String::new();
    for _ in 0..9 {
        let path = format!(
            "errors?{query}{}",
            if cursor.is_empty() {
                String::new()
            } else {
                format!("&cursor={cursor}")
            }
        );
        let mut stream = tokio::net::TcpStream::connect(&service.address).await?;
        let request = String::from_utf8(request(service, &path))?;
        stream
            .write_all(
                request
                    .replace("Host:", "Connection: close\r\nHost:")
                    .as_bytes(),
            )
            .await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        let body = answer.split_once("\r\n\r\n").ok_or("no answer")?.1;
        let answer: serde_json::Value = serde_json::from_str(body)?;
        cursor = answer["next_cursor"]
            .as_str()
            .ok_or("the list has an end")?
            .to_owned();
    }
    Ok(cursor)
}
