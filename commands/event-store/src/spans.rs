//! Spans for traces: what takes time says so where somebody collects it; elsewhere none is made.
//!
//! They are apart from the spans of the log, so that neither decides what the other shows. An
//! attribute holds nothing secret, and of what strangers write the id of a request alone.

use std::future::Future;
use std::sync::OnceLock;

use futures::future::Either;
use opentelemetry::context::{FutureExt, WithContext};
use opentelemetry::global::BoxedTracer;
use opentelemetry::trace::{SpanBuilder, SpanContext, TraceContextExt, Tracer};
use opentelemetry::{Context, KeyValue};

static TRACER: OnceLock<BoxedTracer> = OnceLock::new();

/// Something that takes time, until it is dropped. Nothing where spans are not collected.
#[derive(Debug)]
pub struct Span(Option<Context>);

/// Begins to collect, for the rest of the process; a second tracer is ignored.
pub fn collect(tracer: BoxedTracer) {
    TRACER.set(tracer).ok(); // the first one collects
}

/// Whether spans are made.
#[must_use]
pub fn are_collected() -> bool {
    TRACER.get().is_some()
}

/// Begins a span below the one this runs in. `describe` is asked only where it is collected.
pub fn span(name: &'static str, describe: impl FnOnce(SpanBuilder) -> SpanBuilder) -> Span {
    Span(TRACER.get().map(|tracer| {
        let span = describe(tracer.span_builder(name)).start(tracer);
        Context::current_with_span(span)
    }))
}

/// Adds to the span this runs in.
pub fn note(attribute: impl FnOnce() -> KeyValue) {
    if are_collected() {
        Context::map_current(|context| context.span().set_attribute(attribute()));
    }
}

impl Span {
    /// No span, whoever collects.
    pub const NONE: Self = Self(None);

    /// What another span names to link to this one.
    #[must_use]
    pub fn context(&self) -> Option<SpanContext> {
        let context = self.0.as_ref()?;
        Some(context.span().span_context().clone())
    }
}

/// Work that takes place in a span.
pub trait InSpan: Future + Sized {
    /// The span ends with the work.
    fn in_span(self, span: Span) -> Either<WithContext<Self>, Self> {
        match span.0 {
            Some(context) => Either::Left(self.with_context(context)),
            None => Either::Right(self),
        }
    }
}

impl<F: Future> InSpan for F {}
