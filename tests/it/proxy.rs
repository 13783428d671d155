//! A way to a server that can be cut and mended.

use std::net::SocketAddr;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Listens on this machine and hands everything on.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    target: String,
    way: Option<JoinSet<()>>,
}

impl Proxy {
    /// To a `host:port`.
    pub(crate) async fn to(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut proxy = Self {
            address: listener.local_addr().unwrap(),
            target: target.to_owned(),
            way: None,
        };
        proxy.hand_on(listener);
        proxy
    }

    /// To the server of a database, and the address of the database by this way.
    pub(crate) async fn to_database(url: &str) -> (Self, String) {
        let (login, rest) = url.rsplit_once('@').unwrap();
        let (server, name) = rest.split_once('/').unwrap();
        let way = Self::to(server).await;
        let url = format!("{login}@{}/{name}", way.address);
        (way, url)
    }

    fn hand_on(&mut self, listener: TcpListener) {
        let target = self.target.clone();
        let mut way = JoinSet::new();
        way.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (mut near, _) = listener.accept().await.unwrap();
                let target = target.clone();
                connections.spawn(async move {
                    if let Ok(mut far) = TcpStream::connect(target).await {
                        tokio::io::copy_bidirectional(&mut near, &mut far)
                            .await
                            .ok(); // either side may end it
                    }
                });
            }
        });
        self.way = Some(way);
    }

    /// Ends all connections and takes no more.
    pub(crate) async fn cut(&mut self) {
        if let Some(mut way) = self.way.take() {
            way.shutdown().await;
        }
    }

    /// Takes connections again, at the same address.
    pub(crate) async fn mend(&mut self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.hand_on(listener);
    }
}
