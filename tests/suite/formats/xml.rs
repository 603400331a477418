//! Whether a text is well-formed [XML](https://www.w3.org/TR/xml/), as far as
//! the formats use it: elements, attributes, text and entities. What it does
//! not know is wrong.

/// What is in it.
#[derive(Debug, Default)]
pub struct Found {
    /// Every element's name, and its attributes.
    pub elements: Vec<(String, Vec<(String, String)>)>,
    /// Every text, with the names of the elements around it.
    pub texts: Vec<(Vec<String>, String)>,
}

/// Reads a document.
pub fn read(document: &str) -> Result<Found, String> {
    let mut found = Found::default();
    let mut open: Vec<String> = Vec::new();
    let mut rest = document.trim_end();
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("</") {
            let (name, after) =
                after.split_once('>').ok_or("a tag has no end")?;
            if open.pop().as_deref() != Some(name) {
                return Err(format!("</{name}> closes nothing"));
            }
            rest = after;
        } else if let Some(after) = rest.strip_prefix('<') {
            if open.is_empty() && !found.elements.is_empty() {
                return Err("a second root".into());
            }
            let (tag, after) = tag(after)?;
            if !tag.is_empty {
                open.push(tag.name.clone());
            }
            found.elements.push((tag.name, tag.attributes));
            rest = after;
        } else {
            let end = rest.find('<').unwrap_or(rest.len());
            let (text, after) = rest.split_at(end);
            let text = decoded(text)?;
            if open.is_empty() && !text.trim().is_empty() {
                return Err(format!("text around the root: {text}"));
            }
            found.texts.push((open.clone(), text));
            rest = after;
        }
    }
    match open.last() {
        Some(name) => Err(format!("<{name}> is not closed")),
        None => Ok(found),
    }
}

struct Tag {
    name: String,
    attributes: Vec<(String, String)>,
    is_empty: bool,
}

fn is_name(text: &str) -> bool {
    let is_in_name = |c: char| c.is_ascii_alphanumeric() || "-_:".contains(c);
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(is_in_name)
}

/// A tag, behind its first letter.
fn tag(text: &str) -> Result<(Tag, &str), String> {
    let end = text.find([' ', '>', '/']).ok_or("a tag has no end")?;
    let (name, mut rest) = text.split_at(end);
    if !is_name(name) {
        return Err(format!("<{name}> is no name"));
    }
    let mut attributes: Vec<(String, String)> = Vec::new();
    loop {
        let is_apart = rest.starts_with(' ');
        rest = rest.trim_start();
        let is_empty = rest.starts_with("/>");
        if let Some(after) =
            rest.strip_prefix("/>").or_else(|| rest.strip_prefix('>'))
        {
            let tag = Tag {
                name: name.to_owned(),
                attributes,
                is_empty,
            };
            return Ok((tag, after));
        }
        let (key, after) =
            rest.split_once("=\"").ok_or("an attribute has no value")?;
        let (value, after) =
            after.split_once('"').ok_or("an attribute has no end")?;
        if !is_apart || !is_name(key) || value.contains('<') {
            return Err(format!("{key}=\"{value}\" is no attribute"));
        }
        if attributes.iter().any(|(known, _)| known == key) {
            return Err(format!("{key} is there twice"));
        }
        attributes.push((key.to_owned(), decoded(value)?));
        rest = after;
    }
}

/// A text, with its entities as what they stand for.
fn decoded(text: &str) -> Result<String, String> {
    let mut decoded = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        decoded.push_str(before);
        let (entity, after) =
            after.split_once(';').ok_or("an entity has no end")?;
        decoded.push(match entity {
            "lt" => '<',
            "gt" => '>',
            "amp" => '&',
            "quot" => '"',
            "#39" => '\'',
            other => return Err(format!("&{other}; is not known")),
        });
        rest = after;
    }
    decoded.push_str(rest);
    if rest.contains("]]>") {
        return Err("']]>' in a text".into());
    }
    let is_forbidden = |c: char| {
        (c < ' ' && !"\t\n\r".contains(c))
            || matches!(c, '\u{fffe}' | '\u{ffff}')
    };
    match decoded.chars().find(|c| is_forbidden(*c)) {
        Some(letter) => Err(format!("{letter:?} is no character of XML")),
        None => Ok(decoded),
    }
}

#[test]
fn what_is_not_well_formed_is_found() {
    let fine = "<a b=\"c &lt;\"><d/>e &amp; f</a>\n";
    let found = read(fine).unwrap();
    assert_eq!(found.elements.len(), 2);
    assert_eq!(found.texts[0], (vec!["a".into()], "e & f".into()));
    for (from, to) in [
        ("</a>", ""),
        ("</a>", "</d>"),
        ("<d/>", "<d>"),
        ("<d/>", "</d>"),
        ("&amp;", "&"),
        ("&amp;", "&bad;"),
        ("&amp;", "<"),
        ("&amp;", "]]>"),
        ("&amp;", "\u{1b}"),
        ("&amp;", "\u{ffff}"),
        ("&lt;\"", "\""),
        ("b=\"", "b="),
        ("&lt;", "<"),
        ("b=\"c", "b=\"\" b=\"c"),
        ("<d/>", "<d x=\"\"y=\"\"/>"),
        ("</a>", "</a><a></a>"),
        ("</a>", "</a>text"),
        ("<d/>", "<!-- --><d/>"),
    ] {
        let wrong = fine.replacen(from, to, 1);
        assert_ne!(wrong, fine);
        // An attribute may well be empty.
        let is_fine = (from, to) == ("&lt;\"", "\"");
        assert_eq!(read(&wrong).is_ok(), is_fine, "{wrong}");
    }
}
