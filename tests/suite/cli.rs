//! The command as its users run it: what it prints, where, and its exit code.

use std::fs;
use std::io::PipeWriter;
use std::path::PathBuf;

use crate::support::{asyncade, chapter, on_virtual_clock, ran};
use asyncade::demos::CHAPTERS;
use asyncade::trace::{Event, Trace, What, ndjson};

/// A folder of this test's own, empty.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn alone_it_lists_the_chapters_and_says_how_to_start() {
    let alone = ran(&[]);
    assert_eq!(alone.code, Some(0));
    for chapter in CHAPTERS {
        assert!(alone.stdout.contains(chapter.title), "{}", chapter.title);
    }
    let first = CHAPTERS[0].name;
    let start = format!("Start with\n\n  asyncade {first}\n");
    assert!(alone.stdout.contains(&start), "{}", alone.stdout);
    assert_eq!(alone.stdout, ran(&["list"]).stdout);
}

#[test]
fn bad_input_gets_short_lines_and_exit_code_2() {
    let folder = folder("bad-input");
    let missing = folder.join("missing").join("x.ndjson");
    let missing = missing.to_str().unwrap();
    let unknown = folder.join("x.docx");
    let unknown = unknown.to_str().unwrap();
    let long = &"a".repeat(201);
    let scenes = "its scenes are sequential, gather, failure, return_exceptions, try_join";
    let time = "give seconds, as in 5 or 2.5, or a unit, as in 500ms, 2s or 1m";
    let tasks = "give a whole number from 1 to 100000";
    let speed = "give a number from 0.01 to 1000: 10 is ten times as fast";
    let cases: &[(&[&str], &str, &[&str])] = &[
        (
            &["gathr"],
            "there is no chapter or command 'gathr'",
            &["did you mean 'gather'?"],
        ),
        (
            &["show", "gathr"],
            "there is no chapter 'gathr'",
            &["did you mean 'gather'?"],
        ),
        (
            &[
                "sync-vs-async",
                "--tasks=10000",
                "--delay=30d",
                "--clock=virtual",
            ],
            "the scene 'sync' of sync-vs-async would take more than 584 years, \
             and a trace counts no further",
            &["set its knobs lower"],
        ),
        (
            &["prove", "sheild"],
            "there is no chapter 'sheild'",
            &["did you mean 'shield'?"],
        ),
        (
            &["gather", "--scene", "failur"],
            "gather has no scene 'failur'",
            &["did you mean 'failure'?", scenes],
        ),
        (
            &["gather", "--scen", "failure"],
            "unexpected argument '--scen'",
            &["did you mean '--scene'?"],
        ),
        (
            &["gather", "--scene", "failure", "--all"],
            "'--scene <SCENE>' cannot be used with '--all'",
            &["leave one of the two out"],
        ),
        (
            &["sync-vs-async", "--tasks", "0"],
            "invalid value '0' for '--tasks <N>': out of range",
            &[tasks],
        ),
        (
            &["sync-vs-async", "--tasks", "100001"],
            "'100001'",
            &[tasks],
        ),
        (&["sync-vs-async", "--tasks", "-3"], "'-3'", &[tasks]),
        (&["sync-vs-async", "--tasks", "many"], "'many'", &[tasks]),
        (
            &["gather", "--a", "0s"],
            "'0s' for '--a <TIME>': a time of zero shows nothing",
            &["give at least 1ms"],
        ),
        (
            &["gather", "--a", "-1s"],
            "a time cannot be negative",
            &[time],
        ),
        (
            &["gather", "--a", "soon"],
            "'soon' for '--a <TIME>': not a duration",
            &[time],
        ),
        (
            &["gather", "--a", ""],
            "'' for '--a <TIME>': not a duration",
            &[time],
        ),
        (&["gather", "--a", "1x"], "not a duration", &[time]),
        (
            &["gather", "--a", "99999999999999999999s"],
            "too long",
            &["give at most 30days"],
        ),
        (
            &["gather", "--a", "5y"],
            "too long",
            &["give at most 30days"],
        ),
        (
            &["gather", "--a", "1500us"],
            "tokio's timers count whole milliseconds",
            &["give at least 1ms, and no fractions of it"],
        ),
        (
            &["gather", "--a", "2ms"],
            "a wait of 0.002s is too short to be measured, the least is 0.005s",
            &["make it longer, or add '--clock virtual'"],
        ),
        (
            &["gather", "--speed", "0"],
            "'0' for '--speed <F>'",
            &[speed],
        ),
        (&["gather", "--speed", "-1"], "'-1'", &[speed]),
        (&["gather", "--speed", "NaN"], "'NaN'", &[speed]),
        (&["gather", "--speed", "inf"], "'inf'", &[speed]),
        (
            &["gather", "--speed", "201"],
            "at --speed 201 the shortest wait, 1s, would fall under 0.005s",
            &["give at most --speed 200"],
        ),
        (
            &["gather", "--speed", "2", "--clock", "virtual"],
            "--speed makes no difference to the virtual clock",
            &["leave one of the two out"],
        ),
        (
            &["gather", "--clock", "wall"],
            "invalid value 'wall' for '--clock <CLOCK>'",
            &["give one of: real, virtual"],
        ),
        (
            &["gather", "--quiet", "--json"],
            "'--quiet' cannot be used with '--json'",
            &["leave one of the two out"],
        ),
        (
            &["gather", "--a", "1h"],
            "the scene 'sequential' of gather would take 1h 3s for real",
            &[
                "add '--clock virtual' to see it at once, or '--yes-wait' to wait",
            ],
        ),
        (
            &["timeout", "--scene", "no-limit"],
            "the scene 'no-limit' of timeout would take 1h for real",
            &[
                "add '--clock virtual' to see it at once, or '--yes-wait' to wait",
            ],
        ),
        (
            &["wait", "--fail", "5"],
            "--fail 5: there is no such worker",
            &["give one from 1 to 4, or more --workers"],
        ),
        (
            &["to_thread", "--heartbeat", "1ms", "--block", "1h"],
            "a heartbeat every 0.001s would tick 3601000 times in 1h 1s",
            &["give a longer --heartbeat, for at most 10000 ticks"],
        ),
        (
            &["pitfalls", "--heartbeat", "1ms", "--block", "1h"],
            "a heartbeat every 0.001s would tick 3600000 times in 1h",
            &["give a longer --heartbeat, for at most 10000 ticks"],
        ),
        (
            &["coroutines", "--url", ""],
            "an empty text shows nothing",
            &["give at least one letter"],
        ),
        (
            &["coroutines", "--url", "two\nUsage: lines"],
            "invalid value 'two\\nUsage: lines' for '--url <TEXT>': it has",
            &["give one line, without tabs and other control characters"],
        ),
        (
            &["coroutines", "--url", "\u{1b}[31mred"],
            "'\\u{1b}[31mred'",
            &["give one line, without tabs and other control characters"],
        ),
        (
            &["coroutines", "--url", long],
            "aaaa...' for '--url <TEXT>': too long with its 201 characters",
            &["give at most 200"],
        ),
        (
            &["gather", "--export", missing],
            "there is no folder",
            &["create it first"],
        ),
        (
            &["gather", "--export", unknown],
            "its extension is not known",
            &["use .cast, .html, .md, .ndjson, .trace.json, .svg"],
        ),
        (
            &["gather", "--export", "/proc/x.ndjson"],
            "cannot export to '/proc/x.ndjson'",
            &["choose a file that you can write to"],
        ),
        (
            &["completions", "tcsh"],
            "invalid value 'tcsh' for '<SHELL>'",
            &["give one of: bash, elvish, fish, powershell, zsh"],
        ),
        (
            &["--color", "sometimes"],
            "invalid value 'sometimes' for '--color <WHEN>'",
            &["give one of: auto, always, never"],
        ),
    ];
    for (arguments, wrong, instead) in cases {
        let refused = ran(arguments).refused();
        assert!(refused.wrong.contains(wrong), "{arguments:?}: {refused:?}");
        assert_eq!(refused.instead, *instead, "{arguments:?}");
        // The command that is named is one, and speaks of what was asked.
        let more: Vec<&str> = refused.more.split(' ').skip(1).collect();
        assert_eq!(ran(&more).code, Some(0), "{more:?}");
        let known = CHAPTERS.iter().any(|c| c.name == arguments[0]);
        assert!(!known || more[0] == arguments[0], "{more:?}");
    }
    assert_eq!(
        fs::read_dir(&folder).unwrap().count(),
        0,
        "nothing was left behind"
    );
}

