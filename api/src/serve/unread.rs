//! Answers that come before the request was read to its end.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::http::{HeaderValue, Response, Version, header};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::{Error, Request};

/// The body of a request, watched.
pub(super) struct Watched {
    body: Incoming,
    ended: Arc<AtomicBool>,
}

/// Whether the body of a request was read to its end.
pub(super) struct Reading {
    ended: Arc<AtomicBool>,
    version: Version,
}

/// Watches the body of a request.
pub(super) fn watched(request: Request<Incoming>) -> (Request<Watched>, Reading) {
    let ended = Arc::new(AtomicBool::new(request.body().is_end_stream()));
    let reading = Reading {
        ended: Arc::clone(&ended),
        version: request.version(),
    };
    (request.map(|body| Watched { body, ended }), reading)
}

impl Reading {
    /// Says in the answer that the connection ends, where it must: what is left of a body stands in the
    /// way of the next request, and a client that is not told would send one.
    pub(super) fn told<B>(&self, mut answer: Response<B>) -> Response<B> {
        if self.version < Version::HTTP_2 && !self.ended.load(Ordering::Acquire) {
            let close = HeaderValue::from_static("close");
            answer.headers_mut().insert(header::CONNECTION, close);
        }
        answer
    }
}

impl Body for Watched {
    type Data = <Incoming as Body>::Data;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if matches!(frame, Poll::Ready(None)) || self.body.is_end_stream() {
            self.ended.store(true, Ordering::Release);
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
