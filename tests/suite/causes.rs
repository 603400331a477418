//! The causes that a trace names are the true ones: random small programs over
//! everything by which one task lets another go on. Each line that they say
//! names who should have woken them; nothing else knows.

use std::future::Future;
use std::num::NonZeroUsize;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use asyncade::stage::{
    Lane, Runtime, Session, block, say, sleep, to_thread, traced,
};
use asyncade::timeline::{Part, Timeline};
use asyncade::trace::{self, By, Clock, Event, How, On, Outcome, Trace, What};
use proptest::prelude::*;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::{JoinSet, yield_now};
use tokio::time::timeout;

/// What a task does next.
#[derive(Clone, Debug)]
enum Step {
    Sleep(u64),
    BareSleep(u64),
    Block(u64),
    Yield,
    /// Spawns a task and awaits its handle.
    Join(Vec<Step>),
    /// Spawns some tasks into a set and awaits them all.
    Set(Vec<Vec<Step>>),
    /// Awaits some futures, each on a lane, in one poll.
    Together(Vec<Vec<Step>>),
    /// Uses what all tasks share for a while.
    Permit(u64),
    /// Awaits what a task of its own sends after a while.
    Receive(u64),
    /// Waits for something, but no longer than this.
    Limit(u64, u64),
    /// Spawns a task, and aborts it after a while.
    Abort(u64),
    Thread(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let leaf = prop_oneof![
        (1..9_u64).prop_map(Step::Sleep),
        (1..9_u64).prop_map(Step::BareSleep),
        (1..9_u64).prop_map(Step::Block),
        Just(Step::Yield),
        (1..9_u64).prop_map(Step::Permit),
        (1..9_u64).prop_map(Step::Receive),
        ((1..9_u64), (1..9_u64)).prop_map(|(a, b)| Step::Limit(a, b)),
        (1..9_u64).prop_map(Step::Abort),
        (1..9_u64).prop_map(Step::Thread),
    ];
    let step = leaf.prop_recursive(3, 24, 4, |inner| {
        let script = || prop::collection::vec(inner.clone(), 0..3);
        prop_oneof![
            script().prop_map(Step::Join),
            prop::collection::vec(script(), 1..4).prop_map(Step::Set),
            prop::collection::vec(script(), 2..3).prop_map(Step::Together),
        ]
    });
    prop::collection::vec(step, 1..6)
}

/// What all tasks share.
#[derive(Clone)]
struct Shared {
    one: Arc<Semaphore>,
    /// Who has given it back last.
    giver: Arc<Mutex<String>>,
    names: Arc<Mutex<u32>>,
}

impl Shared {
    fn new() -> Shared {
        Shared {
            one: Arc::new(Semaphore::new(1)),
            giver: Arc::default(),
            names: Arc::default(),
        }
    }

    fn name(&self) -> String {
        let mut count = self.names.lock().unwrap();
        *count += 1;
        format!("lane {count}")
    }
}

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn run(
    me: String,
    script: Vec<Step>,
    shared: Shared,
) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(play(me, script, shared))
}

#[traced]
async fn play(me: String, script: Vec<Step>, shared: Shared) {
    for step in script {
        match step {
            Step::Sleep(time) => {
                sleep(ms(time)).await;
                say!("woken by timer");
            }
            Step::BareSleep(time) => {
                tokio::time::sleep(ms(time)).await;
                say!("woken by timer");
            }
            Step::Block(time) => block(ms(time)),
            Step::Yield => {
                yield_now().await;
                say!("woken by itself");
            }
            Step::Join(script) => {
                let name = shared.name();
                let task = run(name.clone(), script, shared.clone());
                let handle = tokio::spawn(task.lane(name.clone()));
                handle.await.unwrap();
                say!("woken by {name}");
            }
            Step::Set(scripts) => {
                let mut set = JoinSet::new();
                for script in scripts {
                    let (name, shared) = (shared.name(), shared.clone());
                    let task = run(name.clone(), script, shared);
                    let named = name.clone();
                    let task = async move {
                        task.await;
                        named
                    };
                    set.spawn(task.lane(name));
                }
                while let Some(name) = set.join_next().await {
                    let name = name.unwrap();
                    say!("woken by {name} or others of its set");
                }
            }
            Step::Together(mut scripts) => {
                let mut next = || {
                    let name = shared.name();
                    let script = scripts.pop().unwrap();
                    run(name.clone(), script, shared.clone()).lane(name)
                };
                let (one, two) = (next(), next());
                tokio::join!(one, two);
                say!("together");
            }
            Step::Permit(time) => {
                let permit = shared.one.acquire().await.unwrap();
                let giver = shared.giver.lock().unwrap().clone();
                say!("woken by {giver}");
                sleep(ms(time)).await;
                shared.giver.lock().unwrap().clone_from(&me);
                drop(permit);
            }
            Step::Receive(time) => {
                let (sender, mut receiver) = mpsc::unbounded_channel();
                let name = shared.name();
                let named = name.clone();
                let send = async move {
                    sleep(ms(time)).await;
                    sender.send(named).unwrap();
                };
                tokio::spawn(send.lane(name));
                let name = receiver.recv().await.unwrap();
                say!("woken by {name}");
            }
            Step::Limit(limit, time) => {
                let name = shared.name();
                let inner = async move {
                    sleep(ms(time)).await;
                };
                let inner = inner.lane(name);
                match timeout(ms(limit), inner).await {
                    Ok(()) => say!("in time"),
                    Err(_) => say!("woken by timer"),
                }
            }
            Step::Abort(time) => {
                let name = shared.name();
                let task = async { std::future::pending::<()>().await };
                let task = tokio::spawn(task.lane(name.clone()));
                sleep(ms(time)).await;
                task.abort();
                let aborted = task.await.unwrap_err();
                assert!(aborted.is_cancelled());
                say!("woken by {name}");
            }
            Step::Thread(time) => {
                let name = shared.name();
                to_thread(name.clone(), move || block(ms(time))).await;
                say!("woken by {name}");
            }
        }
    }
}

