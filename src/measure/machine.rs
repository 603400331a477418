//! Which machine it was, and whether it had anything else to do. What the
//! system does not say is left open; nothing is guessed. Linux says most of it,
//! in the files below `/proc` (`man 5 proc`).

use std::fs;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use serde::Serialize;

use super::stats::{median, sorted};
use crate::system::foreign::cut;

/// More of what a system says of itself is not kept.
const LONGEST: usize = 100;

/// What was measured on, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Machine {
    /// The processor's model, as it calls itself.
    pub cpu: Option<String>,
    /// How many threads can run at once, as far as this process may use them.
    pub cores: Option<usize>,
    /// The memory, in bytes.
    pub memory: Option<u64>,
    /// The system and its version, and the processor's architecture.
    pub os: String,
    /// Whether this program was built to be fast: `release`, or `debug`.
    pub build: &'static str,
    /// This program's version.
    pub asyncade: &'static str,
    /// When the measuring began, in UTC, as in `2026-01-31T12:00:00Z`.
    pub date: String,
}

impl Machine {
    /// Looks at it.
    pub fn look() -> Machine {
        let read = |file| fs::read_to_string(file).unwrap_or_default();
        let release = read("/proc/sys/kernel/osrelease");
        let release = cut(release.trim(), LONGEST);
        let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
        let date = humantime::format_rfc3339_seconds(SystemTime::now());
        Machine {
            cpu: field(&read("/proc/cpuinfo"), "model name"),
            cores: thread::available_parallelism().ok().map(usize::from),
            memory: memory(&read("/proc/meminfo")),
            os: match release.as_str() {
                "" => format!("{os} {arch}"),
                release => format!("{os} {release} {arch}"),
            },
            build: if cfg!(debug_assertions) {
                "debug"
            } else {
                "release"
            },
            asyncade: env!("CARGO_PKG_VERSION"),
            date: date.to_string(),
        }
    }

    /// In a sentence's worth of words: the processor, how much of it, the
    /// system.
    pub fn words(&self) -> String {
        let mut words = Vec::new();
        words.extend(self.cpu.clone());
        words.extend(self.cores.map(|cores| match cores {
            1 => "1 core".to_owned(),
            cores => format!("{cores} cores"),
        }));
        words.push(self.os.clone());
        words.join(", ")
    }
}

/// The version of tokio that this program was built with, by the file that pins
/// it.
pub fn tokio_version() -> Option<String> {
    locked(include_str!("../../Cargo.lock"), "tokio")
}

/// The version of a package in a `Cargo.lock`.
fn locked(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    let version = lines.nth(1)?.strip_prefix("version = \"")?;
    Some(version.trim_end_matches('"').to_owned())
}

/// The value of a field of `/proc/cpuinfo`, from the first processor that has
/// one.
fn field(text: &str, name: &str) -> Option<String> {
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    let mut values = lines.filter(|(field, _)| field.trim() == name);
    let value = values.next()?.1.split_whitespace();
    let value = value.collect::<Vec<_>>().join(" ");
    (!value.is_empty()).then(|| cut(&value, LONGEST))
}

/// `MemTotal` of `/proc/meminfo`, which is in KiB whatever it says.
fn memory(text: &str) -> Option<u64> {
    let value = field(text, "MemTotal")?;
    let kibibytes: u64 = value.split(' ').next()?.parse().ok()?;
    kibibytes.checked_mul(1024)
}

/// What else the machine did while something was measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Load {
    /// The part of all cores' time that other programs had, from 0 to 1; what a
    /// host took away from this machine counts among them.
    pub others: Option<f64>,
    /// The part of all cores' time that the host of a virtual machine took
    /// away.
    pub stolen: Option<f64>,
    /// The load average of the last minute, at the end.
    pub average: Option<f64>,
    /// How much later than it should a sleep of a millisecond ended, in
    /// seconds: half of them were later than this.
    pub late: Option<f64>,
    /// The latest of them.
    pub latest: Option<f64>,
}

