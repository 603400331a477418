//! The picture for slides: it is well-formed, it fetches and runs nothing, its
//! text is text that fits, and what it shows is what the timeline has.

use asyncade::report::Choice;
use asyncade::timeline::Timeline;
use asyncade::trace::Clock;
use console::measure_text_width;

use super::xml::{self, Found};
use super::{every_chapter, hostile, one_scene, played, viewed, written};
use crate::support::chapter;
use crate::support::many::{Wake, many};

/// All that is drawn with.
const ELEMENTS: [&str; 9] = [
    "svg", "title", "desc", "style", "rect", "g", "text", "path", "circle",
];

/// Whether a file is such a picture.
pub fn check(file: &str) -> Result<(), String> {
    let found = xml::read(file)?;
    let (root, attributes) = &found.elements[0];
    let attribute = |key: &str| {
        let found = attributes.iter().find(|(known, _)| known == key);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    };
    if root != "svg" || attribute("xmlns") != "http://www.w3.org/2000/svg" {
        return Err("no SVG".into());
    }
    let width: f64 = attribute("width").parse().map_err(|_| "no width")?;
    let height: f64 = attribute("height").parse().map_err(|_| "no height")?;
    let names = found.elements.iter().map(|(name, _)| name.as_str());
    for (at, name) in ["svg", "title", "desc"].iter().enumerate() {
        if names.clone().nth(at) != Some(name) {
            return Err(format!("{name} is not where it is looked for"));
        }
    }
    for (name, attributes) in &found.elements {
        if !ELEMENTS.contains(&name.as_str()) {
            return Err(format!("<{name}> is drawn with"));
        }
        for (key, value) in attributes {
            let is_link =
                value.contains("url(") || value.contains("javascript");
            if key.starts_with("on") || key.contains("href") || is_link {
                return Err(format!("{key}=\"{value}\""));
            }
        }
    }
    inside(&found, width, height)
}

/// Whether all that is written is inside of it: in the widest of its fonts a
/// letter is so wide.
fn inside(found: &Found, width: f64, height: f64) -> Result<(), String> {
    let mut texts = found.texts.iter().filter(|(around, text)| {
        around.last().is_some_and(|name| name == "text") && text != "\n"
    });
    for (name, attributes) in &found.elements {
        let of = |key: &str| -> Option<f64> {
            let found = attributes.iter().find(|(known, _)| known == key);
            found.and_then(|(_, value)| value.parse().ok())
        };
        for (key, most) in [("x", width), ("y", height), ("cy", height)] {
            if of(key).is_some_and(|at| !(0.0..=most).contains(&at)) {
                return Err(format!("<{name}> has its {key} outside"));
            }
        }
        if name == "text" {
            let (_, text) = texts.next().ok_or("a <text> without text")?;
            let letter = 0.602 * of("font-size").unwrap_or(16.0);
            let end = of("x").unwrap_or(0.0)
                + letter * measure_text_width(text) as f64;
            if end > width {
                return Err(format!("{text:?} ends at {end}"));
            }
        }
    }
    Ok(())
}

#[test]
fn a_picture() {
    let report = one_scene("tasks", "create_task");
    insta::assert_snapshot!(written(&report, "svg"));
}

#[test]
fn what_is_no_picture_is_found() {
    let fine = written(&one_scene("tasks", "create_task"), "svg");
    assert_eq!(check(&fine), Ok(()));
    let long = format!(">{}</text>", "a".repeat(100));
    for (from, to) in [
        ("</text>", ""),
        ("<svg ", "<png "),
        ("<title>", "<desc></desc><title>"),
        ("<rect ", "<rect onload=\"bad()\" "),
        ("<rect ", "<rect href=\"https://example.org\" "),
        ("fill=\"#fff\"", "fill=\"url(https://example.org)\""),
        ("</svg>", "<script>bad()</script></svg>"),
        ("</svg>", "<image/></svg>"),
        ("</text>", long.as_str()),
        ("<text x=\"24\"", "<text x=\"2400\""),
        ("height=\"", "height=\"1\" data-h=\""),
    ] {
        let wrong = fine.replacen(from, to, 1);
        assert_ne!(wrong, fine, "{from}");
        assert!(check(&wrong).is_err(), "{from} is {to}");
    }
}

