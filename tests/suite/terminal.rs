//! The live view in a pseudo-terminal: bars while it runs, nothing of them
//! afterwards, and a terminal that is as it was, also after Ctrl-C.

use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{chapter, code_by_the_screen, is_too_wide};
use asyncade::trace::{Outcome, What, ndjson};
use portable_pty::{
    Child, CommandBuilder, MasterPty, PtySize, native_pty_system,
};

/// The program in a terminal.
struct Terminal {
    screen: vt100::Parser,
    /// Everything it was sent so far.
    seen: Vec<u8>,
    output: Receiver<Vec<u8>>,
    input: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    _master: Box<dyn MasterPty + Send>,
}

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

impl Terminal {
    fn run(
        columns: u16,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Terminal {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_asyncade"));
        command.args(arguments);
        Terminal::start(columns, command, variables)
    }

    /// A line of a shell, in which `$0` is the program.
    fn shell(columns: u16, line: &str) -> Terminal {
        let mut command = CommandBuilder::new("sh");
        command.args(["-c", line, env!("CARGO_BIN_EXE_asyncade")]);
        Terminal::start(columns, command, &[])
    }

    fn start(
        columns: u16,
        mut command: CommandBuilder,
        variables: &[(&str, &str)],
    ) -> Terminal {
        let size = PtySize {
            rows: 60,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pty = native_pty_system().openpty(size).unwrap();
        // Variables by which a terminal would be taken for another one.
        for name in [
            "NO_COLOR",
            "CLICOLOR",
            "CLICOLOR_FORCE",
            "CI",
            "COLUMNS",
            "ACCESSIBLE",
        ] {
            command.env_remove(name);
        }
        command.env("TERM", "xterm-256color");
        command.env("LC_ALL", "C.UTF-8");
        for (name, value) in variables {
            command.env(name, value);
        }
        let child = pty.slave.spawn_command(command).unwrap();
        let mut reader = pty.master.try_clone_reader().unwrap();
        let (sender, output) = mpsc::channel();
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                if sender.send(bytes[..count].to_vec()).is_err() {
                    break;
                }
            }
        });
        Terminal {
            screen: vt100::Parser::new(
                size.rows.try_into().unwrap(),
                columns.try_into().unwrap(),
                0,
            ),
            seen: Vec::new(),
            output,
            input: pty.master.take_writer().unwrap(),
            child,
            _master: pty.master,
        }
    }

    /// Reads until the screen shows a text.
    fn until(&mut self, text: &str) {
        self.until_rows(1, text);
    }

    /// Reads until so many rows of the screen show a text.
    fn until_rows(&mut self, count: usize, text: &str) {
        let start = Instant::now();
        while self
            .contents()
            .lines()
            .filter(|row| row.contains(text))
            .count()
            < count
        {
            let left = PATIENCE.saturating_sub(start.elapsed());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.take(&bytes),
                Err(_) => panic!("no {text:?} on:\n{}", self.contents()),
            }
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        self.screen.process(bytes);
        self.seen.extend_from_slice(bytes);
    }

    /// Reads until a chapter has been played to its end, with the exit code
    /// that its claims call for.
    fn end_of_chapter(&mut self) {
        let code = self.end();
        let expected = code_by_the_screen(&self.text());
        assert_eq!(i64::from(code), i64::from(expected), "{}", self.text());
    }

    /// Everything that was written so far, line by line, without its colours.
    fn text(&self) -> String {
        let seen = String::from_utf8_lossy(&self.seen);
        anstream::adapter::strip_str(&seen).to_string()
    }

    /// Reads until the program ends; returns its exit code.
    fn end(&mut self) -> u32 {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                while let Ok(bytes) =
                    self.output.recv_timeout(Duration::from_millis(200))
                {
                    self.take(&bytes);
                }
                return status.exit_code();
            }
            assert!(start.elapsed() < PATIENCE, "it does not end");
            if let Ok(bytes) =
                self.output.recv_timeout(Duration::from_millis(20))
            {
                self.take(&bytes);
            }
        }
    }

    /// The screen row by row. `vt100`'s own `contents` joins rows that are
    /// full to the last column.
    fn contents(&self) -> String {
        let screen = self.screen.screen();
        let (_, columns) = screen.size();
        let rows: Vec<String> = screen.rows(0, columns.into()).collect();
        rows.join("\n")
    }
}

