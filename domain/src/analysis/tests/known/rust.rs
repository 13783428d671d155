use super::hold;
use crate::analysis::Category::*;

#[test]
#[rustfmt::skip]
fn what_is_said_is_known() {
    let err = |text: &str| format!("called `Result::unwrap()` on an `Err` value: {text}");
    let known = [
        (err("ParseIntError { kind: InvalidDigit }"), Parse),
        (err("Error(\"missing field `price`\", line: 1, column: 20)"), Parse),
        (err("Utf8Error { valid_up_to: 3, error_len: Some(1) }"), Parse),
        (err("Os { code: 2, kind: NotFound, message: \"No such file or directory\" }"), NotFound),
        (err("Os { code: 13, kind: PermissionDenied, message: \"Permission denied\" }"), Permission),
        (err("Os { code: 111, kind: ConnectionRefused, message: \"Connection refused\" }"), Connection),
        (err("Os { code: 98, kind: AddrInUse, message: \"Address already in use\" }"), Configuration),
        (err("Os { code: 28, kind: StorageFull, message: \"No space left on device\" }"), Exhaustion),
        (err("Elapsed(())"), Timeout),
        (err("reqwest::Error { kind: Request, url: \"https://api.example/\", source: TimedOut }"), Timeout),
        (err("reqwest::Error { kind: Status(503), url: \"https://api.example/\" }"), ExternalService),
        (err("Database(PgDatabaseError { severity: Error, code: \"23505\", message: \"duplicate key value violates unique constraint\" })"), Database),
        (err("PoolTimedOut"), Exhaustion),
        (err("RowNotFound"), NotFound),
        (err("PoisonError { .. }"), Concurrency),
        (err("NotPresent"), Configuration),
        (err("RecvError"), Concurrency),
        (err("TryFromIntError(())"), TypeMismatch),
        (err("Error(ExpiredSignature)"), Permission),
        (err("DlOpen { desc: \"libfoo.so: cannot open shared object file\" }"), Dependency),
        ("already borrowed: BorrowMutError".to_owned(), Concurrency),
        ("Cannot start a runtime from within a runtime.".to_owned(), Concurrency),
        ("attempt to subtract with overflow".to_owned(), Arithmetic),
        ("attempt to divide by zero".to_owned(), Arithmetic),
        ("range end index 5 out of range for slice of length 3".to_owned(), OutOfRange),
        ("byte index 1 is not a char boundary; it is inside 'é' (bytes 0..2) of `é`".to_owned(), OutOfRange),
        ("memory allocation of 1099511627776 bytes failed".to_owned(), Memory),
        ("assertion `left == right` failed: sums differ".to_owned(), Assertion),
        ("internal error: entered unreachable code: state Closed".to_owned(), Assertion),
        ("not yet implemented".to_owned(), Assertion),
        ("cannot sample empty range".to_owned(), InvalidValue),
        ("the cart has no owner".to_owned(), Assertion),
        ("explicit panic".to_owned(), Unknown),
        (err("Error(\"invalid type: string \\\"a\\\", expected u32\", line: 1, column: 5)"), TypeMismatch),
        (err("reqwest::Error { kind: Request, source: ConnectError(\"tcp connect error\", Os { code: 111, kind: ConnectionRefused }) }"), Connection),
        (err("Custom { kind: UnexpectedEof, error: \"early eof\" }"), Connection),
        (err("Custom { kind: InvalidData, error: \"stream did not contain valid UTF-8\" }"), Parse),
        (err("Os { code: 11, kind: WouldBlock, message: \"Resource temporarily unavailable\" }"), Exhaustion),
        (err("SqliteFailure(Error { code: DatabaseBusy, extended_code: 5 }, Some(\"database is locked\"))"), Concurrency),
        (err("()"), Unknown),
        ("environment variable `DATABASE_URL` not set".to_owned(), Configuration),
        ("RefCell already mutably borrowed".to_owned(), Concurrency),
    ];
    let known: Vec<_> = known.iter().map(|(value, category)| ("panic", value.as_str(), *category)).collect();
    hold("native", &known);
}
