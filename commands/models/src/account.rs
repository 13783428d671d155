//! What calls cost, noted before they are sent: whoever is killed meanwhile has paid all the same.

use async_trait::async_trait;

use crate::MicroDollars;

/// Keeps account of one asking.
#[async_trait]
pub trait Account: Send + Sync {
    /// A call is about to be sent; with it, all that was asked comes to so much at most. Says whether that
    /// is noted: what is not is not sent.
    async fn notes(&self, most: MicroDollars) -> bool;
}
