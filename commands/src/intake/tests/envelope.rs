use super::super::envelope::{BrokenItem, HEADER_MAX, MAX_ITEMS, parse};
use super::super::kinds::Kind;
use proptest::prelude::*;

#[test]
fn a_broken_item_header_costs_only_that_item() {
    let envelope = parse(b"{}\nnot json\nx\n{\"type\":\"event\"}\n{}\r\n").unwrap();
    assert_eq!(envelope.broken, [BrokenItem::Header { number: 1 }]);
    assert_eq!(envelope.items[0].payload, b"{}\r");
    assert_eq!(envelope.items[0].kind(), Kind::Event);
}

#[test]
fn blank_lines_are_passed_over_but_for_a_payload() {
    let envelope =
        parse(b"{}\n\r\n \n  {\"type\":\"event\"}\n \n\n\t\n{\"type\":\"event\"}\nx\n\n").unwrap();
    let payloads: Vec<_> = envelope.items.iter().map(|item| item.payload).collect();
    assert_eq!(payloads, [&b" "[..], b"x"]);
    assert_eq!(envelope.broken, []);
}

#[test]
fn a_header_line_is_read_up_to_its_bound() {
    let line =
        |start: &str, size: usize| format!("{start}{}}}", " ".repeat(size - start.len() - 1));
    let body = |first: usize, item: usize| {
        format!(
            "{}\n{}\n{{}}",
            line("{", first),
            line("{\"type\":\"event\"", item)
        )
    };
    let full = body(HEADER_MAX, HEADER_MAX);
    assert_eq!(parse(full.as_bytes()).unwrap().items.len(), 1);
    assert!(parse(body(HEADER_MAX + 1, 20).as_bytes()).is_err());
    let broken = body(20, HEADER_MAX + 1);
    assert_eq!(
        parse(broken.as_bytes()).unwrap().broken,
        [BrokenItem::Header { number: 1 }]
    );
}

#[test]
fn a_length_beyond_the_end_is_malformed() {
    let envelope = parse(b"{}\n{\"type\":\"event\",\"length\":9}\n{}").unwrap();
    assert_eq!(
        envelope.broken,
        [BrokenItem::Short {
            number: 1,
            length: 9,
            left: 2
        }]
    );
}

#[test]
fn event_ids_come_with_and_without_dashes() {
    for id in [
        "fc6d8c0c43fc4630ad850ee518f1b9d0",
        "fc6d8c0c-43fc-4630-ad85-0ee518f1b9d0",
    ] {
        let body = format!("{{\"event_id\":\"{id}\",\"sent_at\":7}}");
        assert!(parse(body.as_bytes()).unwrap().header.event_id.is_some());
    }
}

proptest! {
    #[test]
    fn no_lines_give_more_than_they_hold(
        lines in proptest::collection::vec(
            proptest::sample::select(vec![
                "{}", "", " ", "x", "{\"type\":\"event\"}", "{\"type\":\"event\",\"length\":3}",
                "{\"type\":7}", "{\"length\":0}", "{\"type\":\"a\",\"length\":99999999999}", "\r", "\0",
            ]),
            0..130,
        ),
    ) {
        let body = format!("{{}}\n{}", lines.join("\n"));
        if let Ok(envelope) = parse(body.as_bytes()) {
            let held: usize = envelope.items.iter().map(|item| item.payload.len()).sum();
            prop_assert!(held <= body.len());
            prop_assert!(envelope.items.len() + envelope.broken.len() <= MAX_ITEMS);
        }
    }

    #[test]
    fn no_bytes_make_the_parser_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&body);
        let _ = parse(&[b"{}\n", body.as_slice()].concat());
    }

    #[test]
    fn envelopes_round_trip_in_both_framings(
        items in proptest::collection::vec(("[a-z_]{1,9}", any::<bool>(), proptest::collection::vec(any::<u8>(), 0..50)), 0..9)
    ) {
        let mut body = b"{}\n".to_vec();
        let mut sent = Vec::new();
        for (name, with_length, mut payload) in items {
            let length = match with_length {
                true => format!(",\"length\":{}", payload.len()),
                false => String::new(),
            };
            if !with_length {
                payload.retain(|b| *b != b'\n');
            }
            body.extend(format!("{{\"type\":\"{name}\"{length}}}\n").bytes());
            body.extend(&payload);
            body.push(b'\n');
            sent.push((name, payload));
        }
        let read = parse(&body).unwrap();
        let read: Vec<_> = read.items.iter().map(|i| (i.item_type.to_string(), i.payload.to_vec())).collect();
        prop_assert_eq!(read, sent);
    }
}
