//! What the API's document says about access, added to each operation that names its permission.

use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{KnownFormat, ObjectBuilder, OpenApi, RefOr, SchemaFormat, Type};

/// An operation names its permission as a scope of this scheme.
const API_KEY: &str = "api_key";
/// The other ways to prove who one is, with the same scopes.
const OTHERS: [&str; 2] = ["access_token", "session"];

/// Adds the schemes, and to each operation with a permission every way to prove it and the
/// headers that say where.
pub fn complete(document: &mut OpenApi) {
    let components = document.components.get_or_insert_default();
    components.add_security_scheme(API_KEY, bearer("An API key", "bsk_…"));
    components.add_security_scheme("access_token", bearer("A token of a sign-in", "JWT"));
    components.add_security_scheme("metrics_token", bearer("BUGSAGE_METRICS_TOKEN", "opaque"));
    let cookie = ApiKeyValue::with_description(
        "__Host-bugsage",
        "The session of a browser; changes need X-CSRF-Token as well",
    );
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    for item in document.paths.paths.values_mut() {
        let all = [
            &mut item.get,
            &mut item.put,
            &mut item.post,
            &mut item.delete,
            &mut item.patch,
        ];
        all.into_iter().flatten().for_each(complete_operation);
    }
}

fn bearer(description: &str, format: &str) -> SecurityScheme {
    SecurityScheme::Http(
        HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format(format)
            .description(Some(description))
            .build(),
    )
}

fn complete_operation(operation: &mut Operation) {
    let Some(scopes) = scopes(operation) else {
        return;
    };
    let others = OTHERS.map(|scheme| SecurityRequirement::new(scheme, scopes.clone()));
    operation.security.get_or_insert_default().extend(others);
    let parameters = operation.parameters.get_or_insert_default();
    parameters.extend([organization(), project()].map(RefOr::T));
}

/// The permissions that an operation names.
fn scopes(operation: &Operation) -> Option<Vec<String>> {
    let requirements = serde_json::to_value(&operation.security).ok()?;
    let first = requirements.get(0)?.get(API_KEY)?;
    serde_json::from_value(first.clone()).ok()
}

fn organization() -> Parameter {
    let id = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid)));
    ParameterBuilder::new()
        .name("X-BugSage-Organization")
        .parameter_in(ParameterIn::Header)
        .description(Some(
            "Which organization, for somebody who belongs to several",
        ))
        .schema(Some(id))
        .build()
}

fn project() -> Parameter {
    let number = ObjectBuilder::new().schema_type(Type::Integer);
    ParameterBuilder::new()
        .name("X-BugSage-Project")
        .parameter_in(ParameterIn::Header)
        .description(Some("One project alone"))
        .schema(Some(number))
        .build()
}
