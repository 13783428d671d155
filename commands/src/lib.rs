//! How decisions are made durable.
//!
//! An occurrence's way: [`intake`] turns the bytes of a request into events, [`ingest`]
//! prepares each (scrub, decode, group, compress) and stores it with whatever else is
//! waiting in one transaction. A person's command goes through the executor of the event
//! store instead. [`similarity`] looks at new errors after that, and [`trial`] regroups
//! what is stored, for operators. Looks and jobs step aside under [`pressure`]. What runs by the clock stands in [`upkeep`]. [`people`], and in [`access`] who
//! may do what, are plain rows beside all that, with an [`audit`] log, for a person must be erasable.
//! Secrets of other systems are kept by [`seal`], and those systems are reached by [`outgoing`]; the source
//! of projects is read by [`repositories`].

pub mod access;
pub mod audit;
pub mod clock;
pub mod ingest;
pub mod intake;
pub mod mail;
pub mod outgoing;
pub mod people;
pub mod pressure;
pub mod repositories;
pub mod seal;
pub mod similarity;
pub mod standing;
mod stored;
pub mod trial;
pub mod upkeep;
