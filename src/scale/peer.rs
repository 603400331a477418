//! The runtimes of other languages that this machine has. Each is asked where
//! it really is, so that no wrapper is measured in its place, and which version
//! it has; its program comes from `demos/scale`. What of the user's own would
//! tune it (variables, start-up files) has no part in it.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::Subject;
use super::outside::Failure;
use crate::system::child::{self, Bounds, Fault};
use crate::system::folder::Folder;
use crate::system::foreign;

/// A runtime, ready to wait.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    /// What it calls itself, with its version.
    pub version: String,
    /// The program, and the arguments before the number and the time.
    command: Vec<OsString>,
}

/// To say its version, also on a machine that has to fetch it from a slow disk.
const TO_ANSWER: Bounds = Bounds {
    time: Duration::from_secs(20),
    bytes: 64 * 1024,
};

/// To compile a program, and all of a standard library for the first time.
const TO_BUILD: Bounds = Bounds {
    time: Duration::from_secs(180),
    bytes: 1024 * 1024,
};

/// Isolated from the user's variables and packages (`-I`), with UTF-8, and
/// leaving no compiled files behind (`-B`); what is installed beside it stays,
/// as uvloop and Trio are.
const PYTHON: [&str; 4] = ["-I", "-B", "-X", "utf8"];

/// Says what it is and where it is; of a package, what that is.
const ASK_PYTHON: &str = "\
import sys, platform
print(platform.python_implementation(), platform.python_version())
print(sys.executable)
if len(sys.argv) > 1:
    from importlib import import_module
    print(import_module(sys.argv[1]).__version__)
";

const ASK_NODE: &str = "\
console.log('Node.js ' + process.versions.node + '\\n' + process.execPath)";

/// Variables with which users tune these runtimes.
const TUNING: [&str; 12] = [
    "NODE_OPTIONS",
    "NODE_PATH",
    "GODEBUG",
    "GOEXPERIMENT",
    "GOFLAGS",
    "GOGC",
    "GOMAXPROCS",
    "GOMEMLIMIT",
    "GOTRACEBACK",
    "MALLOC_ARENA_MAX",
    "LD_PRELOAD",
    "PYTHONMALLOC",
];

impl Peer {
    /// Looks for a runtime, and gets its program ready in a folder.
    pub fn find(
        subject: Subject,
        python: &Path,
        folder: &Folder,
    ) -> Result<Peer, Failure> {
        match subject {
            Subject::Node => node(folder),
            Subject::Go => go(folder),
            Subject::Uvloop => of_python(
                subject,
                python,
                Some("uvloop"),
                include_str!("../../demos/scale/uvloop_waits.py"),
                folder,
            ),
            Subject::Trio => of_python(
                subject,
                python,
                Some("trio"),
                include_str!("../../demos/scale/trio_waits.py"),
                folder,
            ),
            _ => of_python(
                subject,
                python,
                None,
                include_str!("../../demos/scale/asyncio_waits.py"),
                folder,
            ),
        }
    }

    /// The program and its arguments for so many waits.
    pub fn command(&self, count: u64, wait: Duration) -> Vec<OsString> {
        let (count, millis) = (count.to_string(), wait.as_millis().to_string());
        let mut command = self.command.clone();
        command.extend([count.into(), millis.into()]);
        command
    }
}

/// Takes from a command what would tune a runtime.
pub(crate) fn untuned(command: &mut Command) {
    for name in TUNING {
        command.env_remove(name);
    }
}

