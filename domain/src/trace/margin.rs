//! What a log collector puts before every line: `web-1  | `, `[ERROR] `, `web app[12]: `.

/// Ends of such a margin.
const ENDS: [&str; 3] = ["| ", "] ", ": "];

/// The lines without the margin that all of them share, if they share one.
pub(super) fn without<'a>(lines: &[&'a str]) -> Vec<&'a str> {
    let width = width(lines);
    lines
        .iter()
        .map(|line| line.get(width..).unwrap_or_default())
        .collect()
}

fn width(lines: &[&str]) -> usize {
    let mut filled = lines.iter().filter(|line| !line.trim().is_empty());
    let Some(first) = filled.next() else { return 0 };
    let mut shared = *first;
    let mut others = 0;
    for line in filled {
        others += 1;
        let same = shared.bytes().zip(line.bytes());
        let mut end = same.take_while(|(a, b)| a == b).count();
        while !shared.is_char_boundary(end) {
            end -= 1;
        }
        shared = &shared[..end];
    }
    if others == 0 {
        return 0;
    }
    let ends = ENDS
        .iter()
        .filter_map(|mark| Some(shared.rfind(mark)? + mark.len()));
    ends.max().unwrap_or(0)
}
