//! From what the recorder noted to what a trace says. Notes are made in a hurry,
//! in the middle of somebody's poll; here there is time to number the waits in
//! the order in which they began, to find the lane that a task's handle stands
//! for, to say what a lane is parked for when its future did not, and who
//! cancelled whom.

use std::collections::{BTreeSet, HashMap, VecDeque};

use tokio::task;

use super::entries::Entry;
use super::log::{Asked, Ending, Log, NEVER, Note, Source, Target, Want};
use crate::trace::{
    By, Cause, Event, How, LaneId, LaneKind, On, Outcome, Place, WaitId, What,
};

/// A wait for the next of a set names no more lanes than this.
const MOST_NAMED: usize = 16;

/// What a lane is parked for if nothing that it awaits has said so.
const SOMETHING: &str = "something that the stage does not see";

/// Writes down a whole log.
pub(super) fn transcribe(
    log: &Log,
    is_virtual: bool,
    shutdown: Option<usize>,
    main: Option<Place>,
) -> Vec<Event> {
    let shutdown = shutdown.unwrap_or(log.entries.len());
    let mut entries: Vec<(usize, Entry)> =
        log.entries.iter().enumerate().collect();
    if is_virtual {
        // A thread is recorded ahead of the loop. The sort is stable: what
        // happened at one instant stays in the order in which it was noted.
        // Only a runtime that shuts down drops its tasks in an order of its
        // own, which depends on what else the process has run. On the virtual
        // clock that happens in no time, so no order is wrong, and the order of
        // spawning is the same in every run.
        entries.sort_by_key(|(index, entry)| {
            (entry.at, if *index < shutdown { 0 } else { entry.lane })
        });
    }
    let ending = returns(log).map_or(shutdown, |last| last.min(shutdown));
    let mut transcript = Transcript::new(main);
    let tasks = log.lanes();
    transcript.tasks = tasks
        .filter_map(|(lane, spawned)| Some((spawned.task?, lane)))
        .collect();
    let mut events = Vec::with_capacity(entries.len());
    for (index, entry) in entries {
        transcript.take(log, entry, index >= ending, &mut events);
    }
    events
}

/// Where `main` is polled for the last time, if it has ended. What it owns it
/// lets go of there, a set of tasks for one; and where there are several
/// threads, what is ended by that may be over before `main` is.
fn returns(log: &Log) -> Option<usize> {
    let entries = log.entries.iter().enumerate();
    let mut polled = None;
    for (index, entry) in entries.filter(|(_, entry)| entry.lane == 0) {
        match entry.note {
            Note::Poll { .. } => polled = Some(index),
            Note::End { .. } => return polled,
            _ => {}
        }
    }
    None
}

/// A log being written down, note by note.
pub(super) struct Transcript {
    /// Where `main` begins, if that is not where it was spawned.
    main: Option<Place>,
    /// The trace's numbers of the log's lanes: a thread on the virtual clock
    /// may be spawned in the log before its time.
    numbers: HashMap<LaneId, LaneId>,
    rows: Vec<Row>,
    /// The trace's numbers of the log's waits, and their lanes.
    waits: HashMap<u32, (LaneId, WaitId)>,
    next_wait: WaitId,
    /// The lanes of tasks, as the log numbers them.
    tasks: HashMap<task::Id, LaneId>,
    is_shutting_down: bool,
    /// So many lanes wait for what has that name.
    waiting: HashMap<&'static str, u64>,
}

/// A lane as far as it has been written down.
struct Row {
    is_thread: bool,
    is_running: bool,
    has_begun: bool,
    has_ended: bool,
    within: Option<LaneId>,
    thread: u32,
    place: Place,
    stack: Vec<Place>,
    /// It has been elsewhere since it was parked at `place`.
    has_moved: bool,
    open: Vec<Open>,
    /// It was woken while it ran.
    woken: Vec<By>,
    /// What the lane around it waits for while this one does.
    outer: Option<(LaneId, WaitId)>,
    /// Somebody asked for it to be cancelled.
    asked: Option<Cause>,
    /// The tasks it has spawned that have not ended.
    tasks: BTreeSet<LaneId>,
    /// Those that have, in that order, and of whose end it has not been told.
    ended: VecDeque<LaneId>,
    parent: Option<LaneId>,
}

