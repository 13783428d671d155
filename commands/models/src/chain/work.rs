//! What a chain does with a provider: it asks for an answer, or for vectors.

use std::future::Future;

use crate::{
    Again, Call, Completion, Embedder, Embeddings, Failure, Mode, Model, Request, Usage, estimate,
};

/// One thing to do, as often as it takes.
pub(super) trait Work: Sync {
    type Output: Send;

    /// What doing it once takes at most.
    fn worst(&self) -> Usage;

    /// How it is asked for, as long as nobody has said more.
    fn mode(&self) -> Mode;

    /// Does it once.
    fn perform(&self) -> impl Future<Output = Result<Self::Output, Failure>> + Send;

    /// Changes it so that what failed may not fail again. Says whether there is a sense in it.
    fn repair(&mut self, failure: &Failure) -> bool;

    fn call(output: &Self::Output) -> &Call;
}

pub(super) struct Completing<'a> {
    pub(super) model: &'a dyn Model,
    pub(super) request: Request,
    pub(super) is_repaired: bool,
}

impl Work for Completing<'_> {
    type Output = Completion;

    fn worst(&self) -> Usage {
        self.request.worst()
    }

    fn mode(&self) -> Mode {
        Mode::JsonSchema
    }

    async fn perform(&self) -> Result<Completion, Failure> {
        self.model.complete(&self.request).await
    }

    /// Once: a model that does not see its fault the first time does not the second.
    fn repair(&mut self, failure: &Failure) -> bool {
        let Some(fault) = failure.outcome.repairable() else {
            return true;
        };
        if !failure.text.trim().is_empty() {
            let answer = failure.text.clone();
            self.request.again = Some(Again { answer, fault });
        }
        !std::mem::replace(&mut self.is_repaired, true)
    }

    fn call(output: &Completion) -> &Call {
        &output.call
    }
}

pub(super) struct Embedding<'a> {
    pub(super) embedder: &'a dyn Embedder,
    pub(super) texts: &'a [String],
}

impl Work for Embedding<'_> {
    type Output = Embeddings;

    fn worst(&self) -> Usage {
        Usage {
            input: self.texts.iter().map(|text| estimate(text)).sum(),
            output: 0,
            is_estimated: true,
        }
    }

    fn mode(&self) -> Mode {
        Mode::Vectors
    }

    async fn perform(&self) -> Result<Embeddings, Failure> {
        self.embedder.embed(self.texts).await
    }

    fn repair(&mut self, _: &Failure) -> bool {
        true
    }

    fn call(output: &Embeddings) -> &Call {
        &output.call
    }
}
