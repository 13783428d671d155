//! Which lines of a message count.

/// Lines that count of a message that stands for itself; what follows is detail.
const LINES: usize = 2;
/// How Python begins a stack trace; what it ends with is what happened.
const PYTHON_TRACE: &str = "Traceback (most recent call last):";

/// What counts beside a frame: the first line. What follows is detail, such as where in the
/// input it was.
pub(crate) fn first_line(message: &str) -> &str {
    message.trim().lines().next().unwrap_or_default()
}

/// What counts where there is no frame: the first lines, the whole of a JSON text (its lines
/// are chance), and of a Python stack trace what was raised where.
pub(crate) fn opening(message: &str) -> String {
    let message = message.trim();
    if message.starts_with(['{', '[']) {
        return message.to_owned();
    }
    if let Some((before, trace)) = message.rsplit_once(PYTHON_TRACE) {
        return [first_line(before), &end_of_trace(trace)].join("\n");
    }
    let lines = message.lines().filter(|line| !line.trim().is_empty());
    lines.take(LINES).collect::<Vec<_>>().join("\n")
}

/// The last frame's line, and the exception: the first line that is not indented.
fn end_of_trace(trace: &str) -> String {
    let mut frame = "";
    for line in trace.lines().filter(|line| !line.trim().is_empty()) {
        if !line.starts_with([' ', '\t']) {
            return [frame, line].join("\n");
        }
        if line.trim_start().starts_with("File ") {
            frame = line;
        }
    }
    frame.to_owned()
}
