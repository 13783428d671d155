//! Where the things of a material stand in the occurrence, whose lists it has cut: claims point at things by
//! their numbers there, which is where a reader looks.

use bugsage_domain::analysis::Pointer;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The numbers in the occurrence, of what is left of each list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Places {
    exceptions: Vec<usize>,
    /// Of each exception that is left.
    frames: Vec<Vec<usize>>,
    breadcrumbs: Vec<usize>,
}

impl Places {
    /// Of an event of whose lists the last so many are left.
    pub(super) fn of(event: &Value, items: usize) -> Self {
        let kept = |list| {
            let list = elements(list);
            let cut = list.len().saturating_sub(items);
            let last = list.iter().enumerate().skip(cut);
            let last = last.filter(|(_, element)| element.is_object());
            last.map(|(number, _)| number).collect::<Vec<_>>()
        };
        let exceptions = kept(&event["exception"]);
        let shown = elements(&event["exception"]);
        let frames = exceptions.iter();
        let frames = frames.map(|number| kept(frames_of(&shown[*number])));
        Self {
            frames: frames.collect(),
            exceptions,
            breadcrumbs: kept(&event["breadcrumbs"]),
        }
    }

    /// The name in the occurrence of what has this one in the material. A material of before there were
    /// places keeps its names.
    pub(super) fn name(&self, pointer: Pointer) -> Pointer {
        let place = |list: &[usize], number| list.get(number).copied().unwrap_or(number);
        match pointer {
            Pointer::Exception(number) => Pointer::Exception(place(&self.exceptions, number)),
            Pointer::Frame { exception, frame } => {
                let frames = self.frames.get(exception).map_or(&[][..], Vec::as_slice);
                Pointer::Frame {
                    exception: place(&self.exceptions, exception),
                    frame: place(frames, frame),
                }
            }
            Pointer::Breadcrumb(number) => Pointer::Breadcrumb(place(&self.breadcrumbs, number)),
            other => other,
        }
    }
}

/// The elements of a list that was sent as one, as the `values` of an object, or as its one element alone.
fn elements(list: &Value) -> &[Value] {
    match list {
        Value::Array(elements) => elements,
        Value::Object(members) => match members.get("values") {
            Some(values) => elements(values),
            None if members.is_empty() => &[],
            None => std::slice::from_ref(list),
        },
        _ => &[],
    }
}

/// Those of them that are decoded: what is no object is passed over.
pub(super) fn objects(list: &Value) -> Vec<&Value> {
    let list = elements(list).iter();
    list.filter(|element| element.is_object()).collect()
}

/// The frames of an exception as it was sent.
pub(super) fn frames_of(exception: &Value) -> &Value {
    &exception["stacktrace"]["frames"]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_exception_that_was_sent_alone_is_the_first() {
        let frames: Vec<_> = (0..9).map(|line| json!({ "lineno": line })).collect();
        let event = json!({"exception": {"type": "A", "stacktrace": {"frames": frames}}});
        let named = Places::of(&event, 3).name("frame:0.0".parse().unwrap());
        assert_eq!(named.to_string(), "frame:0.6");
    }

    #[test]
    fn what_is_left_of_a_list_keeps_its_numbers() {
        let frames: Vec<_> = (0..9).map(|line| json!({ "lineno": line })).collect();
        let event = json!({
            "exception": [{}, {"stacktrace": {"frames": frames}}, null, {"stacktrace": {"frames": [{}]}}],
            "breadcrumbs": {"values": [{}, {}, {}, {}]},
        });
        let places = Places::of(&event, 3);
        let named = |name: &str| places.name(name.parse().unwrap()).to_string();
        for (name, place) in [
            ("exception:0", "exception:1"),
            ("exception:1", "exception:3"),
            ("frame:0.0", "frame:1.6"),
            ("frame:0.2", "frame:1.8"),
            ("frame:1.0", "frame:3.0"),
            ("breadcrumb:0", "breadcrumb:1"),
            ("tag:a", "tag:a"),
        ] {
            assert_eq!(named(name), place);
        }
        assert_eq!(
            Places::default().name(Pointer::Exception(4)),
            Pointer::Exception(4)
        );
    }
}
