//! What beginners believe, what is true instead, and the practices that the
//! article recommends. Each names the claims that prove it; a test walks them.

use super::find;
use crate::chapter::{Chapter, Claim};

/// A claim of a chapter, by name.
pub struct Proof {
    /// The chapter.
    pub chapter: &'static str,
    /// The claim to check.
    pub claim: &'static str,
}

impl Proof {
    /// The chapter and the claim, if there are such.
    pub fn find(&self) -> Option<(&'static Chapter, &'static Claim)> {
        let chapter = find(self.chapter)?;
        let mut claims = chapter.claims.iter();
        let claim = claims.find(|claim| claim.id == self.claim)?;
        Some((chapter, claim))
    }

    /// The command that shows it: it plays every scene of which the claim
    /// speaks, and so the claim itself.
    pub fn command(&self) -> String {
        let scenes = self.find().map_or(&[][..], |(_, claim)| claim.scenes);
        let scenes = scenes.iter().map(|scene| format!(" --scene {scene}"));
        format!("asyncade {}{}", self.chapter, scenes.collect::<String>())
    }
}

/// A belief and the truth about it.
pub struct Belief {
    /// What a beginner believes.
    pub belief: &'static str,
    /// What is true.
    pub truth: &'static str,
    /// Where one sees it.
    pub proofs: &'static [Proof],
}

/// A practice from the article's checklist.
pub struct Practice {
    /// What to do.
    pub practice: &'static str,
    /// What shows that it is right.
    pub proofs: &'static [Proof],
}

const fn proof(chapter: &'static str, claim: &'static str) -> Proof {
    Proof { chapter, claim }
}

/// What beginners believe, in the order of the chapters that show it.
pub const BELIEFS: &[Belief] = &[
    Belief {
        belief: "Calling an async function starts it.",
        truth: "It is inert until it is awaited or spawned.",
        proofs: &[proof("coroutines", "calling-is-not-running")],
    },
    Belief {
        belief: "Every await switches to another task.",
        truth: "Only a suspension does.",
        proofs: &[proof("coroutines", "ready-switches-nobody")],
    },
    Belief {
        belief: "Two calls overlap if each of them is awaited.",
        truth: "Awaited one after the other, they run one after the other.",
        proofs: &[proof("tasks", "await-is-sequential")],
    },
    Belief {
        belief: "A spawned task runs at once.",
        truth: "It is scheduled, and has its first turn when main awaits.",
        proofs: &[proof("tasks", "first-turn-at-await")],
    },
    Belief {
        belief: "Blocking hurts only the one who blocks.",
        truth: "It freezes the whole loop.",
        proofs: &[proof("to_thread", "loop-is-held")],
    },
    Belief {
        belief: "A timeout can stop anything.",
        truth: "It cannot interrupt code that blocks.",
        proofs: &[proof("timeout", "blocking-cannot-be-timed-out")],
    },
    Belief {
        belief: "To cancel is to kill.",
        truth: "In asyncio it is an exception at the await, and cleanup may \
                run and take its time; in tokio the future is dropped there.",
        proofs: &[
            proof("shield", "unshielded-is-lost"),
            proof("shield", "no-async-drop"),
        ],
    },
    Belief {
        belief: "Losing a task's handle is harmless.",
        truth: "tokio detaches the task, and CPython refers to it weakly; in \
                both it ends with main, unless somebody awaits it.",
        proofs: &[proof("tasks", "dropped-handle-detaches")],
    },
    Belief {
        belief: "One failure stops the siblings.",
        truth: "In a TaskGroup it does, with gather it does not, and \
                try_join! drops them.",
        proofs: &[
            proof("taskgroup", "failure-cancels-siblings"),
            proof("gather", "failure-surfaces-at-once"),
            proof("gather", "try-join-drops"),
        ],
    },
    Belief {
        belief: "A shield makes a task immortal.",
        truth: "It guards against the caller's cancellation, and nothing else.",
        proofs: &[proof("shield", "shield-protects-from-the-caller")],
    },
    Belief {
        belief: "More tasks are always faster.",
        truth: "Only up to the capacity of what they use.",
        proofs: &[
            proof("pitfalls", "too-many-tasks"),
            proof("pitfalls", "too-many-tasks-fixed"),
        ],
    },
    Belief {
        belief: "Concurrency is parallelism.",
        truth: "There is one thread, and never do two tasks run on it at once.",
        proofs: &[proof("sync-vs-async", "one-thread")],
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
