//! The pages of the book, each made when somebody asks for it. On the virtual
//! clock a run is a function of its knobs, so the last ones are kept; what is
//! measured is measured each time.

use std::io;
use std::panic::resume_unwind;
use std::path::Path;
use std::sync::{
    Mutex, MutexGuard, OnceLock, PoisonError, RwLock, RwLockReadGuard,
    TryLockError,
};
use std::thread;
use std::time::Duration;

use anyhow::{Error, Result};
use hyper::StatusCode;
use hyper::body::Bytes;

use super::Setting;
use super::asked::Asked;
use super::http::{Answer, Site, Waits};
use super::recent::Recent;
use crate::book::{self, CONTENTS, Page, live};
use crate::chapter::{Chapter, Course, Knobs, time};
use crate::command::book::whole;
use crate::report::{self, Nobody, Plan, Report, Reporter, Unheard, Usage};
use crate::system::foreign;
use crate::system::stop::{self, Stopped};
use crate::trace::Trace;
use crate::world::python::{self, Python, Resident};

/// What would run for longer than that is not measured for a page.
const TOO_LONG: Duration = Duration::from_secs(60);

/// So long the Python that stays may still rehearse what it has played.
const REHEARSAL: Duration = Duration::from_millis(200);

/// A run of more of anything is not made for a page: whoever has followed a
/// link has not chosen what it costs.
const MOST: u32 = 10_000;

/// Of what a Python says of itself, no more is repeated.
const LONGEST: usize = 300;

/// All there is.
pub(super) struct Shelf {
    course: Course,
    setting: Setting,
    /// CPython, once it was found.
    python: OnceLock<Resident>,
    /// The pages that are of no run, once they were made.
    overview: OnceLock<[Page; 2]>,
    /// Held by whoever makes them.
    making: Mutex<()>,
    /// The last pages that were computed.
    recent: Mutex<Recent>,
    /// Held by whoever measures: two at once would measure each other.
    measuring: Mutex<()>,
    /// Held by whoever computes, and by whoever measures alone: what is
    /// computed meanwhile would be measured, too.
    quiet: RwLock<()>,
}

impl Shelf {
    pub fn new(course: Course, setting: Setting) -> Shelf {
        Shelf {
            course,
            setting,
            python: OnceLock::new(),
            overview: OnceLock::new(),
            making: Mutex::default(),
            recent: Mutex::default(),
            measuring: Mutex::default(),
            quiet: RwLock::default(),
        }
    }

    /// Makes what everybody asks for first, and has CPython start and play
    /// once, so that the first one who moves a knob does not wait for that.
    pub fn prepare(&self) {
        let _ = self.overview();
        let _quiet = self.disturbing();
        let mut chapters = self.course.chapters.iter();
        let first = chapters.find(|chapter| !chapter.is_real_only());
        if let (Some(first), Ok(python)) = (first, self.python()) {
            let article = Knobs::new(first.knobs);
            let _ = python.play(first, &first.twin, &article);
        }
    }