/// What is computed is exact: a little more is no chance.
#[test]
fn what_is_exact_may_be_hardly_more() {
    let run = |options: &[&str]| {
        ran(&[options, &["--clock", "virtual", "--quiet"]].concat()).stdout
    };
    let said = run(&["as_completed", "--x", "100", "--y", "99", "--z", "98"]);
    let hardly = "as_completed had its first result hardly sooner than";
    assert!(said.contains(hardly), "{said}");
    let said = run(&["timeout", "--limit", "1h", "--work", "1h"]);
    assert!(said.contains("no sooner than"), "{said}");
    // A millisecond is a time of its own.
    let said = run(&["coroutines", "run", "--delay", "1ms"]);
    assert!(!said.contains("step"), "{said}");
    let said = run(&["coroutines", "hand-over"]);
    assert!(said.contains("step"), "{said}");
}

#[test]
fn a_belief_has_each_command_once() {
    let said = ran(&["list", "--beliefs"]).stdout;
    assert_eq!(
        said.matches("asyncade parallel tasks\n").count(),
        1,
        "{said}"
    );
}

#[test]
fn names_take_dashes_and_underscores() {
    let dashes = ran(&["as-completed", "--clock", "virtual"]);
    let underscores = ran(&["as_completed", "--clock", "virtual"]);
    assert_eq!(dashes.code, Some(0), "{}", dashes.stderr);
    assert_eq!(dashes.stdout, underscores.stdout);
    let knobs = [
        "taskgroup",
        "--clock",
        "virtual",
        "--scene",
        "no_group",
        "--fail_at",
        "500ms",
    ];
    let run = ran(&knobs);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(
        run.stdout.contains("0.500s ▎main   Error: Task1 failed"),
        "{}",
        run.stdout
    );
}

