//! Argon2id in memory that is taken once: an allocator that gives 19 MiB away for each run may keep
//! many times as much.

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::password_hash::{self, Error};
use argon2::{Algorithm, Argon2, Block, Params, Version};

/// What a comparison found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compared {
    /// It is the password.
    pub matches: bool,
    /// Its hash is weaker than those made today.
    pub outdated: bool,
}

/// One that hashes, one password at a time.
pub(super) struct Hasher {
    today: Params,
    memory: Vec<Block>,
}

impl Hasher {
    /// By the parameters of today. The memory is taken with the first password.
    pub(super) const fn new(today: Params) -> Self {
        Self {
            today,
            memory: Vec::new(),
        }
    }

    /// What is stored of a password, in PHC form.
    pub(super) fn hash(&mut self, password: &str, salt: &str) -> password_hash::Result<String> {
        let salt = Salt::new(salt.as_bytes())?;
        let params = self.today.clone();
        let stored = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&params)?,
            hash: Some(self.run(Algorithm::Argon2id, Version::V0x13, params, password, &salt)?),
            salt: Some(salt),
        };
        Ok(stored.to_string())
    }

    /// Compares with what is stored; where nothing is, it takes as long and never matches.
    pub(super) fn compare(
        &mut self,
        password: &str,
        stored: Option<&str>,
    ) -> password_hash::Result<Compared> {
        let Some(stored) = stored else {
            self.hash(password, "of nobody at all")?;
            return Ok(Compared {
                matches: false,
                outdated: false,
            });
        };
        let stored = PasswordHash::new(stored).map_err(|_| Error::EncodingInvalid)?;
        let algorithm = Algorithm::try_from(stored.algorithm.as_str())?;
        let version = stored
            .version
            .map_or(Ok(Version::V0x13), Version::try_from)?;
        let params = Params::try_from(&stored)?;
        let (Some(salt), Some(expected)) = (&stored.salt, &stored.hash) else {
            return Err(Error::EncodingInvalid);
        };
        let outdated = algorithm != Algorithm::Argon2id
            || params.m_cost() < self.today.m_cost()
            || params.t_cost() < self.today.t_cost()
            || params.p_cost() < self.today.p_cost();
        // Compared in a time that does not depend on how much is equal.
        let matches = self.run(algorithm, version, params, password, salt)? == *expected;
        Ok(Compared { matches, outdated })
    }

    fn run(
        &mut self,
        algorithm: Algorithm,
        version: Version,
        params: Params,
        password: &str,
        salt: &[u8],
    ) -> password_hash::Result<Output> {
        let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
        let blocks = params.block_count();
        if self.memory.len() < blocks {
            self.memory = vec![Block::new(); blocks];
        }
        let mut buffer = [0; Output::MAX_LENGTH];
        let out = buffer.get_mut(..length).ok_or(Error::OutputSize)?;
        let argon = Argon2::new(algorithm, version, params);
        argon.hash_password_into_with_memory(password.as_bytes(), salt, out, &mut self.memory)?;
        Ok(Output::new(out)?)
    }
}