/// The others had more than a quarter of the machine.
const BUSY: f64 = 0.25;

/// The host took more than a fiftieth of it away.
const ROBBED: f64 = 0.02;

/// A sleep that ends so much too late, in seconds, tells of a machine that has
/// no time: idle ones take a tenth of it.
const LATE: f64 = 0.001;

impl Load {
    /// What there is to be said of a machine that was busy: nothing, if it was
    /// not, or if nobody knows.
    pub fn remarks(&self) -> Vec<String> {
        let percent = |part: f64| (part * 100.0).round();
        let mut remarks = Vec::new();
        match (self.others, self.stolen) {
            (_, Some(stolen)) if stolen > ROBBED => remarks.push(format!(
                "The host of this virtual machine kept {}% of its processor \
                 time for others.",
                percent(stolen)
            )),
            (Some(others), _) if others > BUSY => remarks.push(format!(
                "The machine was busy: other programs had {}% of its processor \
                 time.",
                percent(others)
            )),
            _ => {}
        }
        if let (Some(late), Some(latest)) = (self.late, self.latest)
            && late > LATE
        {
            remarks.push(format!(
                "Sleeps of 1ms ended {:.1}ms too late in the middle between \
                 the runs, and {:.1}ms at worst.",
                late * 1000.0,
                latest * 1000.0
            ));
        }
        remarks
    }
}

/// Looks at what else the machine does.
#[derive(Debug)]
pub struct Watch {
    before: Option<Used>,
    late: Vec<f64>,
}

impl Watch {
    /// From now on.
    pub fn start() -> Watch {
        Watch {
            before: Used::now(),
            late: Vec::new(),
        }
    }

    /// Sleeps for a few milliseconds, and notes how late it wakes up. To be
    /// called between runs, where it is in nobody's way.
    pub fn doze(&mut self) {
        for _ in 0..3 {
            let sleep = Duration::from_millis(1);
            let start = Instant::now();
            thread::sleep(sleep);
            let late = start.elapsed().saturating_sub(sleep);
            self.late.push(late.as_secs_f64());
        }
    }

    /// What there was.
    pub fn end(&self) -> Load {
        let average = fs::read_to_string("/proc/loadavg").ok();
        let average = average.and_then(|text| {
            text.split_whitespace().next()?.parse::<f64>().ok()
        });
        let used = self.before.as_ref().zip(Used::now());
        let used = used.and_then(|(before, now)| now.since(before));
        Load {
            others: used.map(|(others, _)| others),
            stolen: used.map(|(_, stolen)| stolen),
            average,
            late: median(&self.late),
            latest: sorted(&self.late).last().copied(),
        }
    }
}

/// Processor time until now, in the system's ticks. How long one of them is
/// need not be known: only parts of the whole are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Used {
    /// Of all cores, whatever they did.
    all: u64,
    /// Of these, what no program wanted.
    idle: u64,
    /// Of these, what a host took away.
    stolen: u64,
    /// Of this process, and of those that it has started and waited for.
    ours: u64,
}

impl Used {
    fn now() -> Option<Used> {
        let all = fs::read_to_string("/proc/stat").ok()?;
        let ours = fs::read_to_string("/proc/self/stat").ok()?;
        Used::parse(&all, &ours)
    }

    fn parse(all: &str, ours: &str) -> Option<Used> {
        let cpu = all.lines().next()?.strip_prefix("cpu ")?;
        let numbers = cpu.split_whitespace().map(|word| word.parse().ok());
        let numbers: Vec<u64> = numbers.collect::<Option<_>>()?;
        // user, nice, system, idle, iowait, irq, softirq, steal; what comes
        // then, guest, is in user already.
        let [_, _, _, idle, waiting, ..] = numbers[..] else {
            return None;
        };
        // A name may hold anything, also spaces and brackets.
        let (_, ours) = ours.rsplit_once(')')?;
        // The state is the third field; utime is the 14th, and cstime the
        // 17th.
        let ours = ours.split_whitespace().skip(11).take(4);
        let ours: Vec<u64> =
            ours.map(|word| word.parse().ok()).collect::<Option<_>>()?;
        Some(Used {
            all: numbers.iter().take(8).sum(),
            idle: idle + waiting,
            stolen: numbers.get(7).copied().unwrap_or(0),
            ours: ours.iter().sum(),
        })
    }