#[test]
fn json_is_the_trace_and_nothing_else() {
    let run = ran(&[
        "gather", "--clock", "virtual", "--json", "--a", "700ms", "--b",
        "90ms", "--c", "2s",
    ]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    let traces = ndjson::read(run.stdout.as_bytes()).unwrap();
    let [sequential, gather] = &traces[..] else {
        panic!("{} traces", traces.len());
    };
    assert_eq!(sequential.header.name(), "sequential");
    assert_eq!(gather.header.knobs["a"], "700ms");
    let said: Vec<(u64, &str)> = gather
        .events
        .iter()
        .filter_map(|event| match &event.what {
            What::Say { text, .. } => {
                Some((event.at / 1_000_000, text.as_str()))
            }
            _ => None,
        })
        .collect();
    let expected = [
        (90, "B done"),
        (700, "A done"),
        (2000, "C done"),
        (2000, "Results: A, B, C"),
    ];
    assert_eq!(said, expected);
}

#[test]
fn an_export_is_what_json_prints_and_the_source() {
    let file = folder("export").join("gather.ndjson");
    let path = file.to_str().unwrap();
    let run =
        ran(&["gather", "--clock", "virtual", "--json", "--export", path]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let exported = fs::read_to_string(&file).unwrap();
    let without: String = exported
        .split_inclusive('\n')
        .filter(|line| !line.starts_with("{\"source\":"))
        .collect();
    assert_eq!(without, run.stdout);
    for trace in ndjson::read(exported.as_bytes()).unwrap() {
        let [source] = &trace.sources[..] else {
            panic!("{:?}", trace.sources);
        };
        assert_eq!(source.text, chapter("gather").demo);
        let lines = source.text.lines().count();
        for event in &trace.events {
            if let Some(place) = event.place() {
                assert_eq!(place.file, source.file);
                assert!(place.line as usize <= lines);
            }
        }
    }
    let twice = ran(&["gather", "--export", path, "--export", path]);
    assert_eq!(twice.code, Some(2));
    assert!(twice.stderr.contains("twice"), "{}", twice.stderr);
    // What was there before is still there, and nothing else.
    assert_eq!(fs::read_to_string(&file).unwrap(), exported);
    assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn prove_lists_every_claim() {
    let proof = ran(&["prove"]);
    assert_eq!(proof.code, Some(0), "{}", proof.stdout);
    let flat = proof
        .stdout
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let mut count = 0;
    for claim in on_virtual_clock().flat_map(|chapter| chapter.claims) {
        assert!(flat.contains(claim.says), "{}", claim.says);
        count += 1;
    }
    let closing = format!(
        "{count} claims: all of them hold. Not proved: parallel and crawler, \
         which need real time. Prove them with asyncade prove parallel crawler"
    );
    assert!(flat.ends_with(&closing), "{flat}");
    let one = ran(&["prove", "shield", "wait"]);
    assert!(
        one.stdout.contains("2 chapters, 11 claims"),
        "{}",
        one.stdout
    );
}

#[test]
fn a_run_names_the_scenes_that_it_left_out() {
    let run = ran(&["gather", "--clock", "virtual"]);
    let left_out = "Not played: failure, return_exceptions, try_join\n";
    assert!(run.stdout.contains(left_out), "{}", run.stdout);
    let all = ran(&["gather", "--clock", "virtual", "--all"]);
    assert!(!all.stdout.contains("Not played"));
    let quiet = ran(&["gather", "--clock", "virtual", "--quiet"]);
    assert!(quiet.stdout.len() < run.stdout.len() / 2);
    assert!(quiet.stdout.contains("2.0x"));
}

#[test]
fn colour_is_for_terminals_unless_it_is_asked_for() {
    let has_colour = |arguments: &[&str], variables: &[(&str, &str)]| {
        let output = asyncade(arguments)
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0));
        output.stdout.contains(&0x1b)
    };
    let gather = ["gather", "--clock", "virtual"];
    assert!(!has_colour(&gather, &[]));
    assert!(has_colour(
        &["gather", "--clock", "virtual", "--color", "always"],
        &[]
    ));
    assert!(has_colour(&gather, &[("CLICOLOR_FORCE", "1")]));
    assert!(!has_colour(
        &gather,
        &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "0")]
    ));
    assert!(!has_colour(
        &["gather", "--clock", "virtual", "--color", "never"],
        &[]
    ));
}

