//! Which file of a repository a frame means.

/// Trailing parts of a path that must be the same where neither path is the end of the other.
const PARTS_MIN: usize = 2;

/// The file of the repository that has most of its end in common with the path of a frame. Where two have
/// as much, neither is meant for certain, and none is told.
#[must_use]
pub fn meant<'a>(path: &str, files: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let path = path.replace('\\', "/");
    let wanted: Vec<&str> = parts(&path).collect();
    let mut best: (usize, Option<&str>) = (0, None);
    for file in files {
        let common = common(&wanted, file);
        if common > best.0 {
            best = (common, Some(file));
        } else if common == best.0 {
            best.1 = None;
        }
    }
    best.1
}

/// Parts that both end in; 0 where these are too few.
fn common(wanted: &[&str], file: &str) -> usize {
    let common = parts(file).zip(wanted).take_while(|(a, b)| a == *b).count();
    let is_whole = common == wanted.len() || parts(file).nth(common).is_none();
    match is_whole || common >= PARTS_MIN {
        true => common,
        false => 0,
    }
}

/// From the end. What only says where the path begins is none of them.
fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.rsplit('/').filter(|part| !matches!(*part, "" | "."))
}
