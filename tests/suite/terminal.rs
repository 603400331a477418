//! The live view in a pseudo-terminal: a picture while it runs, nothing of it
//! afterwards, and a terminal that is as it was, also after Ctrl-C.

use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::{chapter, code_by_the_screen, is_too_wide};
use asyncade::chapter::Knobs;
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
    master: Box<dyn MasterPty + Send>,
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
            master: pty.master,
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

    /// Gives the terminal another width. What is on it is broken as most
    /// terminals do it: rows that are too long go on below.
    fn resize(&mut self, columns: u16) {
        let (rows, old) = self.screen.screen().size();
        let size = PtySize {
            rows: rows.into(),
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        let before = self.screen.screen();
        let (row, column) = before.cursor_position();
        let lines: Vec<String> = before.rows(0, old.into()).collect();
        let mut reflowed =
            vt100::Parser::new(rows, columns.try_into().unwrap(), 0);
        if before.alternate_screen() {
            reflowed.process(b"\x1b[?1049h");
        }
        let above = lines[..usize::from(row)].join("\r\n");
        let last: String = lines[usize::from(row)]
            .chars()
            .take(usize::from(column))
            .collect();
        reflowed.process(format!("{above}\r\n{last}").as_bytes());
        self.screen = reflowed;
        self.master.resize(size).unwrap();
    }

    /// Reads until the picture has been drawn after a resize.
    fn until_drawn_anew(&mut self) {
        let drawn = self.seen.len();
        self.read_for(Duration::from_millis(400));
        assert!(self.seen.len() > drawn, "nothing is drawn");
    }

    /// Reads whatever comes for so long.
    fn read_for(&mut self, time: Duration) {
        let start = Instant::now();
        while let Some(left) = time.checked_sub(start.elapsed()) {
            if let Ok(bytes) = self.output.recv_timeout(left) {
                self.take(&bytes);
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

/// The rows of the picture on the screen, by the names of their lanes.
fn picture(terminal: &Terminal, names: &[&str]) -> Vec<String> {
    let contents = terminal.contents();
    let rows = contents.lines().filter(|row| {
        let mut words = row.split_whitespace();
        let first = words.next().unwrap_or_default();
        row.starts_with("  ")
            && (names.contains(&first) || first == "…")
            && !row.contains('▎')
    });
    rows.map(str::to_owned).collect()
}

/// The picture of a scene that plays is the one that it will have, as far as
/// it has come, with what each lane waits for beside it.
#[test]
fn s2_the_live_picture_is_the_final_picture() {
    let arguments = ["to_thread", "--scene", "blocking"];
    let mut terminal = Terminal::run(80, &arguments, &[]);
    // The thread is held for two seconds; the heart's timer was due after 0.2.
    terminal.until("ready");
    let rows = picture(&terminal, &["main", "heartbeat"]);
    let [main, heartbeat] = &rows[..] else {
        panic!("{}", terminal.contents());
    };
    // A block is solid and a sleep is not, and each says what it is.
    assert!(main.contains("██") && main.contains("block 2s"), "{main}");
    assert!(heartbeat.contains("▒") && heartbeat.contains("ready"));
    assert!(!main.contains('✓') && !heartbeat.contains('✓'), "{rows:?}");
    let axis = |terminal: &Terminal| {
        let contents = terminal.contents();
        let axis = contents.lines().find(|row| row.contains("╷0s"));
        axis.unwrap().to_owned()
    };
    let (while_it_plays, live) = (axis(&terminal), rows.clone());
    terminal.end_of_chapter();
    // Nothing of it is left, and what was drawn is drawn still: the time axis,
    // and the marks up to where it had come.
    assert!(!terminal.contents().contains("block 2s"));
    let contents = terminal.contents();
    let rows = picture(&terminal, &["main", "heartbeat"]);
    assert_eq!(rows.len(), 4, "in the scene, and in the end:\n{contents}");
    // The scale may have grown by a hair, and a tick moved by a column.
    let labels = |axis: &str| -> Vec<String> {
        let labels = axis.split('╷').map(|label| label.trim().to_owned());
        labels.collect()
    };
    assert_eq!(labels(&axis(&terminal)), labels(&while_it_plays));
    for (live, last) in live.iter().zip(&rows) {
        let marks = |row: &str| -> Vec<char> {
            let row = row.chars().skip(13);
            row.take_while(|mark| "█┃●─▒".contains(*mark)).collect()
        };
        let (live, last) = (marks(live), marks(last));
        assert!(live.len() > 10 && live.len() < last.len(), "{live:?}");
        // The column that it is in may still change, and the scale by a hair.
        let differ = live.iter().zip(&last).filter(|(a, b)| a != b);
        assert!(differ.count() <= 3, "{live:?} {last:?}");
    }
    assert!(!terminal.screen.screen().hide_cursor());
}

#[test]
fn a_sleep_is_drawn_and_said_as_what_it_is() {
    let arguments = ["sync-vs-async", "--delay", "2s", "--scene", "async"];
    let mut terminal = Terminal::run(80, &arguments, &[]);
    terminal.until_rows(3, "sleep 2s");
    terminal.until_rows(3, "●──");
    let names = ["main", "Task"];
    let rows = picture(&terminal, &names);
    assert_eq!(rows.len(), 4, "{}", terminal.contents());
    // Main waits for one of which nothing has run yet when it begins to.
    assert!(rows[0].ends_with("a task"), "{}", rows[0]);
    for row in &rows[1..] {
        assert!(row.contains('─') && !row.contains('█'), "{row}");
        assert!(row.ends_with("sleep 2s"), "{row}");
    }
    terminal.end_of_chapter();
    let contents = terminal.contents();
    assert!(!contents.contains("sleep 2s"), "{contents}");
    assert!(contents.contains("Results: [1, 2, 3]"), "{contents}");
}

/// S3: of a hundred tasks those are in view that go on.
#[test]
fn s3_who_goes_on_is_in_view_and_who_has_ended_is_counted() {
    let arguments = [
        "pitfalls",
        "--scene",
        "too-many-tasks-fixed",
        "--delay",
        "400ms",
    ];
    let mut terminal = Terminal::run(80, &arguments, &[]);
    // Forty have been served, ten are being served, fifty wait.
    terminal.until("40 finished");
    let rows = picture(&terminal, &["main", "Task"]);
    let served = rows.iter().filter(|row| row.ends_with("sleep 0.4s"));
    assert!(served.count() >= 9, "{}", terminal.contents());
    assert!(rows.iter().all(|row| !row.contains('✓')), "{rows:?}");
    let fold = rows.last().unwrap();
    assert!(
        fold.contains(" more: ") && fold.contains(" waiting"),
        "{fold}"
    );
    terminal.end_of_chapter();
}

/// A thousand lanes are drawn in as many rows as a few, and take no longer.
#[test]
fn a_thousand_lanes_are_not_slowed_by_their_picture() {
    let arguments = [
        "sync-vs-async",
        "--scene",
        "async",
        "--tasks",
        "1000",
        "--delay",
        "1500ms",
    ];
    let mut terminal = Terminal::run(80, &arguments, &[]);
    // Until all of them have been made: fifteen have a row of their own.
    terminal.until("986 more: ");
    let rows = picture(&terminal, &["main", "Task"]);
    assert!(rows.len() <= 16, "{}", terminal.contents());
    let lanes = rows.iter().filter(|row| !row.contains('…')).count();
    let fold = rows.last().unwrap().trim_start_matches([' ', '…']);
    let folded: usize = fold.split(' ').next().unwrap().parse().unwrap();
    assert_eq!(lanes + folded, 1001, "{}", terminal.contents());
    terminal.end_of_chapter();
    let text = terminal.text();
    let total = text.lines().rev().find_map(|line| {
        let words = line.strip_prefix("main ended after ")?;
        words.split('s').next()?.parse::<f64>().ok()
    });
    // Generous: what is recorded takes its time on a busy machine.
    assert!(total.unwrap() < 4.0, "{total:?}");
    let frames = String::from_utf8_lossy(&terminal.seen);
    let frames = frames.matches("╷0s").count() as f64;
    // One for each fiftieth part of a second and a few, twice where lines are
    // written above it.
    assert!(frames < 2.0 * (total.unwrap() * 20.0 + 10.0), "{frames}");
}

/// Whatever is beside a lane, the picture takes nothing off the screen but
/// itself: also where a row is cut at the terminal's edge.
#[test]
fn the_picture_that_grows_leaves_what_is_above_it() {
    for columns in [40, 50, 55, 60, 80, 100] {
        let arguments = ["shield", "--speed", "10", "--lang", "rust"];
        let mut terminal = Terminal::run(columns, &arguments, &[]);
        terminal.end_of_chapter();
        // With sixty rows all of the two scenes is on the screen at the end or,
        // on a narrow page, at least the last of them.
        let contents = terminal.contents();
        let squeezed: String = contents.split_whitespace().collect();
        for said in ["Caller cancelled; the work continues", "Critical work"] {
            let said: String = said.split_whitespace().collect();
            assert!(squeezed.contains(&said), "{columns}: {contents}");
        }
        assert!(contents.contains("\nshielded"), "{columns}: {contents}");
        let watch = "Watch: the rows caller and critical";
        let watch: String = watch.split_whitespace().collect();
        assert!(squeezed.contains(&watch), "{columns}: {contents}");
    }
}

/// A terminal that is made narrower breaks the rows that are too long for it.
/// They are all taken off.
#[test]
fn s16_a_resize_leaves_no_stale_row() {
    let arguments = ["sync-vs-async", "--delay", "3s", "--scene", "async"];
    let mut terminal = Terminal::run(100, &arguments, &[]);
    terminal.until_rows(3, "sleep 3s");
    for columns in [60, 90, 50] {
        terminal.resize(columns);
        terminal.until_drawn_anew();
        let contents = terminal.contents();
        let axes = contents.lines().filter(|row| row.contains("╷0s"));
        assert_eq!(axes.count(), 1, "at {columns}:\n{contents}");
        let rows = picture(&terminal, &["main", "Task"]);
        assert_eq!(rows.len(), 4, "at {columns}:\n{contents}");
    }
    terminal.end_of_chapter();
}

/// Ctrl-Z takes the picture off the screen before the shell has it back, and
/// `fg` draws it again.
#[cfg(unix)]
#[test]
fn ctrl_z_leaves_a_clean_screen_and_fg_draws_it_again() {
    use rustix::process::{Pid, Signal, kill_process};

    let arguments = ["sync-vs-async", "--delay", "3s", "--scene", "async"];
    let mut terminal = Terminal::run(80, &arguments, &[]);
    terminal.until_rows(3, "sleep 3s");
    let id = terminal.child.process_id().unwrap();
    let pid = Pid::from_raw(id.try_into().unwrap()).unwrap();
    terminal.input.write_all(&[26]).unwrap();
    let start = Instant::now();
    while !is_stopped(id) {
        assert!(start.elapsed() < PATIENCE, "it goes on");
        thread::sleep(Duration::from_millis(10));
    }
    terminal.read_for(Duration::from_millis(200));
    let contents = terminal.contents();
    assert!(!contents.contains("sleep 3s"), "{contents}");
    assert!(!contents.contains("╷0s"), "{contents}");
    assert!(contents.contains("Async task 3 start"), "{contents}");
    kill_process(pid, Signal::CONT).unwrap();
    terminal.until_rows(3, "sleep 3s");
    terminal.end_of_chapter();
}

/// Whether a process has been stopped.
#[cfg(unix)]
fn is_stopped(id: u32) -> bool {
    let ps = std::process::Command::new("ps")
        .args(["-o", "state=", "-p", &id.to_string()])
        .output()
        .unwrap();
    String::from_utf8_lossy(&ps.stdout).trim().starts_with('T')
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
        assert!(!seen.contains("sleep 0.25s"), "{seen}");
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

/// S4: the picture is drawn on stderr, and over what a pager shows of stdout.
#[test]
fn s4_the_picture_is_drawn_only_where_both_streams_are_terminals() {
    let chapter = "$0 sync-vs-async --scene async --speed 4";
    for redirected in ["| cat", "> /dev/null", "2>&1 | cat"] {
        let line = format!("{chapter} {redirected}");
        let mut terminal = Terminal::shell(80, &line);
        assert_eq!(terminal.end(), 0, "{}", terminal.text());
        let seen = String::from_utf8_lossy(&terminal.seen).into_owned();
        assert!(!seen.contains("sleep 0.25s"), "{redirected}: {seen}");
        // Nothing moves the cursor, hides it or clears a line.
        assert!(!seen.contains("\u{1b}["), "{redirected}: {seen:?}");
        let is_shown = redirected != "> /dev/null";
        assert_eq!(seen.contains("Results: [1, 2, 3]"), is_shown, "{seen}");
    }
    // The same, with nothing between it and the terminal.
    let mut terminal = Terminal::shell(80, chapter);
    terminal.until("sleep 0.25s");
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
        let cancelled = contents.lines().find(|row| row.contains('⊘'));
        assert!(cancelled.unwrap().contains(" cancelled "), "{contents}");
        assert!(!contents.contains(" faster than "), "{contents}");
        // Nothing of the live picture is left behind.
        assert!(!contents.contains("sleep 5m"), "{contents}");
        assert!(!contents.contains("block 2m 30s"), "{contents}");

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
        let arguments = ["gather", "--speed", "20", "--all", "--explain"];
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
        let knobs = Knobs::new(chapter.knobs).at_speed(20.0);
        let lesson = chapter.lesson(&knobs);
        let words = [&lesson.question, &lesson.takeaway].map(String::as_str);
        for expected in says.chain(lines).chain(words) {
            assert!(text.contains(&squeeze(expected)), "{expected}: {text}");
        }
    }
}

#[test]
fn at_40_columns_the_picture_fits() {
    let arguments = ["to_thread", "--scene", "to_thread", "--color", "never"];
    let mut terminal = Terminal::run(40, &arguments, &[]);
    terminal.until("███");
    let contents = terminal.contents();
    let mut rows = contents.lines();
    let row = rows.find(|row| row.contains("block 2s")).unwrap();
    assert!(row.trim_start().starts_with("blocking_"), "{contents}");
    assert!(row.contains("███"), "{contents}");
    terminal.end_of_chapter();
}

const RIGHT: &[u8] = b"\x1b[C";
const LEFT: &[u8] = b"\x1b[D";
const DOWN: &[u8] = b"\x1b[B";

impl Terminal {
    /// How it treats keys.
    #[cfg(unix)]
    fn modes(&self) -> String {
        format!("{:?}", self.master.get_termios())
    }
}

/// The player: keys in, a screen out, at three sizes and with resizes.
#[test]
fn a_run_is_stepped_through_in_a_terminal_of_any_size() {
    let arguments = ["shield", "article", "--step"];
    for columns in [40, 80, 120] {
        let mut terminal = Terminal::run(columns, &arguments, &[]);
        terminal.until("step 0 of 37");
        assert!(terminal.screen.screen().alternate_screen());
        assert!(terminal.screen.screen().hide_cursor());
        terminal.input.write_all(RIGHT).unwrap();
        terminal.until("step 1 of 37");
        terminal.input.write_all(RIGHT).unwrap();
        terminal.until("step 2 of 37");
        terminal.input.write_all(LEFT).unwrap();
        terminal.until("step 1 of 37");
        terminal.input.write_all(DOWN).unwrap();
        terminal.until("step 10 of 37 at 0.500s");
        terminal.until("main wakes: its timer of 0.5s");
        for other in [60, 100, columns] {
            terminal.resize(other);
            terminal.until_drawn_anew();
            let contents = terminal.contents();
            assert!(contents.contains("step 10 of 37"), "{contents}");
            let axes = contents.lines().filter(|row| row.contains("╷0s"));
            assert_eq!(axes.count(), 1, "{contents}");
        }
        terminal.input.write_all(b"7\r").unwrap();
        terminal.until("step 7 of 37");
        terminal.input.write_all(b"?").unwrap();
        terminal.until("to what woke the");
        terminal.input.write_all(b"x").unwrap();
        terminal.until("step 7 of 37");
        terminal.input.write_all(b"q").unwrap();
        assert_eq!(terminal.end(), 0);
        assert!(!terminal.contents().contains("step 7"));
    }
}

/// However the player ends, the terminal is as it was.
#[cfg(unix)]
#[test]
fn whatever_ends_the_player_the_terminal_is_as_it_was() {
    use rustix::process::{Pid, Signal, kill_process};

    let often = [("q", 0); 5].into_iter();
    for (how, code) in often.chain([("ctrl-c", 130), ("term", 143)]) {
        let arguments = ["shield", "article", "--step"];
        let mut terminal = Terminal::run(80, &arguments, &[]);
        let before = terminal.modes();
        terminal.until("step 0 of 37");
        terminal.input.write_all(RIGHT).unwrap();
        terminal.until("step 1 of 37");
        assert_ne!(terminal.modes(), before, "the keys are its own");
        match how {
            "q" => terminal.input.write_all(b"q").unwrap(),
            "ctrl-c" => terminal.input.write_all(&[3]).unwrap(),
            _ => {
                let id = terminal.child.process_id().unwrap();
                let pid = Pid::from_raw(id.try_into().unwrap()).unwrap();
                kill_process(pid, Signal::TERM).unwrap();
            }
        }
        assert_eq!(i64::from(terminal.end()), code, "{how}");
        assert_eq!(terminal.modes(), before, "{how}");
        let screen = terminal.screen.screen();
        assert!(!screen.alternate_screen() && !screen.hide_cursor(), "{how}");
    }
}

/// A plain page has the steps as sentences, and Enter for the next.
#[test]
fn plain_steps_come_with_enter() {
    let arguments = ["shield", "article", "--step", "--plain"];
    let mut terminal = Terminal::run(80, &arguments, &[]);
    terminal.until("step 1 at 0.000s: main is there");
    terminal.read_for(Duration::from_millis(200));
    assert!(!terminal.contents().contains("step 2 at"));
    terminal.input.write_all(b"\r").unwrap();
    terminal.until("step 2 at 0.000s: main is polled");
    terminal.input.write_all(b"q\r").unwrap();
    assert_eq!(terminal.end(), 0);
}

/// What was computed is told at its own pace, and its picture grows with it: so
/// many times as fast as the telling is.
#[test]
fn a_recording_grows_at_the_pace_it_is_told() {
    let name = format!("told-{}.ndjson", std::process::id());
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let path = file.to_str().unwrap();
    let record = ["gather", "gather", "--clock", "virtual", "--export", path];
    let mut terminal = Terminal::run(80, &record, &[]);
    assert_eq!(terminal.end(), 0);
    let view = ["view", path, "--play", "--speed", "2"];
    let mut terminal = Terminal::run(80, &view, &[]);
    // While A waits: its row has come as far as B's has, and says for what.
    terminal.until("B done");
    terminal.until("sleep 3s");
    let picture = terminal.contents();
    let row = picture.lines().find(|row| row.contains("sleep 3s"));
    let row = row.unwrap_or_else(|| panic!("no row A in:\n{picture}"));
    let length = |row: &str| {
        row.chars()
            .filter(|mark| "\u{2500}\u{2503}".contains(*mark))
            .count()
    };
    // B is done after a third of the axis, which is 53 columns wide.
    assert!((15..40).contains(&length(row)), "{picture}");
    assert_eq!(terminal.end(), 0);
    assert!(!terminal.contents().contains("sleep 3s"));
    fs::remove_file(file).unwrap();
}

#[test]
fn a_prediction_that_means_nothing_is_asked_for_again() {
    let arguments = ["predict", "shield", "article"];
    let mut terminal = Terminal::run(100, &arguments, &[]);
    terminal.until("1 of ");
    terminal.until("  > ");
    assert!(!terminal.text().contains("article runs"));
    terminal.input.write_all(b"soon\r").unwrap();
    terminal.until("'soon' is no time; type a time");
    assert!(!terminal.text().contains("2 of "));
    terminal.input.write_all(b"0.5\r").unwrap();
    terminal.until("2 of ");
    // Ctrl-D, at the beginning of a line, ends the input.
    terminal.input.write_all(b"\x04").unwrap();
    assert_eq!(terminal.end(), 0, "{}", terminal.text());
    let text = terminal.text();
    assert!(text.contains("1. Right: 0.5s."), "{text}");
    assert!(text.contains("1 of 1 right."), "{text}");
    assert!(text.contains("article runs"), "{text}");
}

#[test]
fn predict_with_json_asks_on_stderr() {
    let line =
        "\"$0\" predict shield article --json 2>/dev/tty | cat >/dev/null";
    let mut terminal = Terminal::shell(100, line);
    terminal.until("1 of ");
    terminal.input.write_all(b"\x04").unwrap();
    assert_eq!(terminal.end(), 0, "{}", terminal.text());
    assert!(!terminal.text().contains('{') || terminal.text().contains("fn "));
    assert!(!terminal.text().contains("\"asks\""), "{}", terminal.text());
}
