//! Addresses of HTTP. They are shown, and a login in one would be shown with it.

use reqwest::Url;

use super::reader::{Name, Reader};

/// What a setting says, as an address; where it is none, the reader is told so, and not what it says.
pub(super) fn checked(reader: &mut Reader<'_>, name: Name, text: &str) -> Option<Url> {
    let url = text.parse().ok().filter(is_plain);
    if url.is_none() {
        let what = "is no address such as https://host:4318/path, without a login or a query";
        reader.wrong(name, what);
    }
    url
}

fn is_plain(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none()
}
