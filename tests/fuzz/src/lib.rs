//! What must hold for any bytes from outside. `make fuzz` searches for bytes that break a rule;
//! the tests hold the seeds of that search to the rules.

mod targets;

/// Panics where the bytes break a rule.
pub type Target = fn(&[u8]);

/// Every target, by the name of its folder of seeds in `corpus`.
pub const TARGETS: [(&str, Target); 6] = [
    ("envelope", targets::envelope::hold),
    ("grouping", targets::grouping::hold),
    ("inflate", targets::inflate::hold),
    ("message", targets::message::hold),
    ("scrub", targets::scrub::hold),
    ("trace", targets::trace::hold),
];

/// The target of that name.
#[must_use]
pub fn target(name: &str) -> Option<Target> {
    let found = TARGETS.iter().find(|(known, _)| *known == name);
    found.map(|(_, target)| *target)
}
