//! The fields of an error as they come in, by the bounds of the domain.

use bugsage_domain::error::{
    ASSIGNEE_MAX, CATEGORY_MAX, RELEASE_MAX, SOURCE_ID_MAX, SOURCE_MAX, TAG_MAX, TAGS_MAX,
    TITLE_MAX,
};
use uuid::Uuid;

use crate::input::{Line, List, Text};

/// What happened.
pub type Title = Line<TITLE_MAX>;
/// More about it.
pub type Description = Text<10_000>;
/// What kind of error it is.
pub type Category = Line<CATEGORY_MAX>;
/// Who looks after it.
pub type Assignee = Line<ASSIGNEE_MAX>;
/// A bare word or `key:value`.
pub type Tag = Line<TAG_MAX>;
/// All tags of an error.
pub type Tags = List<Tag, TAGS_MAX>;
/// Where it was seen.
pub type Source = Line<SOURCE_MAX>;
/// Its id there.
pub type SourceId = Line<SOURCE_ID_MAX, 0>;
/// A release, by its name.
pub type Release = Line<RELEASE_MAX>;
/// A provider of models, by its name in the settings.
pub type Provider = Line<100>;
/// A version of the question to a model.
pub type PromptVersion = Line<40>;
/// The errors of one request.
pub type Ids = List<Uuid, 1_000, 1>;
/// What a field must be like to be listed.
pub type Filter = Line<255, 0>;
/// What is searched for.
pub type Sought = Line<1_000, 0>;
