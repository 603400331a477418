// Time that passes: a run is played at its own pace, or step by step where it
// has none.

// What takes longer than that in all is played faster.
const LONGEST = 20e9;
const pace = (run) => Math.max(1, run.scale / LONGEST);
// Where everything happens at one moment, so many steps a second.
const STEPS = 2;
const calm = matchMedia("(prefers-reduced-motion: reduce)");
let before = 0;
let owed = 0;
// The next frame, of which there is one, however often it is paused and goes on.
let frame = 0;

// Plays it, from its beginning if it is at its end.
function play() {
  if (isDone()) {
    now.step = 0;
    now.nanos = 0;
  }
  playOn();
}

// Plays it from where it is.
function playOn() {
  now.playing = true;
  by("play").textContent = "Pause";
  before = performance.now();
  owed = 0;
  frame = requestAnimationFrame(tick);
}

function pause() {
  if (!now.playing) return;
  now.playing = false;
  cancelAnimationFrame(frame);
  by("play").textContent = "Play";
  remember();
  show();
}

// The time that passes, in words; what is played faster than it was is said to
// be.
function passing(run) {
  const nanos = Math.min(now.nanos, run.scale);
  const words = nanos < 60e9 ? `${(nanos / 1e9).toFixed(3)}s` : inUnits(Math.floor(nanos / 1e9) * 1e3);
  const isFast = now.playing && pace(run) > 1;
  return isFast ? `${words}, ${pace(run).toFixed(pace(run) < 10 ? 1 : 0)}x as fast` : words;
}

function tick(at) {
  const passed = Math.max(0, at - before) * Number(by("speed").value);
  before = at;
  const run = current();
  if (run.axis === "steps") {
    owed += (passed / 1000) * STEPS;
    now.step = Math.min(now.step + Math.floor(owed), run.steps.length);
    owed %= 1;
    now.nanos = momentOf(run, now.step)[0];
  } else {
    now.nanos += passed * 1e6 * pace(run);
    now.step = stepAt(run, now.nanos);
  }
  const isOver = isDone() && (run.axis === "steps" || now.nanos >= run.scale);
  // Without motion a step is shown when it is taken, and nothing glides: only
  // the time is said.
  if (!calm.matches || now.step !== now.view.step || isOver) show();
  else showWhere(run);
  if (isOver) pause();
  else frame = requestAnimationFrame(tick);
}