/// How bright a colour is, by the [rules for
/// pages](https://www.w3.org/TR/WCAG21/#dfn-relative-luminance).
fn luminance(colour: &str) -> f64 {
    let digits = colour.trim_start_matches('#');
    let digits = if digits.len() == 3 {
        digits.chars().flat_map(|digit| [digit, digit]).collect()
    } else {
        digits.to_owned()
    };
    let level = |from: usize| {
        let level = u8::from_str_radix(&digits[from..from + 2], 16).unwrap();
        let level = f64::from(level) / 255.0;
        if level <= 0.04045 {
            level / 12.92
        } else {
            ((level + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * level(0) + 0.7152 * level(2) + 0.0722 * level(4)
}

fn contrast(a: &str, b: &str) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn all_is_legible_on_either_ground() {
    assert!((contrast("#fff", "#000000") - 21.0).abs() < 1e-9);
    let (light, dark) = ("#fff", "#14171c");
    for report in every_chapter() {
        let file = written(&report, "svg");
        assert!(file.contains("(prefers-color-scheme:dark){.g{fill:#14171c}"));
        // Text, on the ground that goes with it.
        assert!(file.contains(".i{fill:#1b1f24}.l{stroke:#1b1f24}@media"));
        assert!(file.contains(".i{fill:#f0f3f6}.l{stroke:#f0f3f6}}"));
        assert!(contrast("#1b1f24", light) > 7.0);
        assert!(contrast("#f0f3f6", dark) > 7.0);
        for (name, attributes) in xml::read(&file).unwrap().elements {
            let is_styled = attributes.iter().any(|(key, _)| key == "class");
            for (key, value) in attributes {
                let is_colour = ["fill", "stroke"].contains(&key.as_str())
                    && value.starts_with('#');
                // What has a class has another colour on each ground.
                if !is_colour || is_styled {
                    continue;
                }
                for ground in [light, dark] {
                    let found = contrast(&value, ground);
                    assert!(found >= 3.0, "{name} {value} {ground}: {found}");
                }
            }
        }
    }
}

/// The texts of a picture, but not what is there for whoever points at it.
fn shown(file: &str) -> Vec<String> {
    let found = xml::read(file).unwrap();
    let texts = found.texts.into_iter();
    let texts = texts.filter(|(around, _)| around.last().unwrap() == "text");
    texts.map(|(_, text)| text).collect()
}

#[test]
fn every_lane_has_its_name_and_its_end_in_words() {
    for report in every_chapter() {
        let file = written(&report, "svg");
        let shown = shown(&file);
        let about = xml::read(&file).unwrap();
        let desc = about
            .texts
            .iter()
            .find(|(around, _)| around.last().unwrap() == "desc");
        let desc = &desc.unwrap().1;
        for scene in &report.scenes {
            assert!(shown.contains(&scene.name), "{}", scene.name);
            let timeline = Timeline::of(scene.trace.as_ref().unwrap());
            // More are folded.
            if timeline.lanes.len() > 7 {
                continue;
            }
            for lane in &timeline.lanes {
                let end = lane.end.as_ref().unwrap().outcome.to_string();
                assert!(shown.contains(&lane.name), "{}", lane.name);
                assert!(
                    shown.iter().any(|text| text.starts_with(&end)),
                    "{end}"
                );
                let says = |world: &str| {
                    desc.contains(&format!("{}{world} began at", lane.name))
                };
                assert!(says("") || says(" on tokio"), "{desc}");
            }
        }
    }
}

/// How long the bars of a colour are.
fn bars(file: &str, colour: &str) -> f64 {
    let found = xml::read(file).unwrap();
    let rects = found.elements.iter().filter(|(name, attributes)| {
        let has = |key: &str, value: &str| {
            attributes.contains(&(key.to_owned(), value.to_owned()))
        };
        name == "rect" && has("fill", colour) && has("height", "16")
    });
    let widths = rects.filter_map(|(_, attributes)| {
        let width = attributes.iter().find(|(key, _)| key == "width");
        width?.1.parse::<f64>().ok()
    });
    // A moment is narrower.
    widths.filter(|width| *width > 3.0).sum()
}

/// Where each text begins that is one of these.
fn places(file: &str, wanted: &str) -> Vec<f64> {
    let found = xml::read(file).unwrap();
    let texts = found.texts.iter().filter(|(around, text)| {
        around.last().is_some_and(|name| name == "text") && text != "\n"
    });
    let elements = found.elements.iter().filter(|(name, _)| name == "text");
    let pairs = elements.zip(texts).filter(|(_, (_, text))| text == wanted);
    let places = pairs.map(|((_, attributes), _)| {
        let x = attributes.iter().find(|(key, _)| key == "x");
        x.unwrap().1.parse().unwrap()
    });
    places.collect()
}

#[test]
fn lengths_are_on_one_scale() {
    let report = played(&Choice::new(chapter("cashier"), Clock::Virtual));
    let file = written(&report, "svg");
    // One axis for both scenes: the slow one takes 3.6 seconds.
    let [zero, one] =
        ["0s", "1s"].map(|tick| match places(&file, tick).as_slice() {
            [place] => *place,
            other => panic!("{tick} is at {other:?}"),
        });
    let second = one - zero;
    // In both each customer is scanned for 0.2 seconds; in the slow one the
    // cashier's hands are tied while somebody pays, for a second.
    let lanes = ["#0087d7", "#af5faf", "#5f8700"].map(|it| bars(&file, it));
    for lane in lanes {
        let expected = (0.2 + 1.2) * second;
        assert!((lane - expected).abs() < 12.0, "{lanes:?} {second}");
    }
    // Who ends later ends further to the right, as much as the axis says.
    for (words, end) in [
        ("finished 1.400s", 1.4),
        ("finished 2.400s", 2.4),
        ("finished 3.600s", 3.6),
    ] {
        for place in places(&file, words) {
            let expected = zero + end * second + 12.0;
            assert!((place - expected).abs() < 6.0, "{place} {expected}");
        }
    }
}

#[test]
fn what_is_cut_is_there_as_a_whole() {
    let file = written(&hostile(), "svg");
    let cut = shown(&file);
    let cut = cut.iter().filter(|text| text.ends_with('\u{2026}')).count();
    assert!(cut > 3, "{cut}");
    let found = xml::read(&file).unwrap();
    let wholes = found.texts.iter().filter(|(around, _)| {
        let around: Vec<&str> = around.iter().map(String::as_str).collect();
        around.ends_with(&["text", "title"])
    });
    assert_eq!(wholes.count(), cut);
}

#[test]
fn many_lanes_are_counted() {
    let file = written(&viewed(many(1000, Wake::InTurn)), "svg");
    let shown = shown(&file);
    let counted = shown.iter().find(|text| text.starts_with('\u{2026}'));
    let counted = counted.unwrap();
    assert!(
        counted.contains("998 more: all finished 1.000s"),
        "{counted}"
    );
}
