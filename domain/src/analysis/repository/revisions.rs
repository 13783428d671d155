//! Which revision a release means.

/// Characters of a release that can name a revision.
const RELEASE_MAX: usize = 200;
/// Digits of a commit's hash.
const HASH: std::ops::RangeInclusive<usize> = 7..=40;

/// The tags that a release may have, the likeliest first: of `shop@2.4.1+7` itself, `2.4.1+7`, `v2.4.1+7`,
/// `2.4.1` and `v2.4.1`. Nothing of it can be taken by git for more than a name.
#[must_use]
pub fn tags(release: &str) -> Vec<String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-+/@".contains(&byte);
    let is_fit = (1..=RELEASE_MAX).contains(&release.len())
        && release.bytes().all(is_plain)
        && !release.starts_with(['-', '/', '.'])
        && !release.contains("..");
    if !is_fit {
        return Vec::new();
    }
    let version = version(release);
    let bare = version.split('+').next().unwrap_or(version);
    let mut tags = vec![release.to_owned()];
    for name in [version, bare] {
        tags.extend([name.to_owned(), format!("v{name}")]);
    }
    let mut known = std::collections::BTreeSet::new();
    tags.retain(|tag| !tag.is_empty() && known.insert(tag.clone()));
    tags
}

/// The commit's hash, or the beginning of one, that a release is or ends in.
#[must_use]
pub fn hash(release: &str) -> Option<String> {
    let version = version(release);
    let is_hash =
        HASH.contains(&version.len()) && version.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then(|| version.to_ascii_lowercase())
}

/// `2.4.1` of `shop@2.4.1`.
fn version(release: &str) -> &str {
    release.rsplit('@').next().unwrap_or(release)
}
