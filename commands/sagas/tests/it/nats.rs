//! A message server of one test, which it may kill.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Stdio;

use async_nats::Client;
use tokio::process::{Child, Command};
use uuid::Uuid;

use crate::site::soon;

pub(crate) struct Nats {
    port: u16,
    folder: PathBuf,
    server: Option<Child>,
}

impl Nats {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut nats = Self {
            port: listener.local_addr().unwrap().port(),
            folder: std::env::temp_dir().join(format!("bugsage-nats-{}", Uuid::new_v4().simple())),
            server: None,
        };
        drop(listener);
        nats.restart().await;
        nats
    }

    /// Starts it where it was, with what it had stored.
    pub(crate) async fn restart(&mut self) {
        let binary = std::env::var("BUGSAGE_TEST_NATS_SERVER")
            .expect("BUGSAGE_TEST_NATS_SERVER is not set: run `make test`");
        let server = Command::new(binary)
            .args([
                "-a",
                "127.0.0.1",
                "-p",
                &self.port.to_string(),
                "-js",
                "-sd",
            ])
            .arg(&self.folder)
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn();
        self.server = Some(server.expect("nats-server starts"));
        soon("NATS answers", async || {
            tokio::net::TcpStream::connect(("127.0.0.1", self.port))
                .await
                .is_ok()
        })
        .await;
    }

    /// At once, with nothing put in order.
    pub(crate) async fn kill(&mut self) {
        self.server.take().unwrap().kill().await.unwrap();
    }

    pub(crate) async fn client(&self) -> Client {
        let address = format!("nats://127.0.0.1:{}", self.port);
        async_nats::connect(address).await.unwrap()
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        drop(self.server.take());
        std::fs::remove_dir_all(&self.folder).ok(); // the server may still write there
    }
}
