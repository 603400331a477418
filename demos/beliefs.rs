//! What beginners believe, what is true instead, and the practices that the
//! article recommends. Each names the claims that prove it; a test walks them.

use crate::chapter::{Belief, Practice, Proof};

const fn proof(
    chapter: &'static str,
    scene: &'static str,
    claim: &'static str,
) -> Proof {
    Proof::new(chapter, scene, claim)
}

/// What beginners believe, in the order of the chapters that show it.
pub const BELIEFS: &[Belief] = &[
    Belief {
        belief: "Calling an async function starts it.",
        truth: "It is inert until it is awaited or spawned.",
        proofs: &[proof("coroutines", "lazy", "calling-is-not-running")],
    },
    Belief {
        belief: "Every await switches to another task.",
        truth: "Only a suspension does.",
        proofs: &[proof("coroutines", "no-hand-over", "ready-switches-nobody")],
    },
    Belief {
        belief: "a().await; b().await overlaps the two.",
        truth: "They run one after the other.",
        proofs: &[proof("tasks", "sequential", "await-is-sequential")],
    },
    Belief {
        belief: "A spawned task runs at once.",
        truth: "It runs on the next turn of the loop.",
        proofs: &[proof("tasks", "create_task", "first-turn-at-await")],
    },
    Belief {
        belief: "Blocking hurts only the one who blocks.",
        truth: "It freezes the whole loop.",
        proofs: &[proof("to_thread", "blocking", "loop-is-held")],
    },
    Belief {
        belief: "A timeout can stop anything.",
        truth: "It cannot interrupt code that blocks.",
        proofs: &[proof("timeout", "blocking", "blocking-cannot-be-timed-out")],
    },
    Belief {
        belief: "To cancel is to kill.",
        truth: "In asyncio it is an exception at the await, and cleanup may \
                run and take its time; in tokio the future is dropped there.",
        proofs: &[
            proof("shield", "unshielded", "unshielded-is-lost"),
            proof("shield", "dropped", "no-async-drop"),
        ],
    },
    Belief {
        belief: "Losing a task's handle is harmless.",
        truth: "tokio detaches the task, CPython holds a weak reference; both \
                cancel it at the end of main.",
        proofs: &[proof("tasks", "dropped", "dropped-handle-detaches")],
    },
    Belief {
        belief: "One failure stops the siblings.",
        truth: "In a TaskGroup it does, with gather it does not, and \
                try_join! drops them.",
        proofs: &[
            proof("taskgroup", "failure", "failure-cancels-siblings"),
            proof("gather", "failure", "failure-surfaces-at-once"),
            proof("gather", "try_join", "try-join-drops"),
        ],
    },
    Belief {
        belief: "A shield makes a task immortal.",
        truth: "It guards against the caller's cancellation, and nothing else.",
        proofs: &[proof("shield", "article", "article-loses-the-work")],
    },
    Belief {
        belief: "More tasks are always faster.",
        truth: "Only up to the capacity of what they use.",
        proofs: &[proof("pitfalls", "too-many-tasks", "too-many-tasks")],
    },
    Belief {
        belief: "Concurrency is parallelism.",
        truth: "There is one thread, and never two polls at once.",
        proofs: &[proof("sync-vs-async", "async", "one-thread")],
    },
];

/// The article's checklist, in its order.
pub const PRACTICES: &[Practice] = &[
    Practice {
        practice: "Use async and await throughout; leave the loop alone.",
        proofs: &[proof("sync-vs-async", "async", "async-overlaps")],
    },
    Practice {
        practice: "Limit concurrency with a semaphore or a bounded pool.",
        proofs: &[proof(
            "pitfalls",
            "too-many-tasks-fixed",
            "too-many-tasks-fixed",
        )],
    },
    Practice {
        practice: "Give every asynchronous operation a timeout.",
        proofs: &[proof("timeout", "wait_for", "ends-at-the-limit")],
    },
    Practice {
        practice: "Handle the errors of what you await.",
        proofs: &[proof(
            "gather",
            "return_exceptions",
            "exceptions-as-results",
        )],
    },
    Practice {
        practice: "Never call blocking code directly; give it a thread.",
        proofs: &[proof("to_thread", "to_thread", "loop-is-held")],
    },
    Practice {
        practice: "Keep a reference to every task that you create.",
        proofs: &[proof("pitfalls", "lost-task-fixed", "lost-task-fixed")],
    },
    Practice {
        practice: "Prefer a task group for tasks that belong together.",
        proofs: &[proof("taskgroup", "failure", "failure-cancels-siblings")],
    },
];
