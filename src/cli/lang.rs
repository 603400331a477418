//! Which code the user reads: as an option says, or else a variable that is
//! set once.

use std::env;

use super::options::LangArg;
use crate::chapter::{Lang, Reading};
use crate::report::Usage;
use crate::system::foreign;

/// The variable. One that is empty is as good as none.
const VARIABLE: &str = "ASYNCADE_LANG";

/// What is read. The option wins.
///
/// # Errors
/// If it takes the variable, and that names no such language.
pub(super) fn reading(option: Option<LangArg>) -> Result<Reading, Usage> {
    if let Some(lang) = option {
        return Ok(Reading {
            lang: lang.into(),
            is_option: true,
        });
    }
    let set = env::var_os(VARIABLE).filter(|value| !value.is_empty());
    let Some(value) = set else {
        return Ok(Reading::default());
    };
    let mut all = Lang::ALL.into_iter();
    let named = all.find(|(name, _)| value == **name);
    let (_, lang) = named.ok_or_else(|| {
        let value = foreign::short(&value.to_string_lossy());
        let wrong = format!("{VARIABLE} is '{value}', which is no language");
        Usage::new(wrong, "set it to rust, python or both, or unset it")
    })?;
    Ok(Reading {
        lang,
        is_option: false,
    })
}
