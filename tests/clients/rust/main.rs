//! A little shop that reports what goes wrong in it through the `sentry` crate.
//!
//! ```text
//! sentry-rust-client DSN SCENE NUMBER
//! ```
//!
//! SCENE says what happens: see `play`. NUMBER is an order, or how many there are. The id of
//! each event that the SDK took is printed on a line of its own.

use std::fmt;
use std::time::Duration;

use sentry::protocol::{Attachment, User};
use sentry::{Breadcrumb, ClientOptions, Hub, Level, SessionMode, TransactionContext};

/// The SDK drops what does not fit into its queue, which holds 30 events: who reports more
/// than that at once has to wait for it now and then.
const EVENTS_BETWEEN_FLUSHES: u64 = 20;
const PATIENCE: Duration = Duration::from_secs(30);

/// The shop has no such order.
#[derive(Debug)]
struct UnknownOrder(u64);

/// The customer's bank did not pay.
#[derive(Debug)]
struct PaymentRefused {
    cause: BankSilent,
}

/// The bank did not answer for an order.
#[derive(Debug)]
struct BankSilent(u64);

impl fmt::Display for UnknownOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no order {}", self.0)
    }
}

impl fmt::Display for PaymentRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the payment was refused")
    }
}

impl fmt::Display for BankSilent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the bank did not answer for order {}", self.0)
    }
}

impl std::error::Error for UnknownOrder {}
impl std::error::Error for BankSilent {}
impl std::error::Error for PaymentRefused {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}

/// The order with a number; this shop lost them all.
fn find_order(number: u64) -> Result<String, UnknownOrder> {
    sentry::add_breadcrumb(Breadcrumb {
        category: Some("orders".to_owned()),
        message: Some("looked into the ledger".to_owned()),
        ..Breadcrumb::default()
    });
    Err(UnknownOrder(number))
}

/// Asks the bank to pay an order.
fn charge(number: u64) -> Result<(), PaymentRefused> {
    let cause = BankSilent(number);
    Err(PaymentRefused { cause })
}

/// Writes an order on a parcel: whoever asks for it knows that it exists.
#[inline(never)]
fn label(number: u64) -> String {
    match find_order(number) {
        Ok(order) => order,
        Err(error) => panic!("{error}"),
    }
}

#[expect(
    clippy::print_stdout,
    reason = "the ids are the answer of this program"
)]
fn report(error: &dyn std::error::Error) {
    println!("{}", sentry::capture_error(error));
}

#[expect(
    clippy::print_stdout,
    reason = "the ids are the answer of this program"
)]
fn note(number: u64) {
    let text = format!("the stock is down to {number}");
    println!("{}", sentry::capture_message(&text, Level::Warning));
}

fn handled(number: u64) {
    if let Err(error) = find_order(number) {
        report(&error);
    }
}

/// So many errors as fast as they can be sent.
fn burst(number: u64) {
    for order in 0..number {
        handled(order);
        if order % EVENTS_BETWEEN_FLUSHES == 0
            && let Some(client) = Hub::current().client()
        {
            client.flush(Some(PATIENCE));
        }
    }
}

/// Whatever else the SDK sends besides an error.
fn everything(number: u64) {
    sentry::start_session();
    let transaction = sentry::start_transaction(TransactionContext::new("checkout", "task"));
    let span = transaction.start_child("db", "look up");
    handled(number);
    span.finish();
    transaction.finish();
    sentry::end_session();
    sentry::configure_scope(|scope| {
        scope.add_attachment(Attachment {
            buffer: b"one;two".to_vec(),
            filename: "ledger.csv".to_owned(),
            ..Attachment::default()
        });
    });
    note(number);
}

fn play(scene: &str, number: u64) {
    match scene {
        "crash" => drop(label(number)),
        "handled" => handled(number),
        "chain" => drop(charge(number).map_err(|error| report(&error))),
        "message" => note(number),
        "burst" => burst(number),
        "everything" => everything(number),
        other => panic!("there is no scene {other}"),
    }
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [dsn, scene, number] = arguments.as_slice() else {
        panic!("usage: sentry-rust-client DSN SCENE NUMBER");
    };
    let options = ClientOptions::new()
        .release("shop@2.4.1")
        .environment("staging")
        .traces_sample_rate(1.0)
        .session_mode(SessionMode::Request)
        .shutdown_timeout(PATIENCE);
    let _flushed_at_the_end = sentry::init((dsn.as_str(), options));
    sentry::configure_scope(|scope| {
        scope.set_tag("branch", "north");
        scope.set_user(Some(User {
            id: Some("customer-7".to_owned()),
            ..User::default()
        }));
    });
    play(scene, number.parse().expect("a number"));
}
