//! The question to a model. What an error says is fenced: no text of it can be taken for ours.

use bugsage_domain::analysis::repository::Repository;
use bugsage_domain::analysis::{Pointer, schema};
use bugsage_domain::occurrence::{Exception, Occurrence};
use bugsage_models::{Fault, Request, Schema};
use serde_json::json;

use super::lines::Lines;
use super::places::{frames_of, objects};
use super::{Material, Version};

/// A question.
#[derive(Debug, Clone)]
pub struct Prompt {
    version: &'static Version,
    lines: Lines,
}

impl Prompt {
    /// About an occurrence and what is known beside it.
    #[must_use]
    pub fn of(material: &Material, occurrence: &Occurrence, version: &'static Version) -> Self {
        let mut prompt = Self {
            version,
            lines: Lines::default(),
        };
        prompt.known(material, occurrence);
        for (number, exception) in occurrence.exceptions.iter().enumerate() {
            prompt.exception(number, exception, material);
        }
        for (number, noted) in material.breadcrumbs().into_iter().enumerate() {
            let mut shown = json!({});
            for field in ["timestamp", "category", "level", "message", "type"] {
                shown[field] = noted[field].clone();
            }
            let name = material.places.name(Pointer::Breadcrumb(number));
            prompt.lines.thing(&name, shown);
        }
        for (name, value) in &occurrence.tags {
            prompt
                .lines
                .thing(&Pointer::Tag(name.clone()), json!({"value": value}));
        }
        prompt.lines.cut(version.data_tokens);
        prompt
    }

    /// As it is sent: each thing on a line of its own between two lines that no thing can be like, for
    /// none has a line break or an angle bracket.
    #[must_use]
    pub fn user(&self) -> String {
        format!("<data>\n{}\n</data>\n\nWhy did it happen?", self.lines)
    }

    /// The question with its schema.
    ///
    /// # Errors
    /// When the schema is not of the subset that providers take; a test holds it to that.
    pub fn request(&self) -> Result<Request, Fault> {
        Ok(Request {
            system: self.version.system.to_owned(),
            user: self.user(),
            schema: Schema::new(schema())?,
            schema_name: "analysis".to_owned(),
            max_tokens: self.version.answer_tokens,
            again: None,
        })
    }

    fn known(&mut self, material: &Material, occurrence: &Occurrence) {
        let known = &material.circumstances;
        self.lines.push(
            0,
            &json!({
                "thing": null,
                "platform": occurrence.platform,
                "transaction": occurrence.transaction,
                "message": occurrence.message.as_ref().map(|message| &message.formatted),
                "severity": known.severity,
                "first_seen": known.first_seen,
                "occurrences": known.occurrences,
                "users": known.users,
                "environments": known.environments,
            }),
        );
        for release in &known.releases {
            let is_this = occurrence.release.as_ref() == Some(release);
            let shown = json!({"seen_in_this_release": true, "occurred_now_in_it": is_this});
            self.lines.thing(&Pointer::Release(release.clone()), shown);
        }
        for one in &known.related {
            let shown = json!({
                "similar": f64::from(one.alike) / 100.0, "title": one.title, "category": one.category,
                "cause": one.cause, "suggested": one.fixes, "what_came_of_it": one.ended,
            });
            self.lines.thing(&Pointer::Error(one.error), shown);
        }
        if let Some(repository) = &known.repository {
            self.repository(repository);
        }
    }

    fn repository(&mut self, shown: &Repository) {
        self.lines.push(
            3,
            &json!({
                "thing": null, "repository": shown.said, "revision": shown.revision,
            }),
        );
        for excerpt in &shown.excerpts {
            let frame = excerpt.frame.to_string();
            for (line, source) in (excerpt.first..).zip(&excerpt.lines) {
                let path = excerpt.path.clone();
                let is_at = (line == excerpt.line).then_some(&frame);
                let shown = json!({"source": source, "is_the_source_of": is_at});
                self.lines.thing(&Pointer::Line { path, line }, shown);
            }
        }
        for one in &shown.suspects {
            let frames = one.frames.iter().map(Pointer::to_string);
            let shown = json!({
                "author": one.author, "at": one.at, "subject": one.subject,
                "suspect": f64::from(one.score) / 100.0,
                "touched_lines_of": frames.collect::<Vec<_>>(),
            });
            self.lines
                .thing(&Pointer::Commit(one.commit.clone()), shown);
        }
    }

    fn exception(&mut self, number: usize, exception: &Exception, material: &Material) {
        let name = |pointer| material.places.name(pointer);
        let shown =
            json!({"type": exception.kind, "message": exception.value, "module": exception.module});
        self.lines.thing(&name(Pointer::Exception(number)), shown);
        let sent = objects(&material.event["exception"]);
        let sent = sent
            .get(number)
            .map_or_else(Vec::new, |sent| objects(frames_of(sent)));
        let frames = exception.stacktrace.iter().flat_map(|stack| &stack.frames);
        for (index, frame) in frames.enumerate() {
            let name = name(Pointer::Frame {
                exception: number,
                frame: index,
            });
            let around = sent.get(index);
            let lines = |field: &str| {
                let lines = around.and_then(|around| around[field].as_array());
                lines.cloned().unwrap_or_default()
            };
            let before = lines("pre_context");
            let before = &before[before.len().saturating_sub(self.version.around)..];
            let after = lines("post_context");
            let after = &after[..after.len().min(self.version.around)];
            let shown = json!({
                "function": frame.function, "module": frame.module, "file": frame.filename,
                "line": frame.lineno, "in_app": frame.in_app,
                "before": before, "source": frame.context_line, "after": after,
            });
            self.lines.thing(&name, shown);
            if let (Some(path), Some(line), Some(_)) =
                (&frame.filename, frame.lineno, &frame.context_line)
            {
                let path = path.clone();
                let shown = json!({"is_the_source_of": name.to_string()});
                self.lines.thing(&Pointer::Line { path, line }, shown);
            }
        }
    }
}