#[test]
fn without_a_utf8_locale_the_pictures_are_ascii() {
    for locale in ["C", "POSIX", "en_US.ISO-8859-1"] {
        let output = asyncade(&["to_thread", "--clock", "virtual"])
            .env("LC_ALL", locale)
            .output()
            .unwrap();
        assert!(output.stdout.is_ascii(), "{locale}");
    }
}

#[test]
fn plain_is_sentences_also_by_the_environment() {
    let plain = ran(&["to_thread", "--clock", "virtual", "--plain"]);
    assert!(plain.stdout.is_ascii(), "{}", plain.stdout);
    assert!(plain.stdout.contains("was overdue for 1.8s"));
    let output = asyncade(&["to_thread", "--clock", "virtual"])
        .env("ACCESSIBLE", "1")
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), plain.stdout);
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    let every: Vec<Vec<&str>> = vec![
        vec!["gather", "--clock", "virtual"],
        vec!["gather", "--clock", "virtual", "--json"],
        vec!["sync-vs-async", "--speed", "100"],
        vec!["list"],
        vec!["prove"],
        vec!["show", "gather"],
        vec!["--help"],
        vec!["man"],
        vec!["completions", "bash"],
    ];
    for arguments in every {
        let output = asyncade(&arguments).stdout(unread()).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {stderr}");
        assert_eq!(stderr, "", "{arguments:?}");
    }
}

/// A pipe that nobody reads.
fn unread() -> PipeWriter {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer
}

