//! What is measured: who waits, and how.

/// Who waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// A task each on bare tokio, on one thread: the floor.
    Tokio,
    /// The same, each recorded as a lane.
    Recorded,
    /// A thread of the system's each.
    Threads,
    /// A connection over loopback each: a client that awaits the server's
    /// answer, and both in one process.
    Connections,
    /// A task each on CPython's asyncio.
    Asyncio,
    /// The same on uvloop.
    Uvloop,
    /// A task each on Trio.
    Trio,
    /// A promise each on Node.js.
    Node,
    /// A goroutine each in Go.
    Go,
}

use Subject::{
    Asyncio, Connections, Go, Node, Recorded, Threads, Tokio, Trio, Uvloop,
};

impl Subject {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Subject; 9] = [
        Tokio,
        Recorded,
        Threads,
        Connections,
        Go,
        Node,
        Asyncio,
        Uvloop,
        Trio,
    ];

    /// Those of other languages' runtimes.
    pub const PEERS: [Subject; 5] = [Go, Node, Asyncio, Uvloop, Trio];

    /// Its name in a table and in a file.
    pub fn name(self) -> &'static str {
        match self {
            Tokio => "tokio",
            Recorded => "recorded",
            Threads => "threads",
            Connections => "connections",
            Asyncio => "asyncio",
            Uvloop => "uvloop",
            Trio => "trio",
            Node => "node",
            Go => "go",
        }
    }

    /// What it is, in a few words.
    pub fn about(self) -> &'static str {
        match self {
            Tokio => "bare tokio, a task each, on one thread",
            Recorded => "the same, each task recorded as a lane",
            Threads => "a thread of the system's each",
            Connections => {
                "a connection over loopback each, client and server in one \
                 process"
            }
            Asyncio => "CPython's asyncio, a task each",
            Uvloop => "asyncio on uvloop, a task each",
            Trio => "Trio, a task each",
            Node => "Node.js, a promise each",
            Go => "Go, a goroutine each, on all cores",
        }
    }

    /// Whether it is another language's runtime.
    pub fn is_peer(self) -> bool {
        Subject::PEERS.contains(&self)
    }

    /// What a process of it takes before it waits for anything, in bytes, and
    /// what each wait adds: as measured on 64-bit Linux, and a quarter more. It
    /// is for an estimate, and never shown as measured.
    fn needs(self) -> (u64, u64) {
        const MIB: u64 = 1024 * 1024;
        match self {
            Tokio => (6 * MIB, 700),
            Recorded => (6 * MIB, 1_100),
            // Its stack, and what the kernel has of it.
            Threads => (6 * MIB, 40_000),
            // Two ends, with the kernel's buffers and ours.
            Connections => (10 * MIB, 40_000),
            Asyncio => (25 * MIB, 1_900),
            Uvloop => (28 * MIB, 2_300),
            Trio => (32 * MIB, 6_000),
            Node => (60 * MIB, 1_500),
            Go => (6 * MIB, 3_400),
        }
    }

    /// An estimate of the memory that so many waits take, in bytes.
    pub fn estimate(self, count: u64) -> u64 {
        let (process, each) = self.needs();
        each.saturating_mul(count).saturating_add(process)
    }

    /// The most waits that so much memory is enough for, by the same estimate.
    pub fn fit(self, memory: u64) -> u64 {
        let (process, each) = self.needs();
        memory.saturating_sub(process) / each
    }
}