fn of_python(
    subject: Subject,
    python: &Path,
    package: Option<&str>,
    text: &str,
    folder: &Folder,
) -> Result<Peer, Failure> {
    let mut command = Command::new(python);
    command.args(PYTHON).args(["-c", ASK_PYTHON]).args(package);
    let said = ask(command, python, TO_ANSWER);
    let said = said.map_err(|failure| match (failure, package) {
        (Failure::Unfit(why), Some(package))
            if why.ends_with(&format!("No module named '{package}'")) =>
        {
            let python = foreign::path(python);
            Failure::Unfit(format!("'{python}' has no package '{package}'"))
        }
        (failure, _) => failure,
    })?;
    let (version, place, package_version) = match &said[..] {
        [version, place] if package.is_none() => (version, place, None),
        [version, place, own] => (version, place, Some(own)),
        _ => return Err(nonsense(python)),
    };
    // One that does not know where it is, is where it was found.
    let place = match place.as_str() {
        "" => python.to_owned(),
        place => PathBuf::from(place),
    };
    let name = format!("{}_waits.py", subject.name());
    let script = write(folder, &name, text)?;
    let mut command: Vec<OsString> = vec![place.into()];
    command.extend(PYTHON.map(OsString::from));
    command.push(script.into());
    let own = match (package, package_version) {
        (Some(package), Some(own)) => format!("{package} {own}, "),
        _ => String::new(),
    };
    Ok(Peer {
        version: foreign::short(&format!("{own}{version}")),
        command,
    })
}

fn node(folder: &Folder) -> Result<Peer, Failure> {
    let node = Path::new("node");
    let mut command = Command::new(node);
    command.args(["-e", ASK_NODE]);
    let said = ask(command, node, TO_ANSWER)?;
    let [version, place] = &said[..] else {
        return Err(nonsense(node));
    };
    let text = include_str!("../../demos/scale/node_waits.mjs");
    let script = write(folder, "node_waits.mjs", text)?;
    Ok(Peer {
        version: foreign::short(version),
        command: vec![place.into(), script.into()],
    })
}

/// Compiles its program now: that is no part of what is measured.
fn go(folder: &Folder) -> Result<Peer, Failure> {
    let go = Path::new("go");
    let of_folder = || {
        let mut command = Command::new(go);
        command.current_dir(folder.path(""));
        // Nothing is fetched, and no project around the folder has a part.
        command
            .env("GOTOOLCHAIN", "local")
            .env("GOWORK", "off")
            .env("GOPROXY", "off")
            .env("CGO_ENABLED", "0");
        command
    };
    let mut command = of_folder();
    command.arg("version");
    let said = ask(command, go, TO_ANSWER)?;
    let words: Vec<&str> = said.iter().flat_map(|l| l.split(' ')).collect();
    // `go version go1.22.1 linux/amd64`.
    let ["go", "version", version, ..] = words[..] else {
        return Err(nonsense(go));
    };
    let version = version.trim_start_matches("go");
    let text = include_str!("../../demos/scale/go_waits.go");
    let source = write(folder, "go_waits.go", text)?;
    let program = folder.path("go_waits.exe");
    let mut command = of_folder();
    command.args(["build", "-o"]).arg(&program).arg(source);
    ask(command, go, TO_BUILD)?;
    Ok(Peer {
        version: foreign::short(&format!("Go {version}")),
        command: vec![program.into()],
    })
}

/// Runs a program for what it prints, line by line.
fn ask(
    mut command: Command,
    program: &Path,
    bounds: Bounds,
) -> Result<Vec<String>, Failure> {
    untuned(&mut command);
    let shown = foreign::path(program);
    let output = child::run(command, bounds).map_err(|fault| match fault {
        Fault::Stopped => Failure::Stopped,
        Fault::NotRun(error) if error.kind() == io::ErrorKind::NotFound => {
            Failure::Unfit(format!("there is no '{shown}' on this machine"))
        }
        fault => Failure::Unfit(format!("'{shown}' {fault}")),
    })?;
    if !output.status.success() {
        let said = match output.complaint.as_str() {
            "" => "without a word",
            complaint => complaint,
        };
        return Err(Failure::Unfit(format!("'{shown}' failed: {said}")));
    }
    let said = String::from_utf8_lossy(&output.stdout);
    Ok(said.lines().map(|line| line.trim().to_owned()).collect())
}

fn nonsense(program: &Path) -> Failure {
    let shown = foreign::path(program);
    Failure::Unfit(format!("'{shown}' does not say which version it is"))
}

fn write(folder: &Folder, name: &str, text: &str) -> Result<PathBuf, Failure> {
    let written = folder.write(name, text);
    written.map_err(|error| {
        let error = foreign::clean_lines(&format!("{error:#}"));
        Failure::Unfit(format!("its program could not be written: {error}"))
    })
}
