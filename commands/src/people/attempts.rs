//! Sign-ins that fail, and what strangers ask for: whoever goes on waits longer and longer, by account
//! and by network.

use std::net::IpAddr;

use bugsage_event_store::in_time;
use sqlx::PgExecutor;

use super::email::Email;
use super::{People, PeopleError};
use crate::ingest::keyed_digest;

/// Failures of an account before it waits, and the longest wait in seconds. Short, for a stranger
/// can keep somebody out with it; an attempt a minute guesses no password of 12 characters.
const ACCOUNT: (i32, i32) = (5, 60);
/// The same of a network, from which many people may come.
const NETWORK: (i32, i32) = (20, 900);
/// The same of registrations and letters that a network asks for, whatever comes of them.
const LETTERS: (i32, i32) = (20, 900);
/// The same of sign-ins at a provider that were begun and not finished.
const PROVIDERS: (i32, i32) = (100, 900);

/// What somebody asks for before it is known who they are.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stranger {
    /// A letter, and maybe an account.
    Letter,
    /// A sign-in at a provider.
    AtProvider,
}

/// Who is counted; digests, so that the table names nobody.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subjects {
    account: Option<[u8; 32]>,
    network: Option<([u8; 32], (i32, i32))>,
}

impl People {
    /// Of a sign-in.
    pub(super) fn subjects(&self, email: &Email, address: Option<IpAddr>) -> Subjects {
        let account = format!("account {}", email.as_str());
        Subjects {
            account: Some(keyed_digest(&self.secret, account.as_bytes())),
            ..self.network("network", NETWORK, address)
        }
    }

    /// Of a stranger. Apart from sign-ins: who cannot register any more can still sign in.
    pub(super) fn stranger(&self, asks: Stranger, address: Option<IpAddr>) -> Subjects {
        match asks {
            Stranger::Letter => self.network("letters", LETTERS, address),
            Stranger::AtProvider => self.network("providers", PROVIDERS, address),
        }
    }

    fn network(&self, what: &str, bound: (i32, i32), address: Option<IpAddr>) -> Subjects {
        let digest = |address| {
            let text = format!("{what} {}", network(address));
            keyed_digest(&self.secret, text.as_bytes())
        };
        Subjects {
            account: None,
            network: address.map(|address| (digest(address), bound)),
        }
    }

    /// Counts an attempt as failed, until it is forgiven.
    ///
    /// # Errors
    /// [`PeopleError::Wait`], and then it was not counted.
    pub(super) async fn begin_attempt(
        &self,
        executor: impl PgExecutor<'_>,
        subjects: &Subjects,
    ) -> Result<(), PeopleError> {
        let account = subjects.account.map(|account| (account, ACCOUNT));
        let counted = [account, subjects.network];
        let (digests, bounds): (Vec<_>, Vec<_>) = counted.into_iter().flatten().unzip();
        let (free, longest): (Vec<i32>, Vec<i32>) = bounds.into_iter().unzip();
        let begin = sqlx::query_scalar("select begin_attempt($1, $2, $3, $4)")
            .bind(
                digests
                    .iter()
                    .map(|digest| digest.to_vec())
                    .collect::<Vec<_>>(),
            )
            .bind(free)
            .bind(longest)
            .bind(self.clock.now())
            .fetch_one(executor);
        let seconds: i32 = in_time(begin).await?;
        match u32::try_from(seconds) {
            Ok(seconds) if seconds > 0 => {
                metrics::counter!("bugsage_sign_ins_total", "outcome" => "throttled").increment(1);
                Err(PeopleError::Wait { seconds })
            }
            _ => Ok(()),
        }
    }

    /// It succeeded.
    pub(super) async fn forgive_attempt(&self, subjects: &Subjects) -> Result<(), sqlx::Error> {
        sqlx::query("select forgive_attempt($1, $2)")
            .bind(subjects.account.map(Vec::from))
            .bind(subjects.network.map(|(network, _)| Vec::from(network)))
            .execute(&self.database)
            .await
            .map(|_| ())
    }
}

/// The network an address is of: itself, or the /64 that one customer is given.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & (!0 << 64)).into()),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::network;

    #[test]
    fn one_customer_is_one_network() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
