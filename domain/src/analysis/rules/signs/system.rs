//! What operating systems say, by their words and their names of errors; resources; permissions.

use crate::analysis::Category::{
    Assertion, Concurrency, Configuration, Exhaustion, InvalidValue, Memory, NotFound, Parse,
    Permission, Recursion, Timeout,
};
use crate::analysis::rules::rule::Strength::{Certain, Clear, Fair};
use crate::analysis::rules::rule::{Rule, says, word};

#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    says(NotFound, Clear, &[
        "no such file or directory", "cannot find the file", "cannot find the path",
        "could not find file", "could not find a part of the path", "file not found",
        "directory not found", "file does not exist", "no such key", "nosuchkey", "nosuchbucket",
    ]),
    word(NotFound, Clear, &["enoent", "enotdir"]),
    says(Permission, Certain, &["permission denied"]),
    says(Permission, Clear, &[
        "permission denied", "operation not permitted", "access is denied", "access denied",
        "accessdenied", "access to the path", "not authorized to perform", "is not authorized",
        "not allowed to access", "read-only file system", "insufficient privilege",
        "insufficient permission", "insufficient_scope", "authentication failed",
        "authentication required", "authorization failed", "invalid credentials", "bad credentials",
        "invalid password", "invalid api key", "invalid token", "invalid signature",
        "signature verification failed", "signature has expired", "signature mismatch",
        "token has expired", "token is expired", "token expired", "expired token", "jwt expired",
        "jwt malformed", "csrf token", "unauthenticated",
    ]),
    word(Permission, Clear, &["eacces", "eperm", "erofs"]),
    word(Permission, Fair, &["unauthorized", "forbidden", "not permitted"]),
    says(Memory, Certain, &[
        "out of memory", "java heap space", "gc overhead limit", "metaspace",
        "direct buffer memory", "requested array size exceeds", "allowed memory size",
        "cannot allocate memory", "failed to allocate memory", "unable to allocate",
        "allocation failed", "memory allocation of", "memory limit exceeded", "memory exhausted",
        "heap limit", "heap out of memory", "array buffer allocation failed",
        "invalid array buffer length", "cannot allocate",
    ]),
    word(Memory, Clear, &["enomem", "oom", "oomkilled"]),
    says(Exhaustion, Certain, &[
        "too many open files", "no space left on device", "not enough space on the disk",
        "disk quota exceeded", "disk is full", "disk full", "resource temporarily unavailable",
        "unable to create new native thread", "unable to create native thread",
        "can't start new thread", "can't create thread", "failed to spawn thread",
        "no more processes", "too many processes", "cannot assign requested address",
        "only one usage of each socket address", "no buffer space available", "queue is full",
        "queue full", "rejected from java.util.concurrent.threadpool", "inotify watches",
        "quota exceeded", "quotaexceeded", "exceeded your current quota", "file table overflow",
    ]),
    word(Exhaustion, Certain, &["emfile", "enfile", "enospc", "edquot", "eagain", "enobufs"]),
    says(Recursion, Certain, &[
        "maximum recursion depth", "maximum call stack size", "too much recursion",
        "stack level too deep", "stack overflow", "has overflowed its stack",
        "goroutine stack exceeds", "maximum function nesting level", "infinite recursion",
    ]),
    says(Timeout, Clear, &[
        "timed out", "deadline exceeded", "deadline has elapsed", "deadline_exceeded",
        "execution expired", "maximum execution time", "timeout exceeded", "timeout expired",
        "timeout period elapsed", "exceeded timeout", "exceeded the timeout", "exceeded time limit",
        "did not complete within", "did not respond within", "request timeout", "gateway timeout",
        "gateway time-out", "read timeout", "i/o timeout", "connect timeout", "timeout of ",
        "timeout after", "timeout while", "timeout waiting", "time limit exceeded",
        "soft time limit",
    ]),
    word(Timeout, Clear, &["etimedout", "esockettimedout", "timedout"]),
    says(Concurrency, Clear, &[
        "deadlock", "race condition", "data race", "concurrent modification",
        "concurrently modified", "text file busy", "used by another process",
        "resource busy or locked", "already locked", "could not acquire lock",
        "unable to acquire lock", "failed to acquire lock", "lock is held", "resource deadlock",
    ]),
    word(Concurrency, Clear, &["ebusy", "edeadlk"]),
    says(Configuration, Clear, &[
        "environment variable", "env var", "environment key", "is not configured", "not configured",
        "no configuration", "missing configuration", "invalid configuration", "configuration error",
        "config file", "missing setting", "misconfigured", "address already in use",
    ]),
    word(Configuration, Clear, &["eaddrinuse"]),
    says(Parse, Clear, &[
        "invalid byte sequence", "invalid utf-8", "invalid utf8", "malformed utf-8",
        "illegal byte sequence", "codec can't decode", "codec can't encode",
    ]),
    says(InvalidValue, Fair, &["invalid argument"]),
    word(Assertion, Fair, &["unreachable"]),
    says(Assertion, Clear, &[
        "assertion failed", "assertion violated", "failed assertion", "invariant",
        "should never happen", "should not happen", "this is a bug",
    ]),
];
