//! Addresses of HTTP. They are shown, and a login in one would be shown with it.

use axum::http::Uri;
use bugsage_commands::outgoing::is_bare;
use reqwest::Url;

use super::reader::{Name, Reader};

/// What a setting says, as an address; where it is none, the reader is told so, and not what it says.
pub(super) fn checked(reader: &mut Reader<'_>, name: Name, text: &str) -> Option<Url> {
    // The text itself is used too, and `Url` alone takes many for an address that others do not.
    let whole = |uri: Uri| uri.scheme().is_some() && uri.authority().is_some();
    let is_whole = text.parse().is_ok_and(whole);
    let url = text.parse().ok().filter(|url| is_whole && is_bare(url));
    if url.is_none() {
        let what = "is no address such as https://host:4318/path, without a login or a query";
        reader.wrong(name, what);
    }
    url
}