#[test]
fn bars_show_each_lanes_wait_and_leave_no_trace() {
    let mut terminal = Terminal::run(
        80,
        &["sync-vs-async", "--delay", "2s", "--scene", "async"],
        &[],
    );
    terminal.until_rows(3, "sleep 2s");
    let contents = terminal.contents();
    let bars: Vec<&str> = contents
        .lines()
        .filter(|line| line.contains("sleep 2s"))
        .collect();
    assert!(
        bars.iter()
            .all(|bar| bar.contains('━') || bar.contains('─')),
        "{contents}"
    );
    terminal.end_of_chapter();
    let contents = terminal.contents();
    assert!(!contents.contains("sleep 2s"), "{contents}");
    assert!(contents.contains("Results: [1, 2, 3]"), "{contents}");
    assert!(!terminal.screen.screen().hide_cursor());
}

#[test]
fn a_bar_says_when_its_lane_is_overdue() {
    let mut terminal =
        Terminal::run(80, &["to_thread", "--scene", "blocking"], &[]);
    terminal.until("sleep 400ms, overdue");
    terminal.end_of_chapter();
}

#[test]
fn no_progress_and_dumb_terminals_draw_no_bars() {
    let arguments = ["sync-vs-async", "--scene", "async", "--speed", "4"];
    let dumb = [("TERM", "dumb")];
    let no_progress = [&arguments[..], &["--no-progress"]].concat();
    for (arguments, variables) in
        [(&arguments[..], &dumb[..]), (&no_progress[..], &[])]
    {
        let mut terminal = Terminal::run(80, arguments, variables);
        terminal.end_of_chapter();
        let seen = String::from_utf8_lossy(&terminal.seen).into_owned();
        assert!(!seen.contains("sleep 250ms"), "{seen}");
        assert!(
            !seen.contains("\u{1b}[1A"),
            "the cursor never moves up: {seen:?}"
        );
        let coloured = seen.contains('\u{1b}');
        assert_eq!(
            coloured,
            variables.is_empty(),
            "colour, but not on a dumb terminal"
        );
    }
}

/// S4: bars are drawn on stderr, and over what a pager shows of stdout.
#[test]
fn s4_bars_are_drawn_only_where_both_streams_are_terminals() {
    let chapter = "$0 sync-vs-async --scene async --speed 4";
    for redirected in ["| cat", "> /dev/null", "2>&1 | cat"] {
        let line = format!("{chapter} {redirected}");
        let mut terminal = Terminal::shell(80, &line);
        assert_eq!(terminal.end(), 0, "{}", terminal.text());
        let seen = String::from_utf8_lossy(&terminal.seen).into_owned();
        assert!(!seen.contains("sleep 250ms"), "{redirected}: {seen}");
        // Nothing moves the cursor, hides it or clears a line.
        assert!(!seen.contains("\u{1b}["), "{redirected}: {seen:?}");
        let is_shown = redirected != "> /dev/null";
        assert_eq!(seen.contains("Results: [1, 2, 3]"), is_shown, "{seen}");
    }
    // The same, with nothing between it and the terminal.
    let mut terminal = Terminal::shell(80, chapter);
    terminal.until("sleep 250ms");
    terminal.end_of_chapter();
}

