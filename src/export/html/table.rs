//! Every step in a table, for whoever has no script or no eyes for a picture.

use std::collections::BTreeSet;

use super::moment::{link, moment};
use super::run::Run;
use super::text::escaped;
use super::texts::Texts;
use crate::chapter::number_of;
use crate::report::Report;

/// So many rows of tables at most: the player has every step.
const MOST_ROWS: usize = 420;

/// A table for each run, of every step.
pub(super) fn steps(report: &Report, runs: &[Run], texts: &Texts) -> String {
    let most = most_each(runs);
    let facts = report.findings.iter().flat_map(|finding| &finding.facts);
    let links = facts.filter_map(|fact| moment(fact, runs));
    let links = links.map(|(run, step)| link(run, step));
    let links: BTreeSet<String> = links.collect();
    let several = |run: &Run| {
        let mut others = runs.iter().filter(|other| other.scene == run.scene);
        others.nth(1).is_some()
    };
    let tables = runs.iter().map(|run| {
        let is_first = runs
            .iter()
            .find(|other| other.scene == run.scene)
            .is_some_and(|first| std::ptr::eq(first, run));
        let mut name = escaped(&run.scene);
        if several(run) {
            name += &format!(" on {}", run.world);
        }
        let links = is_first.then_some(&links);
        table(run, &name, texts, links, most)
    });
    tables.collect()
}

/// How many rows each table has, so that all of them together are not too many.
fn most_each(runs: &[Run]) -> usize {
    let mut most = MOST_ROWS;
    let rows = |most: usize| -> usize {
        runs.iter().map(|run| run.steps.len().min(most)).sum()
    };
    while most > 20 && rows(most) > MOST_ROWS {
        most -= most.div_ceil(10);
    }
    most
}

fn table(
    run: &Run,
    name: &str,
    texts: &Texts,
    links: Option<&BTreeSet<String>>,
    most: usize,
) -> String {
    let rows = run.steps.iter().zip(1..).take(most).map(|(step, number)| {
        let (_, at) = &run.moments[step.moment];
        let lane = escaped(&run.lanes[step.lane].name);
        let place = step.place.checked_sub(1).map(|place| {
            let (file, line) = run.places[place];
            let file = &run.files[file];
            let file = file.rsplit('/').next().unwrap_or(file);
            format!("{}:{line}", escaped(file))
        });
        // Whoever has no script is led here by the links to this step.
        let own = link(run, number);
        let id = match links {
            Some(links) if links.contains(&own) => format!(" id=\"{own}\""),
            _ => String::new(),
        };
        format!(
            "<tr{id}><td>{}<td>{at}<td>{lane}<td>{}<td>{}\n",
            run.number(number),
            escaped(&run.sentence(step, texts)),
            place.unwrap_or_default()
        )
    });
    let rows: String = rows.collect();
    let left_out = run.of - run.steps.len().min(most);
    let note = match left_out {
        0 => String::new(),
        more => format!(
            "<p>{} of {} not in this table.</p>\n",
            more,
            number_of(run.of, "step is", "steps are")
        ),
    };
    format!(
        "<details class=\"steps\">\n<summary>{name}: {}</summary>\n{note}\
         <table>\n<thead><tr><th scope=\"col\">Step<th scope=\"col\">Time\
         <th scope=\"col\">Lane<th scope=\"col\">What happened, and why\
         <th scope=\"col\">Line\n<tbody>\n{rows}</table>\n</details>\n",
        number_of(run.of, "step", "steps")
    )
}