/// A wait that is not over.
struct Open {
    wait: WaitId,
    due: u64,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Timer,
    Blocking,
    Join,
    /// For what has that name.
    Acquire(&'static str),
    /// The stage saw no wait, and put this in its place.
    Guessed,
    Other,
}

impl Transcript {
    pub fn new(main: Option<Place>) -> Transcript {
        Transcript {
            main,
            numbers: HashMap::new(),
            rows: Vec::new(),
            waits: HashMap::new(),
            next_wait: 1,
            tasks: HashMap::new(),
            is_shutting_down: false,
            waiting: HashMap::new(),
        }
    }

    /// From here on what ends is ended by the runtime.
    pub fn shut_down(&mut self) {
        self.is_shutting_down = true;
    }

    /// Writes down the next note, as one event or several.
    pub fn take(
        &mut self,
        log: &Log,
        entry: Entry,
        is_shutting_down: bool,
        out: &mut Vec<Event>,
    ) {
        self.is_shutting_down |= is_shutting_down;
        let mut page = Page { at: entry.at, out };
        if let Note::Spawn = entry.note {
            return self.spawn(log, entry.lane, &mut page);
        }
        let Some(&lane) = self.numbers.get(&entry.lane) else {
            return;
        };
        if self.row(lane).has_ended {
            return;
        }
        match entry.note {
            Note::Spawn => {}
            Note::Moved { thread } => self.row(lane).thread = thread,
            Note::Poll { within, is_bare } => {
                self.learn_task(log, entry.lane);
                let within = within.and_then(|outer| self.number(outer));
                self.poll(lane, within, is_bare, &mut page);
            }
            Note::Pend { stack } => {
                let stack = stack.map(|index| &log.stacks[index]);
                let stack = stack.map(|stack| {
                    stack.iter().flatten().map(|line| place(line)).collect()
                });
                self.pend(lane, stack, &mut page);
            }
            Note::Say { line } => {
                let (text, source) = &log.lines[line];
                let (text, place) = (text.clone(), place(source));
                self.row(lane).moves(place.clone());
                page.write(lane, What::Say { text, place });
            }
            Note::Wait { wait } => {
                self.wait(log, lane, wait, &mut page);
            }
            Note::Done { wait } => self.close(lane, wait, true, &mut page),
            Note::Drop { wait } => self.close(lane, wait, false, &mut page),
            Note::Wake { by } => self.wake(lane, by, &mut page),
            Note::Resource { amount } => {
                let (name, left) = log.amounts[amount];
                let waiting = self.waiting.get(name).copied().unwrap_or(0);
                let resource = What::Resource {
                    name: name.to_string(),
                    left: left as u64,
                    capacity: None,
                    waiting: Some(waiting),
                };
                page.write(lane, resource);
            }
            Note::Cancel { cancel } => {
                self.cancel(lane, &log.cancels[cancel], &mut page);
            }
            Note::End { outcome, ending } => {
                let ending = ending.map(|index| log.endings[index].clone());
                self.end(lane, outcome, ending.unwrap_or_default(), &mut page);
            }
        }
    }

    fn row(&mut self, lane: LaneId) -> &mut Row {
        &mut self.rows[lane as usize]
    }

    /// The trace's number of one of the log's lanes.
    fn number(&self, lane: LaneId) -> Option<LaneId> {
        self.numbers.get(&lane).copied()
    }

    fn new_wait(&mut self) -> WaitId {
        self.next_wait += 1;
        self.next_wait - 1
    }

    /// A lane that is polled for the first time has become a task.
    fn learn_task(&mut self, log: &Log, lane: LaneId) {
        if let Some(task) = log.lane(lane).task {
            self.tasks.entry(task).or_insert(lane);
        }
    }

