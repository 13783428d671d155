//! HTTP connections: as many as there is room for, ended when nothing comes, finished when the
//! service stops.

use std::num::NonZeroU32;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::activity::Activity;
use super::unfetched::{Asked, counted};
use super::unread;
use crate::address::Peer;
use crate::in_flight::InFlight;

/// Requests at once on a connection of HTTP/2.
const STREAMS: u32 = 32;
/// How long the others on it have, once somebody does not fetch an answer.
const OTHERS: Duration = Duration::from_secs(5);
/// Open files beside connections: the database, NATS, logs, and some to spare.
const OTHER_FILES: u64 = 256;
/// How long nothing is accepted after that failed, as it does when files run out.
const PAUSE: Duration = Duration::from_millis(100);

/// Bounds of what strangers can hold.
#[derive(Debug, Clone)]
pub(super) struct Bounds {
    /// Connections at once; more wait to be accepted.
    pub(super) connections: usize,
    /// How long one may be without a request under way. A request is once its headers are
    /// complete; an answer that is not fetched is not waited for longer either.
    pub(super) idle: Duration,
    /// Bytes of answers that wait to be fetched, over all connections.
    pub(super) answers: InFlight,
}

impl Bounds {
    /// Raises the limit of open files as far as this process may, and stays below it.
    pub(super) fn new(asked: NonZeroU32, idle: Duration, answers: InFlight) -> Self {
        let files = rlimit::increase_nofile_limit(u64::MAX).unwrap_or_else(|error| {
            tracing::warn!(%error, "the limit of open files is not known");
            u64::MAX
        });
        let asked = u64::from(asked.get());
        let connections = asked.min(files.saturating_sub(OTHER_FILES).max(1));
        if connections < asked {
            tracing::warn!(
                files,
                connections,
                "the limit of open files allows fewer connections than BUGSAGE_MAX_CONNECTIONS"
            );
        }
        Self {
            connections: usize::try_from(connections).unwrap_or(Semaphore::MAX_PERMITS),
            idle,
            answers,
        }
    }
}

/// Serves until `stop`, then until every request under way is answered.
pub(super) async fn serve(
    listener: TcpListener,
    router: Router,
    bounds: Bounds,
    stop: CancellationToken,
) {
    let room = Arc::new(Semaphore::new(bounds.connections));
    let open = metrics::gauge!("bugsage_http_connections");
    let mut connections = JoinSet::new();
    loop {
        let next = async {
            let place = Arc::clone(&room).acquire_owned().await;
            (place, listener.accept().await)
        };
        let Some((place, accepted)) = stop.run_until_cancelled(next).await else {
            break;
        };
        while connections.try_join_next().is_some() {}
        match accepted {
            Ok((stream, peer)) => {
                let peer = Peer(peer.ip());
                let served = connection(stream, peer, router.clone(), bounds.clone(), stop.clone());
                let open = open.clone();
                connections.spawn(async move {
                    open.increment(1);
                    served.await;
                    open.decrement(1);
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                stop.run_until_cancelled(tokio::time::sleep(PAUSE)).await;
            }
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// One connection, to its end.
async fn connection(
    stream: TcpStream,
    peer: Peer,
    router: Router,
    bounds: Bounds,
    stop: CancellationToken,
) {
    stream.set_nodelay(true).ok(); // slower, not wrong
    let activity = Arc::new(Activity::default());
    let (requests, answers) = (Arc::clone(&activity), bounds.answers);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        let (router, under_way) = (router.clone(), requests.begin());
        let (activity, answers) = (Arc::clone(&requests), answers.clone());
        async move {
            let asked = Asked::of(&request);
            let (request, reading) = unread::watched(request);
            let answer = router.oneshot(request.map(Body::new)).await;
            drop(under_way);
            answer.map(|answer| reading.told(counted(answer, asked, &answers, &activity)))
        }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http2().max_concurrent_streams(STREAMS);
    let mut served = pin!(builder.serve_connection(TokioIo::new(stream), service));
    // Hyper's own limit of time does not see who sends nothing at all, nor HTTP/2.
    let mut idle = pin!(activity.idle(bounds.idle));
    let end = async {
        tokio::select! {
            () = stop.cancelled() => End::Stop,
            () = &mut idle => End::Idle,
            _ = &mut served => End::Served,
        }
    };
    match end.await {
        End::Served => {} // broken connections are the other side's
        End::Stop => {
            served.as_mut().graceful_shutdown();
            tokio::select! {
                () = idle => {}
                _ = served => {}
            }
        }
        // One does not fetch an answer, and others may wait for theirs.
        End::Idle if activity.is_shared() => {
            served.as_mut().graceful_shutdown();
            tokio::time::timeout(OTHERS, served).await.ok();
        }
        End::Idle => {}
    }
}

/// Why a connection ends.
enum End {
    Served,
    Stop,
    Idle,
}
