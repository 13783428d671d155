//! What may come in, as types: whoever has one of them holds a value that keeps its bounds. A fault is
//! told with the field it is in, and the API's document says the same bounds.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use serde::de::{DeserializeOwned, Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::openapi::{ArrayBuilder, ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// A text of `MIN` to `MAX` characters.
macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $min:literal, $refused:expr, $pattern:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name<const MAX: usize, const MIN: usize = $min>(String);

        impl<const MAX: usize, const MIN: usize> TryFrom<String> for $name<MAX, MIN> {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                checked(&text, MIN, MAX, $refused)?;
                Ok(Self(text))
            }
        }

        impl<'de, const MAX: usize, const MIN: usize> Deserialize<'de> for $name<MAX, MIN> {
            fn deserialize<D: Deserializer<'de>>(field: D) -> Result<Self, D::Error> {
                String::deserialize(field)?.try_into().map_err(D::Error::custom)
            }
        }

        impl<const MAX: usize, const MIN: usize> Deref for $name<MAX, MIN> {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl<const MAX: usize, const MIN: usize> From<$name<MAX, MIN>> for String {
            fn from(text: $name<MAX, MIN>) -> Self {
                text.0
            }
        }

        impl<const MAX: usize, const MIN: usize> fmt::Display for $name<MAX, MIN> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<const MAX: usize, const MIN: usize> PartialSchema for $name<MAX, MIN> {
            fn schema() -> RefOr<Schema> {
                let text = ObjectBuilder::new().schema_type(Type::String);
                let text = text.min_length((MIN > 0).then_some(MIN));
                text.max_length(Some(MAX)).pattern(Some($pattern)).into()
            }
        }

        impl<const MAX: usize, const MIN: usize> ToSchema for $name<MAX, MIN> {
            fn name() -> Cow<'static, str> {
                format!("{}{MIN}To{MAX}", stringify!($name)).into()
            }
        }
    };
}

text!(
    /// A line: no control character is in it. At least one character, unless said otherwise.
    Line, 1, |c| c.is_control(), r"^[^\u0000-\u001f\u007f-\u009f]*$"
);
text!(
    /// A text of lines: of the control characters only tabs and line breaks are in it. May be empty,
    /// unless said otherwise.
    Text, 0, |c| c.is_control() && !matches!(c, '\t' | '\n' | '\r'),
    r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$"
);

fn checked(text: &str, min: usize, max: usize, refused: fn(char) -> bool) -> Result<(), String> {
    let characters = text.chars().count();
    if !(min..=max).contains(&characters) {
        return Err(format!(
            "has {min} to {max} characters, this one {characters}"
        ));
    }
    match text.chars().find(|c| refused(*c)) {
        None => Ok(()),
        Some(c) => Err(format!(
            "holds the control character U+{:04X}: send it without",
            u32::from(c)
        )),
    }
}

/// A list of `MIN` to `MAX` elements. What is beyond is not read: ten million zeros are 20 MB too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct List<T, const MAX: usize, const MIN: usize = 0>(Vec<T>);

impl<T, const MAX: usize, const MIN: usize> Default for List<T, MAX, MIN> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T, const MAX: usize, const MIN: usize> Deref for List<T, MAX, MIN> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T, const MAX: usize, const MIN: usize> IntoIterator for List<T, MAX, MIN> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'de, T: DeserializeOwned, const MAX: usize, const MIN: usize> Deserialize<'de>
    for List<T, MAX, MIN>
{
    fn deserialize<D: Deserializer<'de>>(field: D) -> Result<Self, D::Error> {
        struct Elements<T, const MAX: usize, const MIN: usize>(PhantomData<T>);

        impl<'de, T: DeserializeOwned, const MAX: usize, const MIN: usize> Visitor<'de>
            for Elements<T, MAX, MIN>
        {
            type Value = Vec<T>;

            fn expecting(&self, to: &mut fmt::Formatter) -> fmt::Result {
                to.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
                let mut elements = Vec::new();
                while let Some(element) = list.next_element()? {
                    elements.push(element);
                    if elements.len() > MAX {
                        return Err(A::Error::custom(format!("has {MIN} to {MAX} elements")));
                    }
                }
                match elements.len() < MIN {
                    true => Err(A::Error::custom(format!("has {MIN} to {MAX} elements"))),
                    false => Ok(elements),
                }
            }
        }

        field
            .deserialize_seq(Elements::<T, MAX, MIN>(PhantomData))
            .map(Self)
    }
}

impl<T: ToSchema, const MAX: usize, const MIN: usize> PartialSchema for List<T, MAX, MIN> {
    fn schema() -> RefOr<Schema> {
        let list = ArrayBuilder::new().items(T::schema());
        let list = list.min_items((MIN > 0).then_some(MIN));
        list.max_items(Some(MAX)).into()
    }
}

impl<T: ToSchema, const MAX: usize, const MIN: usize> ToSchema for List<T, MAX, MIN> {
    fn name() -> Cow<'static, str> {
        format!("List{MIN}To{MAX}Of{}", T::name()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: DeserializeOwned>(json: &str) -> Result<T, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn characters_are_counted_and_not_bytes() {
        assert_eq!(&*read::<Line<3>>("\"äöü\"").unwrap(), "äöü");
        let told = read::<Line<3>>("\"äöüß\"").unwrap_err();
        assert!(
            told.starts_with("has 1 to 3 characters, this one 4"),
            "{told}"
        );
        read::<Line<3>>("\"\"").unwrap_err();
        read::<Line<3, 0>>("\"\"").unwrap();
        read::<Text<3>>("\"\"").unwrap();
    }

    #[test]
    fn control_characters_are_refused_and_a_text_has_lines() {
        for c in (0..32).chain(127..160) {
            let c = char::from_u32(c).unwrap();
            let json = serde_json::to_string(&format!("a{c}b")).unwrap();
            let is_space = matches!(c, '\t' | '\n' | '\r');
            let told = read::<Line<9>>(&json).unwrap_err();
            assert!(told.contains(&format!("U+{:04X}", u32::from(c))), "{told}");
            assert_eq!(read::<Text<9>>(&json).is_ok(), is_space, "{c:?}");
        }
    }

    #[test]
    fn what_is_no_text_is_none() {
        for json in ["null", "1", "[]", "{}", "[\"a\"]"] {
            read::<Line<9>>(json).unwrap_err();
        }
    }

    #[test]
    fn lists_are_bounded_both_ways() {
        type Few = List<u8, 2, 1>;
        assert_eq!(*read::<Few>("[1,2]").unwrap(), [1, 2]);
        for json in ["[]", "[1,2,3]"] {
            let told = read::<Few>(json).unwrap_err();
            assert!(told.starts_with("has 1 to 2 elements"), "{told}");
        }
        read::<Few>("{}").unwrap_err();
    }
}