/// T20: what is to be written to a file does not hang on who reads the rest.
#[test]
fn t20_a_closed_pipe_costs_no_file() {
    let folder = folder("closed-pipe");
    let file = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let whole = file("whole.ndjson");
    let gather = ["gather", "--clock", "virtual", "--export"];
    assert_eq!(ran(&[&gather[..], &[&whole]].concat()).code, Some(0));
    for (name, how) in [
        ("full", &[][..]),
        ("quiet", &["--quiet"]),
        ("json", &["--json"]),
    ] {
        let cut = file(&format!("{name}.ndjson"));
        let output = asyncade(&[&gather[..], &[&cut], how].concat())
            .stdout(unread())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{name}");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{name}");
        assert!(
            fs::read(&cut).unwrap() == fs::read(&whole).unwrap(),
            "{name}"
        );
    }
}

/// T21: both worlds' traces, on the screen and in the file.
#[test]
fn t21_twin_writes_the_same_traces_that_it_prints() {
    let file = folder("twin").join("shield.ndjson");
    let path = file.to_str().unwrap();
    let run = ran(&[
        "shield", "--clock", "virtual", "--twin", "--json", "--export", path,
    ]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let printed = ndjson::read(run.stdout.as_bytes()).unwrap();
    let written = ndjson::read(fs::read(&file).unwrap().as_slice()).unwrap();
    let told = |traces: &[Trace]| -> Vec<(String, String, Vec<Event>)> {
        let told = |trace: &Trace| {
            let header = &trace.header;
            let name = header.name().to_owned();
            (name, header.world.name.clone(), trace.events.clone())
        };
        traces.iter().map(told).collect()
    };
    assert_eq!(told(&printed), told(&written));
    let worlds = printed.iter().map(|trace| trace.header.world.name.as_str());
    let worlds: Vec<&str> = worlds.collect();
    assert_eq!(worlds, ["tokio", "asyncio", "tokio", "asyncio"]);
}

/// R11: a chapter that is named twice is one chapter.
#[test]
fn r11_a_chapter_named_twice_is_proved_once() {
    let once = ran(&["prove", "gather"]);
    assert_eq!(once.code, Some(0));
    assert_eq!(ran(&["prove", "gather", "gather"]).stdout, once.stdout);
    let spelled = ["prove", "sync-vs-async", "sync_vs_async"];
    let count = ran(&spelled).stdout.matches("1 chapter, ").count();
    assert_eq!(count, 1);
}

#[test]
fn help_man_and_completions_know_every_chapter_and_knob() {
    let help = ran(&["--help"]);
    let man = ran(&["man"]);
    for run in [&help, &man] {
        assert_eq!(run.code, Some(0));
        for chapter in CHAPTERS {
            let name = chapter.name.replace('-', "\\-");
            assert!(
                run.stdout.contains(chapter.name) || run.stdout.contains(&name),
                "{name}"
            );
        }
    }
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = ran(&["completions", shell]).stdout;
        for chapter in CHAPTERS {
            assert!(script.contains(chapter.name), "{shell}: {}", chapter.name);
            for scene in chapter.scenes {
                // Elvish and PowerShell complete no values.
                let completes = ["bash", "zsh", "fish"].contains(&shell);
                assert!(
                    !completes || script.contains(scene.name),
                    "{shell}: {}",
                    scene.name
                );
            }
        }
    }
    for chapter in CHAPTERS {
        let title = &chapter.title[1..];
        assert!(help.stdout.contains(title), "{title}");
        let help = ran(&[chapter.name, "--help"]).stdout;
        assert!(help.contains(title), "{title}");
        for knob in chapter.knobs {
            assert!(
                help.contains(&format!("--{}", knob.name)),
                "{}",
                knob.name
            );
            let words = |text: &str| {
                text.split_whitespace().collect::<Vec<_>>().join(" ")
            };
            assert!(words(&help).contains(&words(knob.help)), "{}", knob.help);
        }
    }
    assert!(ran(&["--version"]).stdout.starts_with("asyncade "));
}

#[test]
fn show_prints_the_code_that_runs() {
    for chapter in CHAPTERS {
        let shown = ran(&["show", chapter.name]);
        assert_eq!(shown.code, Some(0));
        for line in chapter.demo.lines() {
            assert!(shown.stdout.contains(line), "{}: {line}", chapter.name);
        }
    }
}