    /// The others' part since then, and what was stolen. `None` if too little
    /// time has gone by for a tick to be a small part of it.
    fn since(&self, before: &Used) -> Option<(f64, f64)> {
        const FEWEST: u64 = 20;
        let all = self.all.checked_sub(before.all)?;
        if all < FEWEST {
            return None;
        }
        let idle = self.idle.saturating_sub(before.idle);
        let ours = self.ours.saturating_sub(before.ours);
        let stolen = self.stolen.saturating_sub(before.stolen);
        let others = all.saturating_sub(idle).saturating_sub(ours);
        let part = |ticks: u64| ticks as f64 / all as f64;
        Some((part(others), part(stolen)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_use_is_what_is_neither_idle_nor_ours() {
        let ours = |ticks: u64| {
            format!("12 (a ) b) S 1 2 3 4 5 6 7 8 9 10 {ticks} 5 0 0 20 0\n")
        };
        let before = Used::parse("cpu  10 0 10 100 0 0 0 0 0 0\n", &ours(5));
        let after = Used::parse("cpu  60 0 20 230 10 0 0 0 0 0\n", &ours(25));
        let (before, after) = (before.unwrap(), after.unwrap());
        assert_eq!(before.ours, 10);
        // Of 200 ticks 140 were idle and 20 were ours.
        assert_eq!(after.since(&before), Some((0.2, 0.0)));
        assert_eq!(before.since(&before), None);
        assert_eq!(Used::parse("intr 1 2 3", &ours(5)), None);
        assert_eq!(Used::parse("cpu  1 2 x 4 5", &ours(5)), None);
    }

    #[test]
    fn what_a_host_takes_is_named() {
        let ours = "1 (a) S 1 2 3 4 5 6 7 8 9 10 0 0 0 0 20 0";
        let at = |cpu: &str| Used::parse(cpu, ours).unwrap();
        let before = at("cpu  0 0 0 0 0 0 0 0 0 0");
        let after = at("cpu  10 0 0 80 0 0 0 10 5 0");
        let (others, stolen) = after.since(&before).unwrap();
        assert_eq!((others, stolen), (0.2, 0.1));
        let load = Load {
            others: Some(others),
            stolen: Some(stolen),
            ..Load::default()
        };
        let [remark] = &load.remarks()[..] else {
            panic!("{:?}", load.remarks());
        };
        assert!(remark.contains("kept 10%"), "{remark}");
    }

    #[test]
    fn an_idle_machine_is_not_said_to_be_busy() {
        let mut load = Load {
            others: Some(0.2),
            stolen: Some(0.0),
            average: Some(9.0),
            late: Some(0.0001),
            latest: Some(0.02),
        };
        assert!(load.remarks().is_empty());
        load.others = Some(0.3);
        assert!(load.remarks()[0].contains("other programs had 30%"));
        load.late = Some(0.003);
        assert_eq!(load.remarks().len(), 2);
        assert!(Load::default().remarks().is_empty());
    }

    #[test]
    fn a_field_of_proc_is_found_and_cut() {
        let text = "processor\t: 0\nmodel name\t: Some  CPU @ 2GHz\n";
        assert_eq!(
            field(text, "model name").as_deref(),
            Some("Some CPU @ 2GHz")
        );
        assert_eq!(field(text, "Model"), None);
        assert_eq!(memory("MemTotal:  2 kB\n"), Some(2048));
        assert_eq!(memory("MemTotal: x\n"), None);
    }

    #[test]
    fn the_version_of_tokio_is_the_one_that_is_built() {
        let version = tokio_version().unwrap_or_default();
        assert!(version.starts_with("1."), "{version}");
        assert_eq!(locked("name = \"tokio\"\n", "tokio"), None);
    }
}
