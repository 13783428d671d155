//! Whoever sets an address reaches nothing with it that they could not reach themselves.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bugsage_commands::outgoing::{
    ANSWER_MAX, Answer, Looking, Lookup, Outgoing, OutgoingError, PATIENCE, SystemLookup,
};
use reqwest::{Method, Request};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const LOOPBACK: &str = "127.0.0.0/8";

/// A server on this machine that gives every connection the same answer.
struct Server {
    port: u16,
    connections: Arc<AtomicUsize>,
}

impl Server {
    async fn start(answer: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicUsize::new(0));
        let (counted, answer) = (Arc::clone(&connections), answer.to_owned());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                let answer = answer.clone();
                tokio::spawn(async move {
                    asked(&mut stream).await;
                    stream.write_all(answer.as_bytes()).await.ok();
                });
            }
        });
        Self { port, connections }
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// Waits for a request; a client that went is served too.
async fn asked(stream: &mut TcpStream) {
    let read = stream.read(&mut [0; 4096]).await;
    assert!(read.is_err() || read.is_ok_and(|bytes| bytes > 0));
}

fn closing(head: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {head}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Names with the addresses that each look-up finds; the last ones stay.
#[derive(Clone, Default)]
struct Names(Arc<Mutex<VecDeque<Vec<IpAddr>>>>, Arc<AtomicUsize>);

impl Names {
    fn new(answers: &[&[&str]]) -> Self {
        let addresses = |all: &&[&str]| all.iter().map(|one| one.parse().unwrap()).collect();
        let answers = answers.iter().map(addresses).collect();
        Self(Arc::new(Mutex::new(answers)), Arc::default())
    }

    fn asked(&self) -> usize {
        self.1.load(Ordering::SeqCst)
    }
}

impl Lookup for Names {
    fn lookup(&self, _name: &str) -> Looking {
        self.1.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.0.lock().unwrap();
        let last = answers.len() == 1;
        let next = match last {
            true => answers.front().cloned(),
            false => answers.pop_front(),
        };
        Box::pin(async move { Ok(next.unwrap_or_default()) })
    }
}

fn allowing(networks: &str) -> Vec<ipnet::IpNet> {
    let networks = networks.split_whitespace();
    networks.map(|network| network.parse().unwrap()).collect()
}

async fn get(outgoing: &Outgoing, address: &str) -> Result<Answer, OutgoingError> {
    let url = address.parse().unwrap();
    outgoing.send(Request::new(Method::GET, url)).await
}

#[track_caller]
fn assert_forbidden(answer: &Result<Answer, OutgoingError>, address: &str) {
    let forbidden = matches!(answer, Err(OutgoingError::Forbidden(_)));
    assert!(forbidden, "{address}: {answer:?}");
}

#[tokio::test]
async fn this_machine_is_reached_by_no_way_of_writing_it() {
    let server = Server::start(&closing("200 OK", "secret")).await;
    let port = server.port;
    let outgoing = Outgoing::new(Vec::new()).unwrap();
    for host in [
        "127.0.0.1",
        "localhost",
        "LOCALHOST",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "0177.0.0.01",
        "017700000001",
        "127.1",
        "127.0.1",
        "127.1.2.3",
        "0",
        "0.0.0.0",
        "１２７.０.０.１",
        "①②⑦.⓪.⓪.①",
        "%31%32%37.0.0.1",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::]",
        "[::127.0.0.1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b:1::7f00:1]",
        "[2002:7f00:1::]",
        "[2001:0:7f00:1::]",
    ] {
        for scheme in ["http", "https"] {
            let address = format!("{scheme}://{host}:{port}/");
            assert_forbidden(&get(&outgoing, &address).await, &address);
        }
    }
    // Not every system finds it.
    let rooted = get(&outgoing, &format!("http://localhost.:{port}/")).await;
    assert!(rooted.is_err(), "{rooted:?}");
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn the_secrets_of_clouds_are_not_reached() {
    let outgoing = Outgoing::new(Vec::new()).unwrap();
    for address in [
        "http://169.254.169.254/latest/meta-data/",
        "https://169.254.169.254/",
        "http://2852039166/",
        "http://0xa9fea9fe/",
        "http://0251.0376.0251.0376/",
        "http://[::ffff:169.254.169.254]/",
        "http://[fd00:ec2::254]/",
        "http://[fe80::a9fe:a9fe]/",
        "http://100.100.100.200/",
        "http://192.0.0.192/",
        "http://168.63.129.16/", // a public address, but in plain text
    ] {
        assert_forbidden(&get(&outgoing, address).await, address);
    }
}

#[tokio::test]
async fn a_name_is_judged_by_all_its_addresses() {
    for found in [
        &["127.0.0.1"][..],
        &["10.0.0.1"],
        &["169.254.169.254"],
        &["::1"],
        &["::ffff:10.0.0.1"],
        &["64:ff9b::a00:1"],
        &["1.1.1.1", "192.168.0.1"],
        &["192.168.0.1", "1.1.1.1"],
    ] {
        let names = Names::new(&[found]);
        let outgoing = Outgoing::with(names, Vec::new(), PATIENCE).unwrap();
        let address = "https://metadata.google.internal/";
        assert_forbidden(&get(&outgoing, address).await, &format!("{found:?}"));
    }
}

#[tokio::test]
async fn the_address_that_was_checked_is_the_one_that_is_reached() {
    let server = Server::start(&closing("200 OK", "good")).await;
    // What is checked first may be reached; whoever looks again is led elsewhere.
    let names = Names::new(&[&["127.0.0.1"], &["10.0.0.1"]]);
    let outgoing = Outgoing::with(names.clone(), allowing(LOOPBACK), PATIENCE).unwrap();
    let address = format!("http://rebinding.example:{}/", server.port);
    assert_eq!(get(&outgoing, &address).await.unwrap().body, b"good");
    assert_eq!(names.asked(), 1);
    assert_forbidden(&get(&outgoing, &address).await, &address);
    assert_eq!((names.asked(), server.connections()), (2, 1));
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_followed() {
    let secret = Server::start(&closing("200 OK", "secret")).await;
    for status in [
        "301 Moved",
        "302 Found",
        "303 See Other",
        "307 Temporary",
        "308 Permanent",
    ] {
        let location = format!("{status}\r\nlocation: http://127.0.0.1:{}/", secret.port);
        let server = Server::start(&closing(&location, "")).await;
        let outgoing = Outgoing::new(allowing(LOOPBACK)).unwrap();
        let address = format!("http://127.0.0.1:{}/", server.port);
        let answer = get(&outgoing, &address).await.unwrap();
        assert!(answer.status.is_redirection(), "{answer:?}");
    }
    assert_eq!(secret.connections(), 0);
}

#[tokio::test]
async fn plain_text_goes_to_named_networks_alone() {
    let names = Names::new(&[&["1.1.1.1"]]);
    let outgoing = Outgoing::with(names, allowing(LOOPBACK), PATIENCE).unwrap();
    for address in ["http://1.1.1.1/", "http://one.example/"] {
        assert_forbidden(&get(&outgoing, address).await, address);
    }
}

#[tokio::test]
async fn other_schemes_and_logins_are_refused() {
    let outgoing = Outgoing::new(allowing(LOOPBACK)).unwrap();
    for address in [
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:70/_x",
        "data:text/plain,x",
        "https://user@example.com/",
        "https://:password@example.com/",
        "https://example.com@127.0.0.1/",
    ] {
        let answer = get(&outgoing, address).await;
        let refused = matches!(answer, Err(OutgoingError::Address));
        assert!(refused, "{address}: {answer:?}");
    }
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let long = "x".repeat(ANSWER_MAX + 1);
    let announced = closing("200 OK", &long);
    let unannounced = format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{long}");
    for answer in [announced, unannounced] {
        let server = Server::start(&answer).await;
        let outgoing = Outgoing::new(allowing(LOOPBACK)).unwrap();
        let address = format!("http://127.0.0.1:{}/", server.port);
        let answer = get(&outgoing, &address).await;
        assert!(
            matches!(answer, Err(OutgoingError::TooLarge(_))),
            "{answer:?}"
        );
    }
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_given_up() {
    for begun in ["", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf"] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        let silent = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            asked(&mut stream).await;
            stream.write_all(begun.as_bytes()).await.unwrap();
            std::future::pending::<()>().await;
        });
        let patience = Duration::from_millis(300);
        let outgoing = Outgoing::with(SystemLookup, allowing(LOOPBACK), patience).unwrap();
        let answer = get(&outgoing, &address).await;
        assert!(
            matches!(answer, Err(OutgoingError::TooSlow(_))),
            "{answer:?}"
        );
        silent.abort();
    }
}

#[tokio::test]
async fn what_went_wrong_does_not_tell_the_path() {
    let outgoing = Outgoing::new(allowing(LOOPBACK)).unwrap();
    let unused = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/s3cret?s3cret", unused.local_addr().unwrap());
    drop(unused);
    let error = get(&outgoing, &address).await.unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("127.0.0.1 cannot be reached: "),
        "{error}"
    );
    assert!(!error.to_string().contains("s3cret"), "{error}");
}