    /// The chapter that a page is of.
    fn chapter(&self, path: &str) -> Option<&'static Chapter> {
        let name = path.strip_suffix(".html")?;
        let mut chapters = self.course.chapters.iter().copied();
        chapters.find(|chapter| chapter.name == name)
    }

    /// What somebody orders who asks for a chapter. What can only be measured
    /// is measured if he asks for that himself.
    fn order(&self, chapter: &'static Chapter, asked: &Asked) -> Result<Order> {
        let is_measured = chapter.is_real_only();
        // A field that is empty was not filled in.
        let filled =
            asked.setting.iter().filter(|(_, value)| !value.is_empty());
        let (marks, setting): (Vec<_>, Vec<_>) = filled
            .cloned()
            .partition(|(name, _)| is_measured && name == live::MEASURE);
        let knobs = (self.setting)(chapter, &setting)?;
        bounded(chapter, &knobs)?;
        (chapter.check)(&knobs)?;
        Ok(Order {
            chapter,
            knobs,
            measures: !marks.is_empty() && !asked.is_led,
        })
    }

    /// The page of a run.
    fn run(&self, order: &Order, waits: &Waits) -> Result<Bytes> {
        let Order { chapter, knobs, .. } = order;
        // Of what can only be measured there is nothing to compute.
        let _quiet = (!chapter.is_real_only()).then(|| self.disturbing());
        let report = match order.measures {
            true => self.measured(chapter, knobs, waits)?,
            false => self.computed(chapter, knobs)?,
        };
        let page = live::page(&self.course, chapter, knobs, &report)?;
        let page = Bytes::from(page.bytes);
        // One without CPython's world may have it the next time.
        if !order.measures && report.remark.is_none() {
            self.recent().keep(order.name(), page.clone());
        }
        Ok(page)
    }

    /// A run on the virtual clock, in both worlds if there are both; or what is
    /// known beforehand of one that can only be measured.
    fn computed(
        &self,
        chapter: &'static Chapter,
        knobs: &Knobs,
    ) -> Result<Report> {
        let choice = whole(chapter, knobs.clone());
        if chapter.is_real_only() {
            return Ok(Plan::new(&choice)?.report().clone());
        }
        // CPython takes longest. What is tokio's is planned meanwhile.
        let plan = thread::scope(|scope| {
            let ask = || self.cpython(chapter, knobs);
            let asked = thread::Builder::new()
                .name("cpython".to_owned())
                .spawn_scoped(scope, ask);
            Plan::beside(&choice, || match asked {
                Ok(asked) => {
                    asked.join().unwrap_or_else(|why| resume_unwind(why))
                }
                // The system has no thread to give.
                Err(_) => ask(),
            })
        });
        play(plan?, &mut Nobody)
    }

    /// A run that takes its time, for as long as somebody waits for it.
    fn measured(
        &self,
        chapter: &'static Chapter,
        knobs: &Knobs,
        waits: &Waits,
    ) -> Result<Report> {
        let _alone = match self.measuring.try_lock() {
            Ok(alone) => alone,
            Err(TryLockError::Poisoned(alone)) => alone.into_inner(),
            Err(TryLockError::WouldBlock) => return Err(Busy.into()),
        };
        let plan = Plan::new(&whole(chapter, knobs.clone()))?;
        let length = plan.report().length();
        if length > TOO_LONG {
            let (length, most) = (time(length), time(TOO_LONG));
            let wrong = format!(
                "it would take {length} for real, and a page is waited for no \
                 longer than {most}"
            );
            let command = format!("asyncade {}", chapter.name);
            let usage = Usage::new(wrong, "set its knobs lower");
            return Err(usage.or(format!("type '{command}'")).into());
        }
        let quiet = self.quiet.write();
        let _quiet = quiet.unwrap_or_else(PoisonError::into_inner);
        thread::sleep(REHEARSAL);
        play(plan, &mut Somebody(waits))
    }

    /// Held by whoever computes something.
    fn disturbing(&self) -> RwLockReadGuard<'_, ()> {
        // Nothing is left half done by whoever panics.
        self.quiet.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// What CPython does: as it was recorded where the knobs are the article's.
    fn cpython(
        &self,
        chapter: &'static Chapter,
        knobs: &Knobs,
    ) -> Result<Vec<Trace>, String> {
        let twin = &chapter.twin;
        let traces = match knobs.are_defaults() {
            true => python::recording(twin),
            false => self
                .python()
                .and_then(|python| python.play(chapter, twin, knobs)),
        };
        traces.map_err(|error| foreign::cut(&format!("{error:#}"), LONGEST))
    }

    /// CPython, which is looked for until it is found.
    fn python(&self) -> Result<&Resident> {
        if let Some(python) = self.python.get() {
            return Ok(python);
        }
        let found = Python::find(Path::new("python3"))?;
        Ok(self.python.get_or_init(|| Resident::new(found)))
    }

    /// The pages that are of no run.
    fn overview(&self) -> Result<&[Page; 2]> {
        // Whoever comes meanwhile waits for them, and makes none himself.
        let making = self.making.lock();
        let _making = making.unwrap_or_else(PoisonError::into_inner);
        if let Some(made) = self.overview.get() {
            return Ok(made);
        }
        let _quiet = self.disturbing();
        let chapters = self.course.chapters.iter();
        let reports = chapters
            .map(|chapter| self.computed(chapter, &Knobs::new(chapter.knobs)));
        let reports = reports.collect::<Result<Vec<_>>>()?;
        let made = book::overview(&self.course, &reports)?;
        Ok(self.overview.get_or_init(|| made))
    }

    fn recent(&self) -> MutexGuard<'_, Recent> {
        // Nothing panics while it holds the lock.
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Site for Shelf {
    type Work = Work;

    fn at_hand(&self, asked: &Asked) -> Result<Answer, Work> {
        let path = match asked.path.as_str() {
            // Browsers ask for it by themselves.
            "favicon.ico" => return Ok(Answer::nothing()),
            "" => CONTENTS,
            path => path,
        };
        let Some(chapter) = self.chapter(path) else {
            let made = self.overview.get();
            let made = made.map(|pages| answered(None, one_of(pages, path)));
            return made.ok_or_else(|| Work::Overview(path.to_owned()));
        };
        let order = match self.order(chapter, asked) {
            Ok(order) => order,
            Err(error) => return Ok(refused(Some(chapter), &error)),
        };
        let kept = match order.measures {
            true => None,
            false => self.recent().get(&order.name()),
        };
        match kept {
            Some(page) => Ok(Answer::page(StatusCode::OK, page)),
            None => Err(Work::Run(order)),
        }
    }

    fn work(&self, work: Work, waits: &Waits) -> Answer {
        match work {
            Work::Overview(path) => {
                let pages = self.overview();
                answered(None, pages.and_then(|pages| one_of(pages, &path)))
            }
            Work::Run(order) => {
                answered(Some(order.chapter), self.run(&order, waits))
            }
        }
    }
}

