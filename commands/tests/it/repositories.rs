//! Repositories are fetched from where their addresses may lead, within bounds of time and size.

use std::net::IpAddr;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bugsage_commands::outgoing::{Looking, Lookup, Outgoing};
use bugsage_commands::repositories::{Bounds, Mirror, Repositories, RepositoryError};
use bugsage_domain::ids::{OrganizationId, ProjectId};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use uuid::Uuid;

/// A folder that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    #[expect(clippy::disallowed_methods, reason = "a test makes its own names")]
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("bugsage-repositories-{}", Uuid::new_v4()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    /// With a repository of one file of so many bytes.
    fn with_repository(bytes: usize) -> Self {
        let folder = Self::new();
        let shop = folder.path("shop");
        std::fs::create_dir(&shop).unwrap();
        // What does not compress.
        let noise = std::fs::File::open("/dev/urandom").unwrap();
        let noise = std::io::Read::bytes(std::io::BufReader::new(noise)).take(bytes);
        let noise: Vec<u8> = noise.map(Result::unwrap).collect();
        std::fs::write(folder.0.join("shop/data"), noise).unwrap();
        for arguments in [
            &["init", "--quiet"][..],
            &["add", "."],
            &[
                "-c",
                "user.name=A",
                "-c",
                "user.email=a@example.com",
                "commit",
                "-q",
                "-m",
                "x",
            ],
        ] {
            let git = Command::new("git")
                .arg("-C")
                .arg(&shop)
                .args(arguments)
                .status();
            assert!(git.expect("git is installed").success());
        }
        folder
    }

    fn bounds(&self) -> Bounds {
        Bounds {
            folder: Some(self.0.join("mirrors")),
            allow: vec![self.0.clone()],
            patience: Duration::from_secs(20),
            bytes: 100 * 1024 * 1024,
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

/// Every name leads here.
struct Here(IpAddr);

impl Lookup for Here {
    fn lookup(&self, _name: &str) -> Looking {
        let address = self.0;
        Box::pin(async move { Ok(vec![address]) })
    }
}

/// A server that answers so, or never; its port, and how many connected.
async fn server(answer: Option<String>) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            if let Some(answer) = &answer {
                let asked = stream.read(&mut [0; 4096]).await;
                assert!(asked.is_err() || asked.is_ok_and(|bytes| bytes > 0));
                stream.write_all(answer.as_bytes()).await.ok();
            } else {
                held.push(stream);
            }
        }
    });
    (port, connections)
}

async fn fetch(bounds: Bounds, leads_to: &str, from: &str) -> Result<Mirror, RepositoryError> {
    let allowed = vec!["127.0.0.0/8".parse().unwrap()];
    let here = Here(leads_to.parse().unwrap());
    let outgoing = Outgoing::with(here, allowed, Duration::from_secs(5)).unwrap();
    let repositories = Repositories::new(bounds, outgoing);
    let project = ProjectId(7);
    repositories
        .mirror(OrganizationId::default(), project, from)
        .await
}

#[tokio::test]
async fn what_is_too_large_is_not_kept() {
    let folder = Folder::with_repository(3 * 1024 * 1024);
    let from = folder.path("shop");
    fetch(folder.bounds(), "127.0.0.1", &from).await.unwrap();
    let small = Bounds {
        bytes: 1024 * 1024,
        ..folder.bounds()
    };
    let refused = fetch(small, "127.0.0.1", &from).await.unwrap_err();
    assert!(matches!(refused, RepositoryError::Large(1)), "{refused}");
    let kept: Vec<_> = std::fs::read_dir(folder.0.join("mirrors"))
        .unwrap()
        .collect();
    let kept = std::fs::read_dir(kept[0].as_ref().unwrap().path())
        .unwrap()
        .count();
    assert_eq!(kept, 0);
}

#[tokio::test]
async fn who_never_answers_is_left() {
    let folder = Folder::new();
    let (port, connections) = server(None).await;
    let short = Bounds {
        patience: Duration::from_secs(1),
        ..folder.bounds()
    };
    let from = format!("http://127.0.0.1:{port}/x.git");
    let refused = fetch(short, "127.0.0.1", &from).await.unwrap_err();
    assert!(matches!(refused, RepositoryError::Slow(1)), "{refused}");
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn the_address_that_was_checked_is_the_one_that_is_connected_to() {
    let folder = Folder::new();
    let (port, connections) = server(Some(
        "HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n".to_owned(),
    ))
    .await;
    // No name server knows it.
    let from = format!("http://shop.invalid:{port}/x.git");
    let refused = fetch(folder.bounds(), "127.0.0.1", &from)
        .await
        .unwrap_err();
    assert!(refused.to_string().contains("not found"), "{refused}");
    assert!(connections.load(Ordering::SeqCst) > 0);
    let before = connections.load(Ordering::SeqCst);
    let refused = fetch(folder.bounds(), "10.0.0.7", &from).await.unwrap_err();
    assert!(
        refused.to_string().contains("BUGSAGE_OUTGOING_ALLOW"),
        "{refused}"
    );
    assert_eq!(connections.load(Ordering::SeqCst), before);
}

#[tokio::test]
async fn no_redirect_is_followed() {
    let folder = Folder::new();
    let (elsewhere, reached) = server(None).await;
    let there = format!("http://127.0.0.1:{elsewhere}/x.git/info/refs?service=git-upload-pack");
    let (port, _) = server(Some(format!(
        "HTTP/1.1 302 Found\r\nlocation: {there}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
    )))
    .await;
    let from = format!("http://127.0.0.1:{port}/x.git");
    fetch(folder.bounds(), "127.0.0.1", &from)
        .await
        .unwrap_err();
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn nothing_of_a_repository_is_run() {
    let folder = Folder::with_repository(10);
    let (shop, mark) = (folder.path("shop"), folder.path("mark"));
    let hook = format!("#!/bin/sh\ntouch {mark}\n");
    for name in ["post-checkout", "reference-transaction", "post-merge"] {
        let path = format!("{shop}/.git/hooks/{name}");
        std::fs::create_dir_all(format!("{shop}/.git/hooks")).unwrap();
        std::fs::write(&path, &hook).unwrap();
        Command::new("chmod").args(["+x", &path]).status().unwrap();
    }
    let mirror = fetch(folder.bounds(), "127.0.0.1", &shop).await.unwrap();
    let newest = mirror.newest().await.unwrap().unwrap();
    assert_eq!(mirror.files(&newest).await.unwrap(), ["data"]);
    assert!(!std::fs::exists(mark).unwrap());
    for odd in ["--help", "-n1", "HEAD", "$(touch x)"] {
        assert_eq!(mirror.hashed(odd).await.unwrap(), None, "{odd}");
        let tags = [odd.to_owned()];
        assert_eq!(mirror.tagged(&tags).await.unwrap(), None, "{odd}");
    }
}
