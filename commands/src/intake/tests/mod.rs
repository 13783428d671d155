mod auth;
mod envelope;
mod inflate;