/// What is to be done for a page.
pub(super) enum Work {
    /// The pages that are of no run, for the one at a path.
    Overview(String),
    Run(Order),
}

/// A run that is asked for.
pub(super) struct Order {
    chapter: &'static Chapter,
    knobs: Knobs,
    /// It is to be measured, now.
    measures: bool,
}

impl Order {
    /// What is the same of two that come to the same page.
    fn name(&self) -> String {
        format!("{} {:?}", self.chapter.name, self.knobs)
    }
}

/// The page at a path among those that are of no run.
fn one_of(pages: &[Page; 2], path: &str) -> Result<Bytes> {
    let page = pages.iter().find(|page| page.path == path);
    let page = page.map(|page| Bytes::from(page.bytes.clone()));
    page.ok_or_else(|| {
        let wrong = format!("there is no page '{}'", foreign::short(path));
        Missing(Usage::new(wrong, "the contents lead to all there are")).into()
    })
}

fn answered(chapter: Option<&Chapter>, page: Result<Bytes>) -> Answer {
    let page = page.map(|page| Answer::page(StatusCode::OK, page));
    page.unwrap_or_else(|error| refused(chapter, &error))
}

/// Refuses a run of too many things.
fn bounded(chapter: &Chapter, knobs: &Knobs) -> Result<(), Usage> {
    let mut many = chapter.knobs.iter();
    let many = many.find(|knob| knobs.count(knob) > MOST);
    many.map_or(Ok(()), |knob| {
        let (name, count) = (knob.name, knobs.count(knob));
        let wrong = format!("'--{name} {count}' is too many for a page");
        let command = format!("asyncade {} --{name} {count}", chapter.name);
        Err(Usage::new(wrong, format!("give at most {MOST}"))
            .or(format!("type '{command}' in a terminal")))
    })
}

fn play(plan: Plan, reporter: &mut dyn Reporter) -> Result<Report> {
    let played = report::play(plan, reporter, Unheard::Stop);
    stop::check()?;
    match (played.failure, played.unheard) {
        (Some(error), _) => Err(error),
        (None, Some(error)) => Err(error.into()),
        (None, None) => Ok(played.report),
    }
}

/// Whoever waits for what is measured. When he has gone, it ends.
struct Somebody<'a>(&'a Waits);

impl Reporter for Somebody<'_> {
    fn tick(&mut self, _: Duration) -> io::Result<()> {
        match self.0.is_so() {
            true => Ok(()),
            false => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }
}

/// Why there is no page, as one.
fn refused(chapter: Option<&Chapter>, error: &Error) -> Answer {
    let (status, usage) = if let Some(usage) = error.downcast_ref::<Usage>() {
        (StatusCode::UNPROCESSABLE_ENTITY, usage.clone())
    } else if let Some(Missing(usage)) = error.downcast_ref() {
        (StatusCode::NOT_FOUND, usage.clone())
    } else if error.is::<Busy>() {
        let usage = Usage::new(Busy.to_string(), "ask again when it has ended");
        (StatusCode::SERVICE_UNAVAILABLE, usage)
    } else if error.is::<Stopped>() {
        let usage = Usage::new("the server has ended", "start it again");
        (StatusCode::SERVICE_UNAVAILABLE, usage)
    } else {
        let wrong = foreign::cut(&format!("{error:#}"), LONGEST);
        let usage = Usage::new(wrong, "set the knobs otherwise");
        (StatusCode::INTERNAL_SERVER_ERROR, usage)
    };
    let page = live::refusal(chapter, &usage);
    let page = page.map_or_else(|_| Vec::new(), |page| page.bytes);
    Answer::page(status, page.into())
}

/// There is no such page.
#[derive(Debug)]
struct Missing(Usage);

impl std::fmt::Display for Missing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Missing {}

/// Something else is being measured.
#[derive(Debug)]
struct Busy;

impl std::fmt::Display for Busy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("another run is being measured")
    }
}

impl std::error::Error for Busy {}
