//! What counts as the database being away.

use bugsage_event_store::{DatabaseRole, connect, is_away};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

#[tokio::test]
async fn a_server_that_ends_before_its_first_word_is_away() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("postgres://who@{}/what", listener.local_addr().unwrap());
    let accepting = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            // Unread, it would be answered by a reset.
            stream.read_exact(&mut [0; 8]).await.unwrap();
        }
    });
    let pool = connect(&url, DatabaseRole::App, 1).unwrap();
    let error = sqlx::query("select 1").execute(&pool).await.unwrap_err();
    assert!(is_away(&error), "{error:?}");
    accepting.abort();
}
