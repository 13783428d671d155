//! How long and how many: no model's schema may say it, so it is checked by us.

/// Steps of a chain of whys.
pub const WHYS_MAX: usize = 5;
/// Characters of a why.
pub const WHY_MAX: usize = 1_000;
/// Characters of the reason why no cause was found.
pub const REASON_MAX: usize = 1_000;
/// Claims of an analysis.
pub const EVIDENCE_MAX: usize = 20;
/// Characters of a claim.
pub const CLAIM_MAX: usize = 500;
/// Characters of what a claim points at; a file's path is the longest.
pub const POINTER_MAX: usize = 512;
/// Characters of an assessment of the impact.
pub const IMPACT_MAX: usize = 2_000;
/// Suggested fixes.
pub const FIXES_MAX: usize = 5;
/// Characters of a suggestion, of a fix or of a prevention.
pub const FIX_MAX: usize = 2_000;
/// Suggestions how to prevent the like.
pub const PREVENTION_MAX: usize = 5;
/// Related errors.
pub const RELATED_MAX: usize = 10;
/// The most confidence in a cause that no evidence is left for.
pub const GUESS_MAX: f64 = 0.3;
