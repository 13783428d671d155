//! Field types that accept any well-formed JSON: what is not of their kind counts as missing.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{
    Deserialize, DeserializeOwned, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::Value;

/// A text; numbers and booleans are written out, everything else is missing.
#[derive(Debug, Default)]
pub(super) struct Text(pub(super) Option<String>);

/// A whole number, also when sent as a text.
#[derive(Debug, Default)]
pub(super) struct Number(pub(super) Option<f64>);

/// A truth value.
#[derive(Debug, Default)]
pub(super) struct Flag(pub(super) Option<bool>);

/// An object of fields, or nothing.
#[derive(Debug)]
pub(super) struct Object<T>(pub(super) Option<T>);

/// A list: sent bare, under `values`, or as one object alone.
#[derive(Debug)]
pub(super) struct List<T>(pub(super) Vec<T>);

/// Pairs: sent as an object or as a list of pairs.
#[derive(Debug, Default)]
pub(super) struct Pairs(pub(super) Vec<(String, String)>);

impl<T> Default for Object<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl Number {
    /// The value as a whole number, if it is one that fits.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range is checked first"
    )]
    pub(super) fn whole(&self) -> Option<i64> {
        self.0
            .filter(|n| n.fract() == 0.0 && n.abs() < 9e15)
            .map(|n| n as i64)
    }
}

fn skip_seq<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<(), A::Error> {
    while seq.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

fn skip_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<(), A::Error> {
    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}

/// The visitor methods that turn a scalar of another kind into the default.
macro_rules! otherwise_missing {
    ($($method:ident: $ty:ty),*) => {
        $(fn $method<E>(self, _: $ty) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        })*
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("any JSON value")
        }
    };
}

/// The visitor methods that skip lists and objects.
macro_rules! skip_containers {
    () => {
        fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
            skip_seq(seq).map(|()| Self::Value::default())
        }
        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            skip_map(map).map(|()| Self::Value::default())
        }
    };
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Text;
            fn visit_str<E>(self, v: &str) -> Result<Text, E> {
                Ok(Text(Some(v.to_owned())))
            }
            fn visit_i64<E>(self, v: i64) -> Result<Text, E> {
                Ok(Text(Some(v.to_string())))
            }
            fn visit_u64<E>(self, v: u64) -> Result<Text, E> {
                Ok(Text(Some(v.to_string())))
            }
            fn visit_f64<E>(self, v: f64) -> Result<Text, E> {
                Ok(Text(Some(v.to_string())))
            }
            fn visit_bool<E>(self, v: bool) -> Result<Text, E> {
                Ok(Text(Some(v.to_string())))
            }
            skip_containers!();
            otherwise_missing!();
        }
        deserializer.deserialize_any(V)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Number;
            fn visit_str<E>(self, v: &str) -> Result<Number, E> {
                Ok(Number(v.parse().ok().filter(|n: &f64| n.is_finite())))
            }
            #[expect(
                clippy::cast_precision_loss,
                reason = "lines and codes are far below 2^53"
            )]
            fn visit_i64<E>(self, v: i64) -> Result<Number, E> {
                Ok(Number(Some(v as f64)))
            }
            #[expect(
                clippy::cast_precision_loss,
                reason = "lines and codes are far below 2^53"
            )]
            fn visit_u64<E>(self, v: u64) -> Result<Number, E> {
                Ok(Number(Some(v as f64)))
            }
            fn visit_f64<E>(self, v: f64) -> Result<Number, E> {
                Ok(Number(Some(v)))
            }
            skip_containers!();
            otherwise_missing!(visit_bool: bool);
        }
        deserializer.deserialize_any(V)
    }
}

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Flag;
            fn visit_bool<E>(self, v: bool) -> Result<Flag, E> {
                Ok(Flag(Some(v)))
            }
            skip_containers!();
            otherwise_missing!(visit_str: &str, visit_i64: i64, visit_u64: u64, visit_f64: f64);
        }
        deserializer.deserialize_any(V)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for V<T> {
            type Value = Object<T>;
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(|t| Object(Some(t)))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Object<T>, A::Error> {
                skip_seq(seq).map(|()| Object(None))
            }
            otherwise_missing!(
                visit_bool: bool, visit_str: &str, visit_i64: i64, visit_u64: u64, visit_f64: f64
            );
        }
        deserializer.deserialize_any(V(PhantomData))
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V<T>(PhantomData<T>);
        impl<'de, T: DeserializeOwned> Visitor<'de> for V<T> {
            type Value = List<T>;
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<List<T>, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element::<Object<T>>()? {
                    items.extend(item.0);
                }
                Ok(List(items))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<List<T>, A::Error> {
                let mut lone = serde_json::Map::new();
                let mut values = None;
                while let Some(key) = map.next_key::<String>()? {
                    if key == "values" {
                        values = Some(map.next_value::<List<T>>()?);
                    } else {
                        lone.insert(key, map.next_value()?);
                    }
                }
                Ok(match values {
                    Some(values) => values,
                    None if lone.is_empty() => List::default(),
                    None => List(T::deserialize(Value::Object(lone)).into_iter().collect()),
                })
            }
            otherwise_missing!(
                visit_bool: bool, visit_str: &str, visit_i64: i64, visit_u64: u64, visit_f64: f64
            );
        }
        deserializer.deserialize_any(V(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Pairs;
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = seq.next_element::<Value>()? {
                    if let Some([key, value]) = pair.as_array().map(Vec::as_slice) {
                        pairs.extend(text(key).zip(text(value)));
                    }
                }
                Ok(Pairs(pairs))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, Text>()? {
                    pairs.extend(value.0.map(|value| (key, value)));
                }
                Ok(Pairs(pairs))
            }
            otherwise_missing!(
                visit_bool: bool, visit_str: &str, visit_i64: i64, visit_u64: u64, visit_f64: f64
            );
        }
        deserializer.deserialize_any(V)
    }
}

fn text(value: &Value) -> Option<String> {
    Text::deserialize(value).ok().and_then(|text| text.0)
}
