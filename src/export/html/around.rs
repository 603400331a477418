//! What a page has around a run where it is one of several. Alone it has
//! nothing.

/// HTML, as it goes into the page.
#[derive(Clone, Debug, Default)]
pub(crate) struct Around {
    /// Before its head: the way to the other pages.
    pub before: String,
    /// After its question, and before anything is played.
    pub story: String,
    /// After all that it has.
    pub after: String,
}
