//! What is to be remembered of a chapter.

use std::io::{self, Write};

use super::page::Page;
use crate::chapter::Lesson;

/// Writes what to remember of a lesson, and where the article is wrong.
///
/// # Errors
/// Whatever the writer says.
pub fn remember(
    page: &Page,
    out: &mut dyn Write,
    lesson: &Lesson,
) -> io::Result<()> {
    page.heading(out, "remember", "")?;
    page.prose(out, 2, &lesson.takeaway)?;
    if let Some(erratum) = &lesson.erratum {
        page.heading(out, "erratum", erratum.heading)?;
        page.prose(out, 2, &erratum.text)?;
    }
    Ok(())
}
