//! The trace parsers: whatever is read is within bounds, and no larger than what was printed.

use bugsage_domain::occurrence::Frame;
use bugsage_domain::scrub::Limits;
use bugsage_domain::trace::parse;

pub(crate) fn hold(bytes: &[u8]) {
    let text = &*String::from_utf8_lossy(bytes);
    let limits = Limits::default();
    let Some(trace) = parse(text) else { return };
    assert!(trace.exceptions.len() <= limits.exceptions);
    let stacks = trace
        .exceptions
        .iter()
        .filter_map(|e| e.stacktrace.as_ref());
    let mut frames = 0;
    for stack in stacks {
        assert!(stack.frames.len() <= limits.frames);
        frames += stack.frames.len();
        stack
            .frames
            .iter()
            .for_each(|frame| is_printed(frame, text));
    }
    assert!(frames > 0, "a trace has a frame");
}

/// Names and files are no longer than the text they come from.
fn is_printed(frame: &Frame, text: &str) {
    let texts = [&frame.function, &frame.module, &frame.filename];
    for name in texts.into_iter().flatten() {
        assert!(!name.is_empty() && name.len() <= text.len(), "{name:?}");
    }
}