/// How a trace says who woke somebody, with the lanes' names.
fn in_words(timeline: &Timeline, by: By) -> String {
    match by {
        By::Lane(lane) => timeline.name(lane).to_owned(),
        By::Timer => "timer".to_owned(),
        By::Io => "io".to_owned(),
        By::Itself => "itself".to_owned(),
        By::Runtime => "runtime".to_owned(),
    }
}

/// How exact causes are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Exact {
    Always,
    /// On many threads another task of a set may end between the wake and the
    /// poll, and be the one that is handed out.
    ButForSets,
}

/// Checks what every trace must tell; returns how many causes were compared.
fn check(trace: &Trace, exact: Exact) -> usize {
    trace::check(trace).unwrap();
    let timeline = Timeline::of(trace);
    let mut compared = 0;
    for (index, event) in trace.events.iter().enumerate() {
        let own = || {
            let before = trace.events[..index].iter().rev();
            before.filter(|other| other.lane == event.lane)
        };
        match &event.what {
            What::Pend { waits, place, .. } => {
                assert!(!waits.is_empty(), "{event:?} waits for nothing");
                assert!(place.line > 0);
            }
            What::Poll { within: None, .. } => {
                let before = own().next().unwrap();
                assert!(
                    matches!(
                        before.what,
                        What::Spawn { .. } | What::Wake { .. }
                    ),
                    "nobody knows why {event:?} comes after {before:?}"
                );
            }
            What::End {
                outcome: Outcome::Cancelled,
                cause,
                ..
            } => {
                assert!(cause.unwrap().by.is_some(), "{event:?}");
            }
            What::Say { text, .. } if text.starts_with("woken by") => {
                compared += usize::from(truly_woken(
                    trace,
                    &timeline,
                    own(),
                    text,
                    exact,
                ));
            }
            _ => {}
        }
    }
    compared
}

/// Compares who a line says has woken the lane with who the trace says it was.
/// False if the lane did not have to wait.
fn truly_woken<'a>(
    trace: &Trace,
    timeline: &Timeline,
    before: impl Iterator<Item = &'a Event>,
    text: &str,
    exact: Exact,
) -> bool {
    let mut before = before
        .skip_while(|event| matches!(event.what, What::Drop { .. }))
        .peekable();
    let Some(What::Done { wait }) = before.peek().map(|event| &event.what)
    else {
        return false;
    };
    let on = wait_of(trace, *wait);
    let is_timer = matches!(on, On::Timer { .. });
    let blocked = matches!(on, On::Blocking { .. });
    if blocked || is_timer != (text == "woken by timer") {
        // It got what it wanted at once: the wait was another one.
        return false;
    }
    let mut in_vain = false;
    let mut before = before.skip_while(|event| {
        in_vain |=
            matches!(event.what, What::Wait { wait: own, .. } if own == *wait);
        !matches!(event.what, What::Poll { .. })
    });
    let _poll = before.next();
    // The first wake is why it was polled; others came by the time it was.
    let woken = before
        .take_while(|event| matches!(event.what, What::Wake { .. }))
        .last();
    let Some((woken, What::Wake { by })) =
        woken.map(|woken| (woken, woken.what.clone()))
    else {
        // What is polled inside of another lane may go on before it is told.
        return false;
    };
    if in_vain {
        // What it waited for had come before.
        return false;
    }
    let by = in_words(timeline, by);
    match text.strip_suffix(" or others of its set") {
        Some(_) if exact == Exact::ButForSets => {
            assert!(by.starts_with("lane "), "{woken:?}");
        }
        text_of_set => {
            let text = text_of_set.unwrap_or(text);
            assert_eq!(text, format!("woken by {by}"), "{woken:?}");
        }
    }
    true
}

