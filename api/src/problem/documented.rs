//! Which problems each kind of operation answers, for the OpenAPI document.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};

/// What a status means, whatever was asked.
const fn meaning(status: u16) -> &'static str {
    match status {
        400 => "The request cannot be understood",
        401 => "No valid proof of who asks",
        403 => "Not allowed to the one who asks, or a browser's change without its CSRF token",
        404 => "It does not exist, or is not yours to see",
        409 => "Not in this state, or changed again and again",
        412 => "Changed since the ETag given",
        413 => "Too large",
        415 => "Not application/json",
        422 => "A value is not allowed, or the Idempotency-Key was used for another request",
        424 => "The identity provider does not do its part",
        429 => "Too much at once, or too often; see Retry-After and RateLimit",
        503 => "The database does not answer, or the position is not reached; see Retry-After",
        _ => "A fault of ours; the log has the cause under the request id",
    }
}

/// One line of the list of answers of an operation.
pub(crate) fn described(
    status: u16,
    meaning: &str,
    schema: &str,
    content_type: &str,
) -> (String, RefOr<Response>) {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(schema)));
    let response = ResponseBuilder::new()
        .description(meaning)
        .content(content_type, content.build())
        .build();
    (status.to_string(), RefOr::T(response))
}

fn problem(status: u16) -> (String, RefOr<Response>) {
    described(
        status,
        meaning(status),
        "Problem",
        "application/problem+json",
    )
}

/// A kind of operation, with the statuses of its problems beside those that any operation has.
macro_rules! kind {
    ($(#[$doc:meta])* $name:ident: $($status:literal),*) => {
        $(#[$doc])*
        pub struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                [400, 401, 403, 404, 429, 500, 503, $($status),*].map(problem).into()
            }
        }
    };
}

kind!(
    /// Asks for a list or for numbers.
    Asking:
);
kind!(
    /// Asks for one thing.
    AskingOne:
);
kind!(
    /// Changes one thing, as its body says.
    Changing: 409, 412, 413, 415, 422
);
kind!(
    /// Deletes one thing.
    Deleting: 409, 412, 422
);
kind!(
    /// Changes many things, with an answer for each.
    ChangingMany: 413, 415, 422
);
kind!(
    /// Changes who may do what, as its body says.
    Managing: 409, 413, 415, 422, 429
);
kind!(
    /// Takes something away, or does what needs no body.
    Removing: 409
);
kind!(
    /// Reports occurrences.
    Reporting: 413, 415, 422
);
kind!(
    /// Proves who one is, or asks for what proves it.
    SigningIn: 403, 413, 415, 422, 429
);
kind!(
    /// Asks for or ends what is one's own.
    Personal: 403
);
kind!(
    /// Changes what is one's own.
    ChangingOneself: 403, 409, 413, 415, 422, 429
);
kind!(
    /// Signs in at an identity provider.
    AtProvider: 409, 422, 424
);
kind!(
    /// Links what an identity provider knows one by.
    LinkingAtProvider: 413, 415, 422, 424
);
