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
    /// What it has where somebody answers to it.
    pub live: Option<Live>,
}

/// What a page has that can ask for another run.
#[derive(Clone, Debug)]
pub(crate) struct Live {
    /// What one sets it with, as HTML, between the player and the lanes.
    pub controls: String,
    /// The script behind that, which follows the player's.
    pub script: &'static str,
    /// What it looks like.
    pub style: &'static str,
}
