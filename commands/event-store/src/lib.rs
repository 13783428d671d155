//! Domain events made durable and handed on.
//!
//! One command's way: [`Executor::execute`] lets the aggregate decide on what it remembers of
//! it, else [`load`]s the stream, and hands the outcome to the [`Writer`], which
//! commits whatever commands are waiting as one batch through the database function
//! `append_events`. Each command gets a verdict of its own: a conflict is decided again,
//! a repeat gets the first answer. A [`subscription`] then reads the events in the order
//! of their positions.

mod append;
mod connect;
mod error_group;
mod event;
mod execute;
mod line;
mod load;
mod plain;
mod sourced;
pub mod spans;
mod states;
pub mod subscription;
mod writer;

pub use append::{Append, Idempotency, NewEvent, NewText, Verdict, append};
pub use connect::{DatabaseRole, MIGRATOR, connect, in_time, is_away, migrate, person, tenant};
pub use event::{Metadata, RecordedEvent};
pub use execute::{CommandContext, ExecuteError, Executed, Executor};
pub use line::Line;
pub use load::{answered_before, history, load};
pub use sourced::{EventSourced, Loaded, Past, UnreadableEvent, new_events};
pub use writer::Writer;