#[test]
fn columns_says_how_wide_whatever_the_terminal_has() {
    let gather = ["gather", "--clock", "virtual", "--color", "never"];
    for (wanted, rule) in [("40", 40), ("120", 120), ("0", 80), ("x", 80)] {
        let mut terminal = Terminal::run(80, &gather, &[("COLUMNS", wanted)]);
        terminal.end_of_chapter();
        let text = terminal.text();
        let rules = text
            .lines()
            .filter(|line| line.starts_with("\u{2500}\u{2500}"));
        let widths: Vec<usize> =
            rules.map(|l| l.trim().chars().count()).collect();
        assert!(!widths.is_empty(), "{text}");
        assert!(widths.iter().all(|width| *width == rule), "{widths:?}");
    }
    // Help and errors as well.
    let mut terminal =
        Terminal::run(80, &["gather", "--help"], &[("COLUMNS", "40")]);
    assert_eq!(terminal.end(), 0);
    let text = terminal.text();
    let line = "      --b <TIME>\n          How long B takes; it fails in\n";
    assert!(text.replace('\r', "").contains(line), "{text}");
    let mut terminal = Terminal::run(40, &["gather", "--a", "1h"], &[]);
    assert_eq!(terminal.end(), 2);
    let text = terminal.text().replace('\r', "");
    assert!(
        text.starts_with(
            "error: the scene 'sequential' of gather\n       would"
        ),
        "{text}"
    );
}

#[test]
fn ctrl_c_ends_it_with_130_and_a_whole_export() {
    // While the loop waits, and while its thread is blocked in a call.
    for (name, arguments, line) in [
        ("waits", ["gather", "--a", "300s"], "C done"),
        (
            "blocked",
            ["sync-vs-async", "--delay", "150s"],
            "Task 1 start",
        ),
    ] {
        let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("ctrl-c-{name}.ndjson"));
        let _ = fs::remove_file(&file);
        let mut all = arguments.to_vec();
        all.extend(["--export", file.to_str().unwrap()]);
        if name == "waits" {
            all.extend(["--scene", "gather"]);
        }
        let mut terminal = Terminal::run(80, &all, &[]);
        terminal.until(line);
        terminal.input.write_all(&[3]).unwrap();
        assert_eq!(terminal.end(), 130, "{}", terminal.contents());
        assert!(!terminal.screen.screen().hide_cursor());
        let contents = terminal.contents();
        assert!(contents.contains("⊘ cancelled"), "{contents}");
        assert!(!contents.contains("verdict"), "{contents}");
        // No bar is left behind.
        assert!(!contents.contains("sleep 300s"), "{contents}");
        assert!(!contents.contains("block 2m 30s"), "{contents}");
        assert!(
            !contents.contains("────────────────────────────────────  "),
            "{contents}"
        );

        let traces = ndjson::read(fs::read(&file).unwrap().as_slice()).unwrap();
        let trace = traces.last().unwrap();
        assert!(trace.interrupted);
        let interrupted = trace.events.iter().filter(|event| {
            matches!(&event.what, What::End { outcome: Outcome::Cancelled, detail, .. }
                if detail.as_deref() == Some("interrupted"))
        });
        assert!(interrupted.count() > 0);
    }
}

#[test]
fn a_very_narrow_terminal_is_told_everything() {
    let chapter = chapter("gather");
    for columns in [1, 10, 24, 39] {
        let arguments = ["gather", "--speed", "20", "--all"];
        let mut terminal = Terminal::run(columns, &arguments, &[]);
        terminal.end_of_chapter();
        let text = terminal.text();
        for line in text.lines() {
            // On a narrower one lines wrap.
            let columns = usize::from(columns).max(24);
            assert!(!is_too_wide(line, columns), "at {columns}: {line:?}");
        }
        // Not a letter is missing, wherever lines were broken.
        let squeeze = |text: &str| text.split_whitespace().collect::<String>();
        let text = squeeze(&text);
        let says = chapter.claims.iter().map(|claim| claim.says);
        let lines = ["Results: A, B, C", "Results: A, error: B failed, C"];
        let lesson = chapter.lesson();
        let words = [&lesson.question, &lesson.takeaway].map(String::as_str);
        for expected in says.chain(lines).chain(words) {
            assert!(text.contains(&squeeze(expected)), "{expected}: {text}");
        }
    }
}

#[test]
fn at_40_columns_the_bars_fit_on_their_lines() {
    let arguments = ["to_thread", "--scene", "to_thread", "--color", "never"];
    let mut terminal = Terminal::run(40, &arguments, &[]);
    terminal.until("block 2s");
    let contents = terminal.contents();
    let bar = contents
        .lines()
        .find(|line| line.contains("block 2s"))
        .unwrap();
    assert!(bar.trim_start().starts_with("blockin"), "{contents}");
    terminal.end_of_chapter();
}
