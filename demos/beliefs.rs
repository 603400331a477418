//! What beginners believe, what is true instead, and the practices that the
//! article recommends. Each names the claims that prove it; a test walks them.

use crate::chapter::{Belief, Mistake, Practice, Proof};

const fn proof(chapter: &'static str, claim: &'static str) -> Proof {
    Proof { chapter, claim }
}

/// What beginners believe, in the order of the chapters that show it.
pub const BELIEFS: &[Belief] = &[
    Belief {
        belief: "Calling an async function starts it.",
        truth: "It is inert until it is awaited or made a task.",
        proofs: &[proof("coroutines", "calling-is-not-running")],
        mistakes: &[Mistake::OtherScene, Mistake::NoWait],
    },
    Belief {
        belief: "Every await switches to another task.",
        truth: "Only a suspension does.",
        proofs: &[proof("coroutines", "ready-switches-nobody")],
        mistakes: &[Mistake::Turns, Mistake::OtherScene],
    },
    Belief {
        belief: "Two calls overlap if each of them is awaited.",
        truth: "Awaited one after the other, they run one after the other.",
        proofs: &[proof("tasks", "await-is-sequential")],
        mistakes: &[Mistake::Longest],
    },
    Belief {
        belief: "A spawned task runs at once.",
        truth: "It is scheduled, and has its first turn when main awaits.",
        proofs: &[proof("tasks", "first-turn-at-await")],
        mistakes: &[Mistake::TasksFirst],
    },
    Belief {
        belief: "Blocking hurts only the one who blocks.",
        truth: "It freezes the whole loop.",
        proofs: &[proof("to_thread", "loop-is-held")],
        mistakes: &[Mistake::OthersGoOn],
    },
    Belief {
        belief: "A timeout can stop anything.",
        truth: "It cannot interrupt code that blocks.",
        proofs: &[proof("timeout", "blocking-cannot-be-timed-out")],
        mistakes: &[Mistake::Stopped],
    },
    Belief {
        belief: "To cancel is to kill.",
        truth: "In asyncio it is an exception at the await, and cleanup may \
                run and take its time; in tokio the future is dropped there.",
        proofs: &[
            proof("shield", "unshielded-is-lost"),
            proof("shield", "no-async-drop"),
        ],
        mistakes: &[Mistake::AtOnce, Mistake::Never],
    },
    Belief {
        belief: "Losing a task's handle is harmless.",
        truth: "tokio detaches the task, and CPython refers to it weakly; in \
                both it ends with main, unless somebody awaits it.",
        proofs: &[proof("tasks", "dropped-handle-detaches")],
        mistakes: &[Mistake::OwnTime],
    },
    Belief {
        belief: "One failure stops the siblings.",
        truth: "In a TaskGroup it does, with gather it does not, and \
                tokio's try_join! drops them.",
        proofs: &[
            proof("taskgroup", "failure-cancels-siblings"),
            proof("gather", "failure-surfaces-at-once"),
            proof("gather", "try-join-drops"),
        ],
        mistakes: &[Mistake::Stopped],
    },
    Belief {
        belief: "A shield makes a task immortal.",
        truth: "It guards against the caller's cancellation, and nothing else.",
        proofs: &[proof("shield", "shield-protects-from-the-caller")],
        mistakes: &[Mistake::OwnTime],
    },
    Belief {
        belief: "More tasks are always faster.",
        truth: "Only up to the capacity of what they use.",
        proofs: &[
            proof("pitfalls", "too-many-tasks"),
            proof("pitfalls", "too-many-tasks-fixed"),
        ],
        mistakes: &[Mistake::Longest],
    },
    Belief {
        belief: "Concurrency is parallelism.",
        truth: "There is one thread, and never do two tasks run on it at once.",
        proofs: &[proof("sync-vs-async", "one-thread")],
        mistakes: &[Mistake::WaitHolds],
    },
    Belief {
        belief: "Async makes computing faster.",
        truth: "It makes waiting cheaper. Tasks on one thread compute one \
                after the other; only more cores compute faster.",
        proofs: &[
            proof("parallel", "tasks-gain-nothing"),
            proof("parallel", "heartbeat-falls-silent"),
        ],
        mistakes: &[Mistake::Longest],
    },
];

/// The article's checklist, in its order.
pub const PRACTICES: &[Practice] = &[
    Practice {
        practice: "Use async and await throughout; leave the loop alone.",
        proofs: &[
            proof("cashier", "waiting-keeps-the-cashier"),
            proof("coroutines", "woken-not-asked"),
        ],
    },
    Practice {
        practice: "Limit concurrency with a semaphore or a bounded pool.",
        proofs: &[proof("pitfalls", "too-many-tasks-fixed")],
    },
    Practice {
        practice: "Give every asynchronous operation a timeout.",
        proofs: &[proof("timeout", "ends-at-the-limit")],
    },
    Practice {
        practice: "Handle the errors of what you await.",
        proofs: &[proof("gather", "failure-surfaces-at-once")],
    },
    Practice {
        practice: "Never call blocking code directly; give it a thread.",
        proofs: &[proof("to_thread", "loop-is-held")],
    },
    Practice {
        practice: "Keep a reference to every task that you create.",
        proofs: &[proof("pitfalls", "lost-task-fixed")],
    },
    Practice {
        practice: "Prefer a task group for tasks that belong together.",
        proofs: &[proof("taskgroup", "failure-cancels-siblings")],
    },
];