    fn spawn(&mut self, log: &Log, lane: LaneId, page: &mut Page) {
        let spawned = log.lane(lane);
        let (name, source) = log.origin(lane);
        let number = self.rows.len() as LaneId;
        self.numbers.insert(lane, number);
        let parent = match number {
            0 => None,
            _ => self.number(spawned.parent),
        };
        let place = match self.main.take_if(|_| number == 0) {
            Some(place) => place,
            None => place(source),
        };
        self.rows.push(Row {
            is_thread: spawned.kind == LaneKind::Thread,
            is_running: false,
            has_begun: false,
            has_ended: false,
            within: None,
            thread: 0,
            place: place.clone(),
            stack: Vec::new(),
            has_moved: false,
            open: Vec::new(),
            woken: Vec::new(),
            outer: None,
            asked: None,
            tasks: BTreeSet::new(),
            ended: VecDeque::new(),
            parent,
        });
        if let Some(parent) = parent {
            let is_task = spawned.kind != LaneKind::Thread;
            let row = self.row(parent);
            row.moves(place.clone());
            if is_task {
                row.tasks.insert(number);
            }
        }
        let spawn = What::Spawn {
            name: name.to_owned(),
            kind: spawned.kind,
            parent,
            place,
        };
        page.write(number, spawn);
    }

    fn poll(
        &mut self,
        lane: LaneId,
        within: Option<LaneId>,
        is_bare: bool,
        page: &mut Page,
    ) {
        let at = page.at;
        let row = self.row(lane);
        if is_bare {
            let is_over =
                |open: &Open| open.kind == Kind::Timer && open.due <= at;
            let by = if row.open.iter().any(is_over) {
                By::Timer
            } else {
                By::Runtime
            };
            page.write(lane, What::Wake { by });
        }
        row.is_running = true;
        row.has_begun = true;
        row.within = within;
        let thread = match within {
            Some(outer) => self.row(outer).thread,
            None => row.thread,
        };
        page.write(lane, What::Poll { within, thread });
        let row = self.row(lane);
        row.thread = thread;
        let guessed = |open: &mut Open| open.kind == Kind::Guessed;
        for open in row.open.extract_if(.., guessed) {
            page.write(lane, What::Done { wait: open.wait });
        }
        // What is polled inside another lane is no task of its parent's.
        if within.is_some()
            && let Some(parent) = row.parent
        {
            self.row(parent).tasks.remove(&lane);
        }
    }

    fn pend(
        &mut self,
        lane: LaneId,
        stack: Option<Vec<Place>>,
        page: &mut Page,
    ) {
        let row = self.row(lane);
        match stack {
            Some(mut lines) => {
                row.place = lines.remove(0);
                row.stack = lines;
            }
            // It has done nothing but look whether it can go on.
            None if !row.has_moved => {}
            None => row.stack.clear(),
        }
        row.has_moved = false;
        let is_parked = |open: &&Open| open.kind != Kind::Blocking;
        if !row.open.iter().any(|open| is_parked(&open)) {
            let what = SOMETHING.to_owned();
            self.open(lane, Kind::Guessed, On::Other { what }, None, page);
        }
        let row = self.row(lane);
        let waits = row.open.iter().filter(is_parked);
        let pend = What::Pend {
            waits: waits.map(|open| open.wait).collect(),
            place: row.place.clone(),
            stack: row.stack.clone(),
        };
        page.write(lane, pend);
        row.is_running = false;
        for by in std::mem::take(&mut row.woken) {
            page.write(lane, What::Wake { by });
        }
        // The lane around it waits for this one as long as this one waits.
        if let (Some(outer), None) = (row.within, row.outer) {
            let on = On::Join {
                lanes: vec![lane],
                more: 0,
            };
            let wait = self.open(outer, Kind::Other, on, None, page);
            self.row(lane).outer = Some((outer, wait));
        }
    }

    /// Opens a wait where the lane is.
    fn open(
        &mut self,
        lane: LaneId,
        kind: Kind,
        on: On,
        due: Option<u64>,
        page: &mut Page,
    ) -> WaitId {
        let wait = self.new_wait();
        let row = self.row(lane);
        let place = row.place.clone();
        row.open.push(Open {
            wait,
            due: due.unwrap_or(NEVER),
            kind,
        });
        page.write(
            lane,
            What::Wait {
                wait,
                on,
                due,
                place,
            },
        );
        wait
    }

