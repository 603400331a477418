//! How many waits there is room for: memory, threads, open files. Each limit
//! knows its name, so that whoever meets it knows which one to raise. What the
//! system does not say is left out.

use std::fs;
use std::io;

use super::Subject;

/// How much of something there is, and what says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    /// So much is left.
    pub left: u64,
    /// What limits it, to stand at the end of `limited by`.
    pub by: String,
}

/// What is left on this machine, for this process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Bytes of memory.
    pub memory: Option<Limit>,
    /// Threads.
    pub threads: Option<Limit>,
    /// Connections with both ends in one process.
    pub connections: Option<Limit>,
}

/// A process needs a few descriptors beside those of its connections: its
/// streams, its runtimes', its listeners.
const OTHER_FILES: u64 = 64;

/// Never so many threads, whatever the limits say: it is for others, too.
const MOST_THREADS: u64 = 30_000;

/// Of what all processes share, no more than this part is taken.
const SHARE: u64 = 2;

impl Limits {
    /// Looks at them.
    pub fn look() -> Limits {
        Limits {
            memory: least(memory()),
            threads: least(threads()),
            connections: least(connections()),
        }
    }

    /// The most waits of a subject that there is room for, if that is known.
    pub fn most(&self, subject: Subject) -> Option<Limit> {
        let memory = self.memory.as_ref().map(|memory| Limit {
            left: subject.fit(memory.left),
            by: memory.by.clone(),
        });
        let own = match subject {
            Subject::Threads => self.threads.clone(),
            Subject::Connections => self.connections.clone(),
            _ => None,
        };
        least([memory, own].into_iter().flatten())
    }
}

fn least(limits: impl IntoIterator<Item = Limit>) -> Option<Limit> {
    limits.into_iter().min_by_key(|limit| limit.left)
}

fn number(file: &str) -> Option<u64> {
    fs::read_to_string(file).ok()?.trim().parse().ok()
}

/// The values of a control group's file, where this process has such a group:
/// its own folder first, and then the root, which is what a container sees of
/// its own. Version 2 names them so, and version 1 in the folder of the
/// controller.
fn of_group(controller: &str, most: [&str; 2], used: [&str; 2]) -> Option<u64> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    let mut folders = Vec::new();
    for line in groups.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (controllers, path) = (parts.next()?, parts.next()?);
        let root = "/sys/fs/cgroup";
        if controllers.is_empty() {
            folders.push((format!("{root}{path}"), 0));
            folders.push((root.to_owned(), 0));
        } else if controllers.split(',').any(|name| name == controller) {
            folders.push((format!("{root}/{controller}{path}"), 1));
            folders.push((format!("{root}/{controller}"), 1));
        }
    }
    folders.into_iter().find_map(|(folder, version)| {
        let most = number(&format!("{folder}/{}", most[version]))?;
        let used = number(&format!("{folder}/{}", used[version]))?;
        Some(most.saturating_sub(used))
    })
}

fn memory() -> Vec<Limit> {
    let mut limits = Vec::new();
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let mut lines = text.lines();
    let line = lines.find_map(|line| line.strip_prefix("MemAvailable:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    let available = number.and_then(|number| number.parse::<u64>().ok());
    limits.extend(available.map(|kibibytes| Limit {
        left: kibibytes.saturating_mul(1024),
        by: "the memory that is available".to_owned(),
    }));
    let group = of_group(
        "memory",
        ["memory.max", "memory.limit_in_bytes"],
        ["memory.current", "memory.usage_in_bytes"],
    );
    limits.extend(group.map(|left| Limit {
        left,
        by: "the memory of this control group".to_owned(),
    }));
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit};
        let most = getrlimit(Resource::As).current;
        limits.extend(most.map(|left| Limit {
            left,
            by: "the address space of a process (ulimit -v)".to_owned(),
        }));
    }
    // The last tenth is not for us: a machine without memory is a slow one.
    for limit in &mut limits {
        limit.left -= limit.left / 10;
    }
    limits
}

