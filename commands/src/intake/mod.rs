//! Unpacks what an SDK sends: body encodings, envelope framing, the DSN's key, kinds of item.

pub mod auth;
pub mod envelope;
pub mod inflate;
pub mod kinds;
pub mod plain;
pub mod store;

#[cfg(test)]
mod tests;