    fn wait(&mut self, log: &Log, lane: LaneId, index: u32, page: &mut Page) {
        let (want, due, source) = log.waited(index);
        if matches!(want, Want::Joined) && self.row(lane).ended.is_empty() {
            // The set was empty: there was nothing to wait for.
            return;
        }
        let kind = match want {
            Want::Set | Want::Joined | Want::Task(_) => Kind::Join,
            Want::Timer(_) | Want::Deadline => Kind::Timer,
            Want::Blocking(_) => Kind::Blocking,
            Want::Acquire(name) => {
                *self.waiting.entry(name).or_default() += 1;
                Kind::Acquire(name)
            }
            _ => Kind::Other,
        };
        let mut on = self.on(lane, want);
        if let On::Timer { length } = &mut on {
            // Of a deadline one knows what is left of it.
            length.get_or_insert(due.saturating_sub(page.at));
        }
        self.row(lane).moves(place(source));
        let due = Some(due).filter(|due| *due != NEVER);
        let wait = self.open(lane, kind, on, due, page);
        self.waits.insert(index, (lane, wait));
    }

    fn on(&self, lane: LaneId, want: &Want) -> On {
        match want {
            Want::Timer(length) => On::Timer {
                length: Some(*length),
            },
            Want::Deadline => On::Timer { length: None },
            Want::Blocking(length) => On::Blocking {
                length: Some(*length),
            },
            Want::Thread(thread) => match self.number(*thread) {
                Some(lane) => On::Thread { lane },
                None => On::Other {
                    what: "a thread".to_owned(),
                },
            },
            Want::Task(task) => {
                let lane = self.tasks.get(task);
                let lane = lane.and_then(|lane| self.number(*lane));
                On::Join {
                    lanes: lane.into_iter().collect(),
                    more: 0,
                }
            }
            Want::Set => join(&self.rows[lane as usize].tasks),
            Want::Joined => join(&self.rows[lane as usize].ended),
            Want::Acquire(name) => On::Acquire {
                what: name.to_string(),
            },
            Want::Send(name) => On::Send {
                what: name.to_string(),
            },
            Want::Recv(name) => On::Recv {
                what: name.to_string(),
            },
            Want::Io(name) => On::Io {
                what: name.to_string(),
            },
            Want::Yield => On::Yield,
            Want::Other(name) => On::Other {
                what: name.to_string(),
            },
        }
    }

    fn close(
        &mut self,
        lane: LaneId,
        index: u32,
        is_done: bool,
        page: &mut Page,
    ) {
        let Some(&(owner, wait)) = self.waits.get(&index) else {
            return;
        };
        self.waits.remove(&index);
        let row = self.row(owner);
        if row.has_ended {
            return;
        }
        let is_join =
            |open: &Open| open.wait == wait && open.kind == Kind::Join;
        if is_done && row.open.iter().any(is_join) {
            // It has been told of one of them: of which, a set does not say.
            row.ended.pop_front();
        }
        let acquires = row.open.iter().find_map(|open| match open.kind {
            Kind::Acquire(name) if open.wait == wait => Some(name),
            _ => None,
        });
        row.open.retain(|open| open.wait != wait);
        self.waits_no_more(acquires);
        let row = self.row(owner);
        // A future that has gone on to another lane is no wait of this one's
        // any more.
        let what = if is_done && owner == lane && row.is_running {
            What::Done { wait }
        } else {
            What::Drop { wait }
        };
        page.write(owner, what);
    }

    /// A lane waits no more for what has that name.
    fn waits_no_more(&mut self, name: impl IntoIterator<Item = &'static str>) {
        for name in name {
            if let Some(waiting) = self.waiting.get_mut(name) {
                *waiting = waiting.saturating_sub(1);
            }
        }
    }

    fn wake(&mut self, lane: LaneId, by: By, page: &mut Page) {
        let by = match by {
            By::Lane(lane) => self.number(lane).map_or(By::Runtime, By::Lane),
            by => by,
        };
        let row = self.row(lane);
        if row.is_running {
            row.woken.push(by);
        } else if row.has_begun && !row.is_thread {
            page.write(lane, What::Wake { by });
        }
    }