fn threads() -> Vec<Limit> {
    let mut limits = vec![Limit {
        left: MOST_THREADS,
        by: format!("what this program takes for safe, {MOST_THREADS}"),
    }];
    // How many there are on the whole machine: `0.10 0.20 0.30 1/234 5678`.
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let there = load.split_whitespace().nth(3);
    let there = there.and_then(|part| part.split_once('/')?.1.parse().ok());
    let there: u64 = there.unwrap_or(0);
    let mut shared = |most: Option<u64>, by: &str| {
        limits.extend(most.map(|most| Limit {
            left: most.saturating_sub(there) / SHARE,
            by: by.to_owned(),
        }));
    };
    let threads_max = "/proc/sys/kernel/threads-max";
    shared(number(threads_max), "half of kernel.threads-max");
    let pid_max = "/proc/sys/kernel/pid_max";
    shared(number(pid_max), "half of kernel.pid_max");
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit, getuid};
        // It does not hold for root.
        if !getuid().is_root() {
            let most = getrlimit(Resource::Nproc).current;
            shared(most, "half of the threads of a user (ulimit -u)");
        }
    }
    let group = of_group(
        "pids",
        ["pids.max", "pids.max"],
        ["pids.current", "pids.current"],
    );
    limits.extend(group.map(|left| Limit {
        left: left / SHARE,
        by: "half of the threads of this control group (pids.max)".to_owned(),
    }));
    // A stack and its guard are two mappings.
    let maps = number("/proc/sys/vm/max_map_count");
    limits.extend(maps.map(|maps| Limit {
        left: (maps / 2).saturating_sub(1_000),
        by: "vm.max_map_count, with two a thread".to_owned(),
    }));
    limits
}

fn connections() -> Vec<Limit> {
    let mut limits = Vec::new();
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit};
        let hard = getrlimit(Resource::Nofile).maximum;
        limits.extend(hard.map(|files| Limit {
            left: files.saturating_sub(OTHER_FILES) / 2,
            by: format!(
                "the open files of a process, {files} at most (ulimit -Hn), \
                 with two a connection"
            ),
        }));
    }
    // No process may be allowed more than that, whatever its limit says.
    let most = number("/proc/sys/fs/nr_open");
    limits.extend(most.map(|files| Limit {
        left: files.saturating_sub(OTHER_FILES) / 2,
        by: "fs.nr_open, with two files a connection".to_owned(),
    }));
    let all = fs::read_to_string("/proc/sys/fs/file-nr").unwrap_or_default();
    let all: Vec<u64> = all
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect();
    if let [there, _, most] = all[..] {
        limits.push(Limit {
            left: most.saturating_sub(there) / SHARE / 2,
            by: "half of fs.file-max, with two files a connection".to_owned(),
        });
    }
    limits
}

/// Raises the limit of this process' open files as far as so many connections
/// need it, and as far as it may.
///
/// # Errors
/// What the system says.
#[cfg(unix)]
pub(crate) fn raise_files(connections: u64) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let limit = getrlimit(Resource::Nofile);
    let needed = connections.saturating_mul(2).saturating_add(OTHER_FILES);
    let needed = limit.maximum.map_or(needed, |most| needed.min(most));
    if limit.current.is_none_or(|current| current >= needed) {
        return Ok(());
    }
    setrlimit(
        Resource::Nofile,
        Rlimit {
            current: Some(needed),
            maximum: limit.maximum,
        },
    )?;
    Ok(())
}

/// Elsewhere there is no such limit.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub(crate) fn raise_files(_connections: u64) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(left: u64, by: &str) -> Option<Limit> {
        let by = by.to_owned();
        Some(Limit { left, by })
    }

    #[test]
    fn the_least_limit_is_named() {
        let limits = Limits {
            memory: limit(1 << 30, "memory"),
            threads: limit(500, "threads"),
            connections: limit(u64::MAX, "files"),
        };
        assert_eq!(limits.most(Subject::Threads), limit(500, "threads"));
        let connections = limits
            .most(Subject::Connections)
            .unwrap_or_else(|| panic!("memory is known"));
        assert_eq!(connections.by, "memory");
        // What fits is what the estimate says that it takes.
        let estimate = Subject::Connections.estimate(connections.left);
        assert!(estimate <= 1 << 30);
        let more = Subject::Connections.estimate(connections.left + 1);
        assert!(more > 1 << 30);
        assert_eq!(Limits::default().most(Subject::Tokio), None);
    }
}