fn wait_of(trace: &Trace, number: u32) -> &On {
    let mut waits = trace.events.iter().filter_map(|event| match &event.what {
        What::Wait { wait, on, .. } if *wait == number => Some(on),
        _ => None,
    });
    waits.next().unwrap()
}

fn on_the_virtual_clock(script: Vec<Step>) -> Trace {
    let main = run("main".to_owned(), script, Shared::new());
    let session = Session::new("test").clock(Clock::Virtual);
    session.record(main).unwrap().trace
}

fn on_many_threads(script: Vec<Step>) -> Trace {
    let main = run("main".to_owned(), script, Shared::new());
    let workers = NonZeroUsize::new(3).unwrap();
    let session = Session::new("test").runtime(Runtime::MultiThread(workers));
    session.record(main).unwrap().trace
}

/// How long a script takes on a machine with a thread for everybody: what
/// nothing but its own needs makes it take. `None` if it depends on who comes
/// first.
fn unlimited(script: &[Step]) -> Option<u64> {
    let mut total = 0;
    for step in script {
        total += match step {
            Step::Sleep(time)
            | Step::BareSleep(time)
            | Step::Block(time)
            | Step::Receive(time)
            | Step::Abort(time)
            | Step::Thread(time) => *time,
            Step::Yield => 0,
            Step::Limit(limit, time) => *time.min(limit),
            Step::Join(script) => unlimited(script)?,
            Step::Set(scripts) => {
                let each = scripts.iter().map(|script| unlimited(script));
                each.collect::<Option<Vec<_>>>()?.into_iter().max()?
            }
            // Of two futures in one poll one has to wait for the other one's
            // calls that block.
            Step::Together(_) | Step::Permit(_) => return None,
        };
    }
    Some(total)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_causes_that_a_trace_names_are_the_true_ones(script in steps()) {
        let trace = on_the_virtual_clock(script.clone());
        check(&trace, Exact::Always);
        let again = on_the_virtual_clock(script);
        prop_assert_eq!(trace, again);
    }

    #[test]
    fn the_critical_path_is_what_unlimited_threads_would_take(
        script in steps()
    ) {
        let timeline = Timeline::of(&on_the_virtual_clock(script.clone()));
        let path = timeline.critical_path();
        let mut at = Duration::ZERO;
        for piece in &path.pieces {
            prop_assert_eq!(piece.from, at, "{:?}", path);
            prop_assert!(piece.to > piece.from);
            at = piece.to;
        }
        prop_assert!(at == timeline.total, "{:?} {:?}", at, timeline.total);
        prop_assert!(path.length() <= timeline.total);
        if let Some(least) = unlimited(&script) {
            // A limit that is reached late, because somebody blocks, lets
            // somebody else's work come in time.
            let is_loose = format!("{script:?}").contains("Limit");
            if is_loose {
                prop_assert!(path.length() >= ms(least.min(1)));
            } else {
                prop_assert_eq!(path.length(), ms(least), "{:?}", path);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 40,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn they_are_true_on_many_threads_as_well(script in steps()) {
        check(&on_many_threads(script), Exact::ButForSets);
    }
}

/// The test above would pass if nothing were ever compared.
#[test]
fn every_kind_of_cause_is_compared() {
    let steps = [
        Step::Sleep(1),
        Step::BareSleep(1),
        Step::Yield,
        Step::Join(vec![Step::Sleep(1)]),
        Step::Set(vec![vec![Step::Sleep(1)]]),
        Step::Receive(1),
        Step::Limit(1, 5),
        Step::Abort(1),
        Step::Thread(1),
    ];
    for step in steps {
        let compared =
            check(&on_the_virtual_clock(vec![step.clone()]), Exact::Always);
        assert!(compared > 0, "{step:?}");
    }
    let rivals = vec![vec![Step::Permit(2)], vec![Step::Permit(2)]];
    let compared = check(
        &on_the_virtual_clock(vec![Step::Set(rivals)]),
        Exact::Always,
    );
    assert_eq!(compared, 3);
}

#[test]
fn who_cancels_is_named_with_how() {
    let trace = on_the_virtual_clock(vec![Step::Abort(1), Step::Limit(1, 5)]);
    let timeline = Timeline::of(&trace);
    let cause = |lane: &str| {
        let end = timeline.lane(lane).unwrap().end.as_ref().unwrap();
        let cause = end.cause.unwrap();
        (cause.by, cause.how)
    };
    assert_eq!(cause("lane 1"), (Some(0), How::Abort));
    assert_eq!(cause("lane 2"), (Some(0), How::Drop));
    let path = timeline.critical_path();
    assert!(path.pieces.iter().all(|piece| piece.part != Part::Unknown));
}
