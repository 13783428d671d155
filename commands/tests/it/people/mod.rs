//! People: accounts, passwords, sessions and tokens, against a real PostgreSQL.

mod account;
mod attempts;
mod forged;
mod hijack;
mod invitations;
mod letters;
mod refresh;
mod signing;
mod town;
