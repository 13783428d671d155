//! Stacks whose depth is chance.

use std::time::Instant;

use super::*;

/// Calls `circle` round and round, `depth` frames in all.
fn recursion(circle: &[&str], depth: usize) -> Vec<Value> {
    let calls = circle.iter().cycle().take(depth);
    let mut frames: Vec<_> = calls
        .map(|function| marked("app", function, true))
        .collect();
    frames.insert(0, marked("app", "main", true));
    frames.reverse();
    frames
}

#[test]
fn the_depth_of_a_direct_recursion_does_not_count() {
    let deep = |depth| failing(&recursion(&["walk"], depth));
    alike(&[deep(1), deep(2), deep(3), deep(50), deep(999)]);
}

#[test]
fn the_depth_of_a_mutual_recursion_does_not_count() {
    for circle in [["even", "odd"], ["odd", "even"]] {
        let deep = |depth| failing(&recursion(&circle, depth));
        alike(&[deep(4), deep(5), deep(50), deep(51), deep(999)]);
    }
    let deep = |depth| failing(&recursion(&["b", "a", "d", "c"], depth));
    alike(&[deep(8), deep(9), deep(10), deep(11), deep(500)]);
}

#[test]
fn where_the_stack_was_full_the_top_is_chance() {
    let full = |leaf: &str, depth| {
        let mut frames = recursion(&["resolve", "expand", "resolve", "visit"], depth);
        frames.insert(0, marked("app", leaf, true));
        raised(
            "python",
            "RecursionError",
            "maximum recursion depth exceeded",
            &frames,
        )
    };
    alike(&[
        full("len", 400),
        full("index", 401),
        full("hash", 402),
        full("len", 403),
    ]);
}

#[test]
fn a_short_stack_is_not_taken_for_a_full_one() {
    let stack = |functions: &[&str]| {
        let frames: Vec<_> = functions.iter().map(|f| marked("app", f, true)).collect();
        raised("java", "StackOverflowError", "", &frames)
    };
    alike(&[
        stack(&["resolve", "bind", "create", "adapt", "bind"]),
        stack(&["resolve", "bind", "create", "adapt"]),
    ]);
}

#[test]
fn what_a_recursion_calls_decides_where_the_stack_was_not_full() {
    let stack = |leaf: &str, depth| {
        let mut frames = recursion(&["walk", "step"], depth);
        frames.insert(0, marked("app", leaf, true));
        failing(&frames)
    };
    alike(&[stack("parse", 4), stack("parse", 41)]);
    different(&[stack("parse", 4), stack("read", 4)]);
}

#[test]
fn thousands_of_frames_cost_one_look_at_each() {
    let circle: Vec<String> = (0..63)
        .map(|i| format!("step_{}", char::from(b'!' + i)))
        .collect();
    let circle: Vec<&str> = circle.iter().map(String::as_str).collect();
    let stacks = [
        failing(&recursion(&["walk"], 5_000)),
        failing(&recursion(&circle, 5_000)),
        raised("python", "RecursionError", "", &recursion(&circle, 5_000)),
        failing(&vec![
            json!({"function": "<listcomp>", "abs_path": "/usr/lib/python3/a.py"});
            5_000
        ]),
    ];
    for event in stacks {
        let occurrence = decode(event.to_string().as_bytes()).unwrap();
        let started = Instant::now();
        assert!(fingerprint(CURRENT, &occurrence).title.contains("Error"));
        // Unoptimised, on a busy machine; a quadratic search would take a minute.
        assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
    }
}