    fn cancel(&mut self, lane: LaneId, asked: &Asked, page: &mut Page) {
        let targets: Vec<LaneId> = match &asked.target {
            Target::Lane(lane) => self.number(*lane).into_iter().collect(),
            Target::Task(task) => {
                let lane = self.tasks.get(task);
                let lane = lane.and_then(|lane| self.number(*lane));
                lane.into_iter().collect()
            }
            Target::Set => {
                self.rows[lane as usize].tasks.iter().copied().collect()
            }
        };
        let how = asked.how;
        for target in targets {
            let row = self.row(target);
            if !row.has_ended {
                row.asked.get_or_insert(Cause {
                    by: Some(lane),
                    how,
                });
                page.write(lane, What::Cancel { target, how });
            }
        }
    }

    fn end(
        &mut self,
        lane: LaneId,
        outcome: Outcome,
        ending: Ending,
        page: &mut Page,
    ) {
        let is_cancelled = outcome == Outcome::Cancelled;
        let has_returned = self.row(lane).is_running;
        let cause = is_cancelled.then(|| self.cause(lane, &ending));
        let row = self.row(lane);
        // In a panic nobody says that a wait is given up.
        let mut given_up = Vec::new();
        for open in std::mem::take(&mut row.open) {
            if let Kind::Acquire(name) = open.kind {
                given_up.push(name);
            }
            page.write(lane, What::Drop { wait: open.wait });
        }
        row.has_ended = true;
        row.tasks.clear();
        row.ended.clear();
        let (parent, outer) = (row.parent, row.outer.take());
        let end = What::End {
            outcome,
            detail: ending.detail,
            cause,
        };
        page.write(lane, end);
        self.waits_no_more(given_up);
        if let Some(parent) = parent {
            let parent = self.row(parent);
            if parent.tasks.remove(&lane) {
                parent.ended.push_back(lane);
            }
        }
        // The lane around it has nothing to wait for any more.
        let Some((outer, wait)) = outer else { return };
        let row = self.row(outer);
        if row.has_ended {
            return;
        }
        row.open.retain(|open| open.wait != wait);
        let is_done = row.is_running && has_returned;
        page.write(
            outer,
            if is_done {
                What::Done { wait }
            } else {
                What::Drop { wait }
            },
        );
    }

    /// Who cancelled a lane, and how.
    fn cause(&self, lane: LaneId, ending: &Ending) -> Cause {
        if ending.is_interrupted {
            let how = How::Interrupt;
            return Cause { by: None, how };
        }
        let dropped_by = ending.dropped_by.and_then(|by| self.number(by));
        if dropped_by.is_some() {
            let how = How::Drop;
            return Cause {
                by: dropped_by,
                how,
            };
        }
        if let Some(asked) = self.rows[lane as usize].asked {
            return asked;
        }
        if ending.detail.is_some() {
            // It gave up by itself, and nobody saw it being asked.
            let how = How::Token;
            return Cause { by: None, how };
        }
        if self.is_shutting_down {
            let how = How::Shutdown;
            return Cause { by: Some(0), how };
        }
        let how = How::Abort;
        Cause { by: None, how }
    }
}

/// A wait for the end of these lanes, or of the next of them.
fn join<'a>(
    lanes: impl IntoIterator<Item = &'a LaneId, IntoIter: ExactSizeIterator>,
) -> On {
    let lanes = lanes.into_iter();
    let more = lanes.len().saturating_sub(MOST_NAMED) as u32;
    let lanes = lanes.take(MOST_NAMED).copied().collect();
    On::Join { lanes, more }
}

impl Row {
    /// The lane has got to a place.
    fn moves(&mut self, place: Place) {
        self.place = place;
        self.has_moved = true;
    }
}

/// Where events are written that happen at one moment.
struct Page<'a> {
    at: u64,
    out: &'a mut Vec<Event>,
}

impl Page<'_> {
    fn write(&mut self, lane: LaneId, what: What) {
        let at = self.at;
        self.out.push(Event { at, lane, what });
    }
}

/// A source location as the trace spells it: relative to the project's root,
/// with forward slashes. The compiler names demos by their path from `src`.
fn place(source: Source) -> Place {
    let file = source.file();
    let file = file.strip_prefix("src/../").unwrap_or(file);
    Place {
        file: if file.contains('\\') {
            file.replace('\\', "/").replace("src/../", "").into()
        } else {
            file.into()
        },
        line: source.line(),
    }
}
